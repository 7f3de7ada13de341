"""
Periodic work of the ground floor; `relay_outbox` is the only place that sends to the broker, nudges
apart.
"""

import logging
from datetime import timedelta
from smtplib import SMTPException

import httpx
from celery import current_app, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from sapporo_base import outward, selectors, services
from sapporo_base.acts import Act

logger = logging.getLogger(__name__)
_SENT_KEPT = timedelta(days=1)


def task_act(system_code: str) -> Act:
    """Return the act of an in-process system that works by itself."""
    return Act(at=timezone.now(), path="task", system=selectors.system(system_code))


@shared_task
def beat() -> None:
    """Note that the scheduler sends and a worker receives."""
    services.note_heartbeat("scheduler", at=timezone.now())


@shared_task
def relay_outbox() -> int:
    """Hand the messages that are due to the broker; return how many."""
    sent = 0
    while messages := services.claim_messages(at=timezone.now()):
        for message in messages:
            try:
                current_app.send_task(
                    message.topic,
                    kwargs=message.arguments,
                    queue=message.queue,
                    headers={"correlation": str(message.correlation_id)},
                    retry=False,
                )
            except (OperationalError, OSError) as error:
                services.settle_message(message, at=timezone.now(), error=type(error).__name__)
            else:
                services.settle_message(message, at=timezone.now())
                sent += 1
    return sent


@shared_task
def seal_records() -> int:
    """Seal the 情報連携記録 written since the last seal; return how many seals were made."""
    return len(services.seal_records(at=timezone.now()))


@shared_task
def prepare_partitions() -> None:
    """Make next months' partitions; forget what has had its day."""
    now = timezone.now()
    services.prepare_partitions(day=now.date())
    services.forget_sent(before=now - _SENT_KEPT)
    services.forget_expired_tokens(at=now)


@shared_task
def watch_alarms() -> int:
    """Look for what wants a person, and tell of what is new; return how many alarms are open."""
    found = services.watch_alarms(at=timezone.now())
    for alarm in services.alarms_to_tell():
        error = ""
        try:
            outward.tell_by_mail(alarm.title, alarm.words)
            outward.tell_by_webhook(
                {
                    "cause": alarm.cause,
                    "key": alarm.key,
                    "title": alarm.title,
                    "words": alarm.words,
                    "raised_at": alarm.raised_at.isoformat(),
                }
            )
        except (OSError, SMTPException, httpx.HTTPError) as failure:
            error = type(failure).__name__
            logger.warning("alarm %s could not be told: %s", alarm.pk, error)
        services.note_told(alarm, at=timezone.now(), error=error)
    return found
