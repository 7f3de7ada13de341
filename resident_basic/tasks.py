"""Periodic work of 個人基本."""

import logging
from datetime import timedelta
from smtplib import SMTPException

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from resident_basic import services
from resident_basic.outward import call_all
from sapporo_base.outward import write_to
from sapporo_base.tasks import task_act

logger = logging.getLogger(__name__)
_CALLS_KEPT = timedelta(days=30)


@shared_task
def forward_households() -> int:
    """Forward 世帯情報 that changed to 市中間サーバ; return how many copies changed."""
    return services.forward_households(act=task_act("030-001")).changed


@shared_task
def raise_look_alarms() -> int:
    """Raise an alarm for each look at a person under 支援措置 since the last time; return how many."""
    return services.raise_look_alarms(act=task_act("030-001"))


@shared_task
def check_residents() -> int:
    """Look nightly for what contradicts in the register; return how many contradictions are new."""
    return services.check_residents(act=task_act("030-001")).new


@shared_task
def receive_ordered_files() -> int:
    """Receive the files that were asked for on the staff's pages; return how many were done."""
    return services.receive_ordered_files(act=task_act("030-001"))


@shared_task
def dispose_received_files() -> int:
    """Remove what was received long enough ago from the drop folder; return how many files."""
    before = timezone.now() - timedelta(days=settings.RESIDENT_DROP_FOLDER_DAYS)
    return len(services.dispose_received_files(before=before, act=task_act("030-001")))


@shared_task
def deliver_files() -> int:
    """Make the files of the day where the hour has come and they are not there yet; return how many."""
    now = timezone.localtime()
    if now.hour < settings.DELIVERY_FILE_HOUR:
        return 0
    return len(services.make_day_files(day=now.date(), act=task_act("030-001")))


@shared_task
def remind_sections() -> int:
    """
    Tell the sections of 年次確認 and ends that come near or have passed, on their home page and by
    e-mail; return how many notices are new.
    """
    new = services.remind_sections(act=task_act("030-001"))
    for notice in services.notices_to_tell(day=timezone.localdate()):
        error = "" if notice.addresses else "宛先がありません。"
        try:
            if notice.addresses:
                write_to(notice.addresses, notice.title, notice.words)
        except (OSError, SMTPException) as failure:
            error = type(failure).__name__
            logger.warning("notice %s could not be told: %s", notice.id, error)
        services.note_notice_told(notice_id=notice.id, at=timezone.now(), error=error)
    return new


@shared_task
def wake_consumers() -> int:
    """Tell the systems that want to hear it that there is something to read; return how many calls."""
    services.plan_wake_ups(act=task_act("030-001"))
    calls = services.claim_calls(at=timezone.now())
    told = {one.id: one.head for one in calls}
    for outcome in call_all(calls):
        services.settle_call(
            call_id=outcome.id,
            head=told[outcome.id],
            status=outcome.status,
            error=outcome.error,
            at=timezone.now(),
        )
    services.forget_calls(before=timezone.now() - _CALLS_KEPT)
    return len(calls)
