"""Signs of life of workers and of the scheduler."""

from datetime import datetime

from sapporo_base.models import Heartbeat


def note_heartbeat(name: str, *, at: datetime) -> None:
    """Note that this worker or scheduler is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at})
