"""Where 自動応答不可 and 不開示該当 of people stand on their way to the platform."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.models import PlatformNumber
from gateway.rules.codes import with_numbers_replaced
from integrated_address import selectors as addressees
from sapporo_base.models import BusinessSystem


class FlagState(StrEnum):
    """How far the flags of one person are; `NOT_NUMBERED` has nothing at the platform."""

    SET = "set"
    CLEAR = "clear"
    WAITING_NUMBER = "waiting_number"
    ASKED = "asked"
    FAILED = "failed"
    NOT_NUMBERED = "not_numbered"


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of one person: what was asked, whether the platform has it, what went wrong last."""

    state: FlagState
    is_wanted: bool = False
    attempts: int = 0
    error: str = ""
    next_try_at: datetime | None = None
    set_at: datetime | None = None


def flag_states(*, system: BusinessSystem, business_numbers: Collection[str]) -> dict[str, Flags]:
    """Return the flags of people by a system's numbers; everyone who was asked about is in it."""
    numbers = addressees.integrated_numbers_of(system=system, business_numbers=business_numbers)
    known = PlatformNumber.objects.in_bulk(list(numbers.values()))
    return {number: _flags(known.get(numbers.get(number, ""))) for number in set(business_numbers)}


def _flags(person: PlatformNumber | None) -> Flags:
    if person is None:
        return Flags(FlagState.NOT_NUMBERED)
    return Flags(
        state=_state(person),
        is_wanted=person.no_automatic_answer or person.not_disclosed,
        attempts=person.flags_attempts,
        # The platform's words may quote a 団体内統合宛名番号.
        error=with_numbers_replaced(person.flags_error, {}),
        next_try_at=person.flags_due_at,
        set_at=person.flags_set_at,
    )


def _state(person: PlatformNumber) -> FlagState:
    if person.flags_due_at is None:
        is_set = person.sent_no_automatic_answer or person.sent_not_disclosed
        return FlagState.SET if is_set else FlagState.CLEAR
    if person.state != PlatformNumber.State.REGISTERED:
        return FlagState.WAITING_NUMBER
    return FlagState.FAILED if person.flags_error else FlagState.ASKED


def unset_flags_count() -> int:
    """Return for how many people flags were asked that the platform does not have yet, after a failure."""
    return PlatformNumber.objects.filter(flags_due_at__isnull=False).exclude(flags_error="").count()
