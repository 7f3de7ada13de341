"""From and until which month 児童手当 is due, and when a change counts (児童手当法第8条, 第9条)."""

from datetime import date, timedelta

from child_allowance.rules.months import Month
from child_allowance.rules.open_days import open_day_on_or_after
from child_allowance.rules.statutes import all_laws

DAYS_TO_CLAIM = 15
"""十五日以内, counted from the day after the event (児童手当法第8条第3項, 第9条第2項)."""


def last_day_to_claim(event_on: date) -> date:
    """
    Return the last day on which a claim still counts as made at the event (15日特例).

    The event is the birth, the 転出予定日 notified at the old municipality, or the day on which a
    disaster or another unavoidable reason ended. A closed day moves it to the next open one.
    """
    return open_day_on_or_after(event_on + timedelta(days=DAYS_TO_CLAIM))


def first_month(
    *, claimed_on: date, event_on: date | None = None, newly_entitled_by_reform: bool = False
) -> Month:
    """
    Return the first month that is paid after a claim (認定請求).

    It is the month after the claim's; after the event's, if one is given and the claim was made in
    time; and the reform's own first month for those it made entitled, if they claimed by its date.
    """
    claimed_from = _month_after(claimed_on, event_on)
    if newly_entitled_by_reform:
        for law in all_laws():
            if law.reform_claims_until and claimed_on <= law.reform_claims_until:
                return min(claimed_from, law.from_month)
    return claimed_from


def first_month_of_increase(*, claimed_on: date, event_on: date | None = None) -> Month:
    """Return the first month of a raised amount (増額改定, 児童手当法第9条第1項、第2項)."""
    return _month_after(claimed_on, event_on)


def first_month_of_decrease(event_on: date) -> Month:
    """Return the first month of a lowered amount (減額改定, 児童手当法第9条第3項)."""
    return Month.of(event_on).plus(1)


def last_month(event_on: date) -> Month:
    """Return the last month paid: the one in which the reason ended (児童手当法第8条第2項)."""
    return Month.of(event_on)


def _month_after(claimed_on: date, event_on: date | None) -> Month:
    if event_on is not None and event_on <= claimed_on <= last_day_to_claim(event_on):
        return Month.of(event_on).plus(1)
    return Month.of(claimed_on).plus(1)
