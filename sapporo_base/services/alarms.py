"""Alarms: opened by what the causes find, told once by e-mail and webhook, closed when it is over."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from sapporo_base.models import Alarm

logger = logging.getLogger(__name__)
_MOST_TRIES = 20


@dataclass(frozen=True, slots=True)
class Raised:
    """One thing that wants a person: `cause` and `key` name it, `words` say what and what to do."""

    cause: str
    title: str
    words: str
    key: str = ""
    page: str = ""


def watch_alarms(*, at: datetime) -> int:
    """
    Ask every cause what it finds; open what is new, close what is over; return how many are open.

    A cause that fails is an alarm itself: what is not watched must not look calm.
    """
    found: dict[tuple[str, str], Raised] = {}
    for name in settings.ALARM_CAUSES:
        cause: Callable[..., Sequence[Raised]] = import_string(name)
        try:
            with transaction.atomic():
                raised = list(cause(at=at))
        except Exception:
            logger.exception("cause of alarms %s failed", name)
            words = f"「{name}」を確かめられませんでした。システム管理者に連絡してください。"
            raised = [Raised("watching", "監視できない項目があります", words, key=name)]
        found |= {(one.cause, one.key): one for one in raised}
    _open_and_close(found, at)
    return len(found)


@transaction.atomic
def _open_and_close(found: dict[tuple[str, str], Raised], at: datetime) -> None:
    known = {
        (one.cause, one.key): one
        for one in Alarm.objects.select_for_update().filter(cleared_at=None)
    }
    over = [one.pk for what, one in known.items() if what not in found]
    Alarm.objects.filter(pk__in=over).update(cleared_at=at)
    for what, one in found.items():
        told = {"title": one.title, "words": one.words[:400], "page": one.page, "seen_at": at}
        if what in known:
            Alarm.objects.filter(pk=known[what].pk).update(**told)
        else:
            Alarm.objects.create(cause=one.cause, key=one.key[:80], raised_at=at, **told)


def alarms_to_tell() -> list[Alarm]:
    """Return the open alarms of which nobody was told yet."""
    waiting = Alarm.objects.filter(cleared_at=None, told_at=None, told_attempts__lt=_MOST_TRIES)
    return list(waiting.order_by("raised_at", "pk"))


def note_told(alarm: Alarm, *, at: datetime, error: str = "") -> None:
    """Note that an alarm was told, or why not: it is tried again."""
    Alarm.objects.filter(pk=alarm.pk).update(
        told_at=None if error else at,
        told_error=error[:200],
        told_attempts=alarm.told_attempts + 1,
    )
