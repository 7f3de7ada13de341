"""How the platform is just now, and our circuits: for each group closed, open, or one message to see."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from gateway.models import Circuit, Exchange, PlatformState
from gateway.rules import waiting
from sapporo_base import services as base

STATE_GROUP = "SYM"
"""The interfaces by which the platform tells how it is."""


@transaction.atomic
def note_platform(
    *, at: datetime, is_open: bool, closes_at: datetime | None, reopens_at: datetime | None
) -> None:
    """
    Note the operating state that the platform told; what waited for it becomes due when it opens.

    An open circuit does not close by that alone: a platform may tell its state and answer nothing
    else. One message of the group may go to see at once (試し送り); where none waits, it closes.
    """
    state, _ = PlatformState.objects.select_for_update().get_or_create(pk=1)
    troubled = Circuit.objects.filter(failures__gt=0)
    reopened = is_open and (not state.is_open or troubled.exists())
    state.is_open, state.closes_at, state.reopens_at = is_open, closes_at, reopens_at
    state.checked_at = at
    state.save()
    waits = Exists(_unsettled().filter(interface__group=OuterRef("group")))
    troubled.filter(waits, broken_until__gt=at).update(broken_until=at)
    _close(troubled.exclude(waits & Q(broken_since__isnull=False)).values_list("pk", flat=True))
    if reopened:
        _unsettled().filter(due_at__gt=at, leased_until=None).update(due_at=at, attempts=0)
    base.note_heartbeat("platform", at=at)


def _unsettled() -> QuerySet[Exchange]:
    return Exchange.objects.filter(state__in=[Exchange.State.READY, Exchange.State.SENT])


def _close(groups: Collection[str]) -> int:
    return Circuit.objects.filter(pk__in=groups, failures__gt=0).update(
        failures=0, broken_until=None, broken_since=None, probing_until=None, cause=""
    )


@transaction.atomic
def note_failure(*, group: str, at: datetime, cause: str) -> None:
    """
    Note that the platform gave no answer in a group; after several in a row its circuit opens.

    A message that was sent to see and failed opens it again, for longer.
    """
    circuit, _ = Circuit.objects.select_for_update().get_or_create(pk=group)
    circuit.failures += 1
    circuit.cause, circuit.probing_until = cause[:200], None
    if circuit.failures >= waiting.BREAKS_AFTER:
        circuit.broken_since = circuit.broken_since or at
        circuit.broken_until = at + waiting.broken_for(circuit.failures)
    circuit.save()


@transaction.atomic
def note_success(*, group: str, at: datetime) -> None:
    """Note that the platform answered a message of a group: its circuit closes."""
    if _close([group]):
        _unsettled().filter(due_at__gt=at, leased_until=None, interface__group=group).update(
            due_at=at
        )


def probing(*, at: datetime) -> tuple[set[str], set[str]]:
    """
    Return the groups in which a message is under way to see, for whose answer the others wait, and
    those whose circuit was open long enough: one message of each may go.
    """
    broken = list(Circuit.objects.filter(broken_since__isnull=False))
    under_way = {one.pk for one in broken if one.probing_until and one.probing_until >= at}
    ripe = {one.pk for one in broken if one.state(at) == Circuit.State.PROBING}
    return under_way, ripe - under_way


def may_probe(*, group: str, at: datetime) -> bool:
    """
    Take the turn to send a message of a group to see; False where another has it.

    Who has it holds it as long as the lease of the message.
    """
    turn = Circuit.objects.filter(
        Q(probing_until=None) | Q(probing_until__lt=at), pk=group, broken_since__isnull=False
    )
    until = at + timedelta(seconds=settings.EXCHANGE_LEASE_SECONDS)
    return turn.update(probing_until=until) == 1
