"""所得制限限度額 and 所得上限限度額, to the yen."""

from datetime import date

import pytest

from child_allowance.rules.income import (
    Benefit,
    Dependants,
    Income,
    benefit_for,
    income_after_deductions,
    income_year,
    taxed_on,
)
from child_allowance.rules.months import Month
from child_allowance.rules.statutes import law_of


def month(text):
    return Month.parse(text)


def day(text):
    return date.fromisoformat(text)


LIMITS = [
    (0, 6_220_000, 8_580_000),
    (1, 6_600_000, 8_960_000),
    (2, 6_980_000, 9_340_000),
    (3, 7_360_000, 9_720_000),
    (4, 7_740_000, 10_100_000),
    (5, 8_120_000, 10_480_000),
    (6, 8_500_000, 10_860_000),
]


class TestIncomeTest:
    """所得制限限度額 and 所得上限限度額: at the limit is over it."""

    @pytest.mark.parametrize(("dependants", "limit", "ceiling"), LIMITS)
    @pytest.mark.parametrize("elderly", [0, 1, 2])
    def test_one_yen_decides(self, dependants, limit, ceiling, elderly):
        if elderly > dependants:
            dependants, limit, ceiling = (
                elderly,
                limit + 380_000 * (elderly - dependants),
                ceiling + 380_000 * (elderly - dependants),
            )
        law, told = law_of(month("2022-10")), Dependants(dependants, elderly)
        limit, ceiling = limit + 60_000 * elderly, ceiling + 60_000 * elderly
        assert [
            benefit_for(law, income, told)
            for income in (limit - 1, limit, ceiling - 1, ceiling, ceiling + 1)
        ] == [
            Benefit.CHILD_ALLOWANCE,
            Benefit.SPECIAL_BENEFIT,
            Benefit.SPECIAL_BENEFIT,
            Benefit.NOTHING,
            Benefit.NOTHING,
        ]

    @pytest.mark.parametrize("when", ["2012-06", "2022-09"])
    def test_there_was_no_ceiling_before_october_2022(self, when):
        assert benefit_for(law_of(month(when)), 10**9, Dependants()) is Benefit.SPECIAL_BENEFIT

    @pytest.mark.parametrize(
        ("when", "year", "taxed"),
        [
            ("2024-05", 2022, "2023-01-01"),
            ("2024-06", 2023, "2024-01-01"),
            ("2024-01", 2022, "2023-01-01"),
            ("2023-12", 2022, "2023-01-01"),
        ],
    )
    def test_the_income_year_turns_in_june(self, when, year, taxed):
        assert income_year(month(when)) == year
        assert taxed_on(month(when)) == day(taxed)

    def test_every_deduction_is_taken(self):
        income = Income(
            total=9_000_000,
            salary_and_pension=7_000_000,
            actual=123_456,
            disabled=2,
            specially_disabled=1,
            single_parent=True,
            working_student=True,
        )
        deductions = law_of(month("2024-01")).deductions
        assert income_after_deductions(income, deductions) == (
            9_000_000 - 80_000 - 100_000 - 123_456 - 540_000 - 400_000 - 350_000 - 270_000
        )

    def test_the_deduction_from_salary_began_in_june_2021(self):
        income = Income(total=1_000_000, salary_and_pension=60_000)
        before = income_after_deductions(income, law_of(month("2021-05")).deductions)
        after = income_after_deductions(income, law_of(month("2021-06")).deductions)
        assert (before, after) == (920_000, 860_000)

    def test_an_income_never_falls_below_nothing(self):
        assert income_after_deductions(Income(total=0), law_of(month("2024-01")).deductions) == 0
