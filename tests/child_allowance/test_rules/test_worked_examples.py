"""Cases worked by hand, from the claim to the pay day."""

from datetime import date

from child_allowance.rules import pay_days, periods
from child_allowance.rules.amounts import Child, amounts_for
from child_allowance.rules.income import (
    Benefit,
    Dependants,
    benefit_for,
)
from child_allowance.rules.months import Month
from child_allowance.rules.statutes import law_of


def month(text):
    return Month.parse(text)


def day(text):
    return date.fromisoformat(text)


def monthly(when, *children, benefit=Benefit.CHILD_ALLOWANCE):
    children = [child if isinstance(child, Child) else Child(day(child)) for child in children]
    return sum(item.amount for item in amounts_for(children, month(when), benefit))


def paid_on(pay_day, *children, since="2012-06", until="2100-01", benefit=Benefit.CHILD_ALLOWANCE):
    months = pay_days.months_paid_on(day(pay_day))
    return sum(
        monthly(str(paid), *children, benefit=benefit)
        for paid in months
        if month(since) <= paid < month(until)
    )


class TestWorkedExamples:
    """Cases worked by hand from the law, to the yen."""

    def test_a_birth_claimed_in_fifteen_days_is_paid_from_the_month_after_the_birth(self):
        event = day("2025-05-20")
        assert periods.last_day_to_claim(event) == day("2025-06-04")
        start = periods.first_month(claimed_on=day("2025-06-03"), event_on=event)
        assert start == month("2025-06")
        assert monthly("2025-06", "2025-05-20") == 15_000
        assert paid_on("2025-08-13", "2025-05-20", since=str(start)) == 30_000

    def test_a_day_late_costs_a_month(self):
        start = periods.first_month(claimed_on=day("2025-06-05"), event_on=day("2025-05-20"))
        assert start == month("2025-07")
        assert paid_on("2025-08-13", "2025-05-20", since=str(start)) == 15_000

    def test_the_third_birthday_lowers_the_amount_from_the_next_month(self):
        child = "2022-07-10"
        assert [monthly(m, child) for m in ("2025-06", "2025-07", "2025-08")] == [
            15_000,
            15_000,
            10_000,
        ]
        assert paid_on("2025-08-13", child) == 30_000
        assert paid_on("2025-10-10", child) == 20_000

    def test_a_child_past_eighteen_counts_only_if_cared_for(self):
        younger = ("2011-05-01", "2012-05-01")
        assert monthly("2024-10", Child(day("2005-05-01"), cared_for=True), *younger) == 40_000
        assert monthly("2024-10", Child(day("2005-05-01")), *younger) == 20_000
        with_eldest = (Child(day("2005-05-01"), cared_for=True), *younger)
        assert paid_on("2024-12-13", *with_eldest) == 80_000
        assert paid_on("2024-12-13", Child(day("2005-05-01")), *younger) == 40_000

    def test_the_reform_falls_between_september_and_october_2024(self):
        children = ("2010-05-05", "2018-05-05", "2022-09-09")
        assert monthly("2024-06", *children) == monthly("2024-09", *children) == 35_000
        assert monthly("2024-10", *children) == 50_000
        assert paid_on("2024-10-11", *children) == 140_000
        assert paid_on("2024-12-13", *children) == 100_000

    def test_an_income_over_the_limit_leaves_the_special_benefit(self):
        benefit = benefit_for(law_of(month("2022-10")), 7_400_000, Dependants(3))
        assert benefit is Benefit.SPECIAL_BENEFIT
        assert monthly("2022-10", "2017-05-05", "2013-05-05", benefit=benefit) == 10_000
        children = ("2017-05-05", "2013-05-05")
        assert paid_on("2023-02-13", *children, benefit=benefit) == 40_000

    def test_a_family_that_moves_away_is_paid_through_the_month_of_the_move(self):
        moved_on, children = day("2025-06-10"), ("2016-01-20", "2021-03-03")
        assert periods.last_month(moved_on) == month("2025-06")
        assert periods.first_month(claimed_on=day("2025-06-20"), event_on=moved_on) == month(
            "2025-07"
        )
        assert paid_on("2025-06-13", *children, until="2025-07") == 40_000
        assert paid_on("2025-08-13", *children, until="2025-07") == 20_000

    def test_a_recipient_who_dies_is_owed_the_month_of_the_death(self):
        died_on = day("2025-09-25")
        end = periods.last_month(died_on).plus(1)
        assert paid_on("2025-10-10", "2015-01-20", until=str(end)) == 20_000
        assert periods.first_month(claimed_on=day("2025-10-10"), event_on=died_on) == month(
            "2025-10"
        )
