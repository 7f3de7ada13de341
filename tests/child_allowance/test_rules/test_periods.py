"""First months, last months and pay days."""

from datetime import date

import pytest

from child_allowance.rules import pay_days, periods
from child_allowance.rules.months import Month
from child_allowance.rules.open_days import is_open


def month(text):
    return Month.parse(text)


def day(text):
    return date.fromisoformat(text)


class TestPeriods:
    """From which month, until which month (児童手当法第8条, 第9条)."""

    @pytest.mark.parametrize(
        ("event", "last"),
        [
            ("2025-05-20", "2025-06-04"),
            ("2025-05-16", "2025-06-02"),  # 31 May is a Saturday
            ("2024-12-15", "2025-01-06"),  # the year-end, then a week-end
            ("2025-04-18", "2025-05-07"),  # 3 to 6 May are holidays
        ],
    )
    def test_fifteen_days_end_on_an_open_day(self, event, last):
        assert periods.last_day_to_claim(day(event)) == day(last)

    def test_without_an_event_the_month_after_the_claim_is_the_first(self):
        assert periods.first_month(claimed_on=day("2025-12-31")) == month("2026-01")

    def test_a_claim_before_the_event_is_no_late_claim(self):
        assert periods.first_month(
            claimed_on=day("2025-05-01"), event_on=day("2025-07-01")
        ) == month("2025-06")

    @pytest.mark.parametrize(
        ("claimed", "start"), [("2025-03-31", "2024-10"), ("2025-04-01", "2025-05")]
    )
    def test_those_the_reform_entitled_could_claim_until_march_2025(self, claimed, start):
        assert periods.first_month(claimed_on=day(claimed), newly_entitled_by_reform=True) == month(
            start
        )

    def test_a_raise_follows_the_claim_and_a_cut_the_event(self):
        assert periods.first_month_of_increase(
            claimed_on=day("2025-06-03"), event_on=day("2025-05-20")
        ) == month("2025-06")
        assert periods.first_month_of_decrease(day("2025-05-20")) == month("2025-06")


class TestPayDays:
    """札幌市: the 13th, or the last open day before it."""

    @pytest.mark.parametrize(
        ("pay_month", "expected"),
        [
            ("2024-06", "2024-06-13"),
            ("2024-10", "2024-10-11"),
            ("2024-12", "2024-12-13"),
            ("2025-02", "2025-02-13"),
            ("2025-04", "2025-04-11"),
            ("2025-06", "2025-06-13"),
            ("2025-08", "2025-08-13"),
            ("2025-10", "2025-10-10"),
            ("2025-12", "2025-12-12"),
            ("2026-02", "2026-02-13"),
            ("2026-04", "2026-04-13"),
            ("2026-06", "2026-06-12"),
        ],
    )
    def test_the_city_paid_or_will_pay_on(self, pay_month, expected):
        assert pay_days.pay_day(month(pay_month)) == day(expected)
        assert pay_days.months_paid_on(day(expected))

    @pytest.mark.parametrize(
        ("pay_month", "months"),
        [
            ("2012-10", ["2012-06", "2012-07", "2012-08", "2012-09"]),
            ("2024-10", ["2024-06", "2024-07", "2024-08", "2024-09"]),
            ("2024-11", []),
            ("2024-12", ["2024-10", "2024-11"]),
            ("2025-02", ["2024-12", "2025-01"]),
        ],
    )
    def test_each_payment_covers_its_months(self, pay_month, months):
        assert [str(found) for found in pay_days.months_paid_in(month(pay_month))] == months

    def test_every_month_is_paid_once(self):
        paid = [
            covered
            for pay_month in month("2012-10").until(month("2030-01"))
            for covered in pay_days.months_paid_in(pay_month)
        ]
        assert paid == list(month("2012-06").until(month("2029-12")))

    @pytest.mark.parametrize("other", ["2025-08-12", "2025-07-11"])
    def test_any_other_day_is_no_pay_day(self, other):
        with pytest.raises(pay_days.NotAPayDay):
            pay_days.months_paid_on(day(other))

    @pytest.mark.parametrize(
        ("when", "expected"),
        [
            ("2025-12-26", True),
            ("2025-12-29", False),
            ("2026-01-02", False),
            ("2026-01-05", True),
            ("2025-05-06", False),
            ("2025-11-22", False),
            ("2025-11-24", False),
        ],
    )
    def test_the_city_is_closed_on_holidays_and_at_the_turn_of_the_year(self, when, expected):
        assert is_open(day(when)) is expected
