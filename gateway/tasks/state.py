"""How the platform is just now."""

from celery import shared_task

from gateway import services
from gateway.platform import failures
from gateway.services import circuit
from gateway.tasks import line


@shared_task(name="gateway.tasks.check_platform")
def check_platform() -> None:
    """Ask the platform for its operating state (IF_SYM_20212)."""
    now = line.now()
    try:
        state = line.client().operating_state()
    except failures.PlatformError as error:
        circuit.note_failure(at=now, cause=type(error).__name__)
        return
    circuit.note_platform(
        at=now, is_open=state.is_open, closes_at=state.closes_at, reopens_at=state.reopens_at
    )


@shared_task(name="gateway.tasks.measure_queues")
def measure_queues() -> int:
    """Measure what waits in each queue and how fast it drains: estimates and the board go by it."""
    return services.measure_queues(at=line.now())
