"""Terms of 支援措置 (住民基本台帳事務処理要領 第5-10): when one ends, and when it may be extended."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from sapporo_base.rules.dates import birthday_eve

# Records of acts on 支援措置 itself and of what systems settle by themselves: nobody looked.
NOT_LOOKS: Final = frozenset(
    {
        "accounts_registered",
        "addressee_deleted",
        "addressee_registered",
        "alarms_acknowledged",
        "answer_flags_sent_again",
        "answer_flags_set",
        "basics_updated",
        "became_resident",
        "code_differences_mended",
        "code_states_recorded",
        "codes_requested",
        "event_received",
        "number_linked",
        "numbers_linked",
        "person_numbered",
        "subjects_registered",
        "support_application_recorded",
        "support_forwarded",
        "support_lifted",
        "support_measure_decided",
        "support_measure_end_proposed",
        "support_measure_end_withdrawn",
        "support_measure_ended",
        "support_measure_extended",
        "support_measure_started",
        "support_measures_listed",
        "support_opponent_recorded",
        "support_set",
        "support_temporarily_lifted",
        "support_temporary_lift_ended",
    }
)
# A list or a search answers without the residence of the protected, whoever asked.
WITHOUT_RESIDENCE: Final = frozenset(
    {"listed", "list_exported", "addressee_searched", "claim_states_disclosed"}
)


class Phase(StrEnum):
    """Where a 支援措置 stands on a day; protection holds in each of them."""

    PROVISIONAL = "provisional"
    RUNNING = "running"
    ENDING = "ending"
    EXPIRED = "expired"


def last_day(since: date) -> date:
    """Return the last day of a term of one year: 2020-04-01 to 2021-03-31 (民法第143条)."""
    return birthday_eve(since, 1)


def extension_opens(until: date) -> date:
    """Return the first day on which a term may be extended: one month before it ends."""
    after = until + timedelta(days=1)
    year, month = (after.year, after.month - 1) if after.month > 1 else (after.year - 1, 12)
    try:
        return date(year, month, after.day)
    except ValueError:
        return date(after.year, after.month, 1)


def next_term(until: date, *, on: date) -> tuple[date, date]:
    """
    Return the term (first and last day) that an extension on a day makes.

    It follows the term before without a gap; after that one has run out it begins with the day.
    """
    since = until + timedelta(days=1) if on <= until else on
    return since, last_day(since)


def phase(*, is_provisional: bool, until: date | None, on: date) -> Phase:
    """Return where a 支援措置 stands on a day."""
    if until is not None and on > until:
        return Phase.EXPIRED
    if is_provisional:
        return Phase.PROVISIONAL
    if until is not None and on >= extension_opens(until):
        return Phase.ENDING
    return Phase.RUNNING
