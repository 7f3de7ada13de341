"""How the platform is just now."""

from celery import shared_task
from django.utils import timezone

from gateway.platform import failures
from gateway.services import exchanges
from gateway.tasks import line


@shared_task(name="gateway.tasks.check_platform")
def check_platform() -> None:
    """Ask the platform for its operating state (IF_SYM_20212)."""
    now = timezone.now()
    try:
        state = line.client().operating_state()
    except failures.PlatformError as error:
        exchanges.note_failure(at=now, cause=type(error).__name__)
        return
    exchanges.note_platform(
        at=now, is_open=state.is_open, closes_at=state.closes_at, reopens_at=state.reopens_at
    )
