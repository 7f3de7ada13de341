"""How the platform is just now, and our circuit towards it: closed, open, or one message to see."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from gateway.models import Exchange, PlatformState
from gateway.rules import waiting
from sapporo_base import services as base


@transaction.atomic
def note_platform(
    *, at: datetime, is_open: bool, closes_at: datetime | None, reopens_at: datetime | None
) -> None:
    """
    Note the operating state that the platform told; what waited for it becomes due when it opens.

    An open circuit does not close by that alone: a platform may tell its state and answer nothing
    else. One message may go to see at once (試し送り); where none waits, the circuit closes.
    """
    state, _ = PlatformState.objects.select_for_update().get_or_create(pk=1)
    reopened = is_open and (not state.is_open or state.failures > 0)
    state.is_open, state.closes_at, state.reopens_at = is_open, closes_at, reopens_at
    state.checked_at = at
    if state.broken_since and _anything_waits():
        state.broken_until = min(state.broken_until or at, at)
    else:
        _close(state)
    state.save()
    if reopened:
        Exchange.objects.filter(
            state__in=["ready", "sent"], due_at__gt=at, leased_until=None
        ).update(due_at=at, attempts=0)
    base.note_heartbeat("platform", at=at)


def _anything_waits() -> bool:
    return Exchange.objects.filter(state__in=["ready", "sent"]).exists()


def _close(state: PlatformState) -> None:
    state.failures, state.cause = 0, ""
    state.broken_until = state.broken_since = state.probing_until = None


@transaction.atomic
def note_failure(*, at: datetime, cause: str) -> None:
    """
    Note that the platform could not be reached; after several in a row the circuit opens.

    A message that was sent to see and failed opens it again, for longer.
    """
    state, _ = PlatformState.objects.select_for_update().get_or_create(pk=1)
    state.failures += 1
    state.cause, state.checked_at = cause[:200], at
    state.probing_until = None
    if state.failures >= waiting.BREAKS_AFTER:
        state.broken_since = state.broken_since or at
        state.broken_until = at + waiting.broken_for(state.failures)
    state.save()


def note_success(*, at: datetime) -> None:
    """Note that the platform answered a message: the circuit closes."""
    closed = PlatformState.objects.filter(pk=1, failures__gt=0).update(
        failures=0,
        broken_until=None,
        broken_since=None,
        probing_until=None,
        cause="",
        checked_at=at,
    )
    if closed:
        Exchange.objects.filter(
            state__in=["ready", "sent"], due_at__gt=at, leased_until=None
        ).update(due_at=at)


def may_probe(*, at: datetime) -> bool:
    """
    Say whether messages may go as far as the circuit is concerned; True for one after it was open.

    The one that goes to see holds the turn as long as its lease; the others wait for its answer.
    """
    state = PlatformState.objects.filter(pk=1).first()
    if state is None or state.broken_since is None:
        return True
    turn = PlatformState.objects.filter(
        Q(probing_until=None) | Q(probing_until__lt=at), pk=1, broken_since__isnull=False
    )
    until = at + timedelta(seconds=settings.EXCHANGE_LEASE_SECONDS)
    return turn.update(probing_until=until) == 1
