"""When which months are paid (児童手当法第8条第4項; 札幌市: the 13th or the open day before)."""

from datetime import date

from child_allowance.rules.months import Month
from child_allowance.rules.open_days import open_day_on_or_before
from child_allowance.rules.statutes import all_laws, law_of

LONGEST_PERIOD = 4
"""Months that one payment covered before the reform: the most there ever were."""


class NotAPayDay(ValueError):
    """Nothing is paid regularly on this day."""


def pay_month_of(month: Month) -> Month:
    """Return the month in which the money for a month goes out: the next pay month after it."""
    paid_in = month.plus(1)
    while paid_in.number not in law_of(month).payment.months:
        paid_in = paid_in.plus(1)
    return paid_in


def months_paid_in(pay_month: Month) -> tuple[Month, ...]:
    """Return the months whose money goes out in a month, oldest first; none if it pays none."""
    earliest = max(pay_month.plus(-LONGEST_PERIOD), all_laws()[0].from_month)
    return tuple(month for month in earliest.until(pay_month) if pay_month_of(month) == pay_month)


def pay_day(pay_month: Month) -> date:
    """Return the day of a month on which money goes out."""
    return open_day_on_or_before(pay_month.first_day.replace(day=law_of(pay_month).payment.day))


def months_paid_on(day: date) -> tuple[Month, ...]:
    """
    Return the months whose money goes out on a regular pay day, oldest first.

    :raises NotAPayDay: the day is none; off-cycle payments (随時払) name their months themselves.
    """
    pay_month = Month.of(day)
    months = months_paid_in(pay_month)
    if not months or pay_day(pay_month) != day:
        raise NotAPayDay(day.isoformat())
    return months
