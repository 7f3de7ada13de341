"""Alarms that are open, and those of the ground floor itself: credentials that end soon."""

from datetime import datetime, timedelta

from sapporo_base.models import Alarm, SystemCredential

_SOON = timedelta(days=30)


def open_alarms() -> list[Alarm]:
    """Return what wants a person now, the oldest first."""
    return list(Alarm.objects.filter(cleared_at=None).order_by("raised_at", "pk"))


def credentials_ending(*, at: datetime) -> list[SystemCredential]:
    """Return credentials in use that end within thirty days and have no successor of longer life."""
    alive = SystemCredential.objects.filter(revoked_at=None, expires_at__gt=at)
    longest: dict[int, SystemCredential] = {}
    for one in alive.select_related("system").order_by("expires_at"):
        longest[one.system_id] = one
    return [one for one in longest.values() if one.expires_at < at + _SOON]
