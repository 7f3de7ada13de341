"""The income test for the months up to 2024-09 (児童手当法第5条, 附則第2条, 施行令)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from child_allowance.rules.months import Month
from child_allowance.rules.statutes import Deductions, Law

FIRST_MONTH_OF_INCOME_YEAR = 6
"""From June the income of the year before counts, until May that of the year before last."""


class Benefit(StrEnum):
    """What the income of the recipient leaves: the whole allowance, 特例給付, or nothing."""

    CHILD_ALLOWANCE = "child_allowance"
    SPECIAL_BENEFIT = "special_benefit"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Income:
    """
    The income of one person in one year as 地方税関係情報 gives it, yen and heads.

    `total` is 総所得金額等 before any deduction; `salary_and_pension` the part of it that is
    給与所得 and 公的年金等所得; `actual` 雑損, 医療費 and 小規模企業共済等掛金 and the special
    deductions of 譲渡所得 together.
    """

    total: int
    salary_and_pension: int = 0
    actual: int = 0
    disabled: int = 0
    specially_disabled: int = 0
    widowed: bool = False
    single_parent: bool = False
    working_student: bool = False


@dataclass(frozen=True)
class Dependants:
    """扶養親族等: how many, and how many of them raise the limit as 老人扶養親族."""

    number: int = 0
    elderly: int = 0


def income_year(month: Month) -> int:
    """Return the calendar year whose income counts for a month (児童手当法第5条第1項)."""
    return month.year - (1 if month.number >= FIRST_MONTH_OF_INCOME_YEAR else 2)


def taxed_on(month: Month) -> date:
    """
    Return the 1 January (賦課期日) that says which municipality knows the income of a month.

    The income of a year is taxed in the next by the municipality of residence on its first day.
    """
    return date(income_year(month) + 1, 1, 1)


def income_after_deductions(income: Income, deductions: Deductions) -> int:
    """Return the income that is held against the limits, never below zero (施行令第3条)."""
    taken = (
        deductions.social_insurance
        + min(max(income.salary_and_pension, 0), deductions.salary_or_pension)
        + income.actual
        + income.disabled * deductions.disabled
        + income.specially_disabled * deductions.specially_disabled
        + income.widowed * deductions.widowed
        + income.single_parent * deductions.single_parent
        + income.working_student * deductions.working_student
    )
    return max(income.total - taken, 0)


def income_limit(law: Law, dependants: Dependants) -> int:
    """Return 所得制限限度額 for so many dependants, yen."""
    return law.income.limit + _raised_by(law, dependants)


def income_ceiling(law: Law, dependants: Dependants) -> int | None:
    """Return 所得上限限度額 for so many dependants, yen; None where the law has none."""
    return None if law.income.ceiling is None else law.income.ceiling + _raised_by(law, dependants)


def benefit_for(law: Law, income: int, dependants: Dependants) -> Benefit:
    """Say what an income leaves; the limits themselves are over already (以上であるとき)."""
    if not law.income.tested or income < income_limit(law, dependants):
        return Benefit.CHILD_ALLOWANCE
    ceiling = income_ceiling(law, dependants)
    if ceiling is not None and income >= ceiling:
        return Benefit.NOTHING
    return Benefit.SPECIAL_BENEFIT


def _raised_by(law: Law, dependants: Dependants) -> int:
    ordinary = dependants.number - dependants.elderly
    return (
        ordinary * law.income.limit_per_dependant
        + dependants.elderly * law.income.limit_per_elderly_dependant
    )
