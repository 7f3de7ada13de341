"""地方税関係情報 read as the income test and the comparison of two parents need it."""

from collections.abc import Mapping

from child_allowance.rules.income import Dependants, Income, income_after_deductions
from child_allowance.rules.reviews import Tax, TaxState
from child_allowance.rules.statutes import Deductions

NOT_DECLARED = "2"
WIDOWED, SINGLE_PARENT = "1", "2"
DISABLED, SPECIALLY_DISABLED = "1", "2"
ACTUAL_DEDUCTIONS = (
    "casualty_deduction",
    "medical_deduction",
    "small_enterprise_mutual_deduction",
    "long_term_transfer_deduction",
    "short_term_transfer_deduction",
    "separate_long_term_transfer_deduction",
    "separate_short_term_transfer_deduction",
)
Items = Mapping[str, str | int | None]


def tax_of(items: Items, deductions: Deductions) -> Tax:
    """
    Return what the tax items of a year say; names are those of the layout `tax`, amounts yen.

    :param deductions: those of the law of the month in question.
    """
    if str(items.get("undeclared") or "") == NOT_DECLARED:
        return Tax(TaxState.UNDECLARED)
    income = income_of(items)
    return Tax(
        TaxState.KNOWN,
        compared=max(_yen(items, "total_income"), 0),
        tested=income_after_deductions(income, deductions),
        dependants=dependants_of(items),
    )


def income_of(items: Items) -> Income:
    """Return the income and what may be deducted from it (施行令第2条、第3条)."""
    own, family = _code(items, "own_disability"), _code(items, "widow_or_single_parent")
    return Income(
        total=_yen(items, "gross_income"),
        salary_and_pension=_yen(items, "salary_income") + _yen(items, "pension_income"),
        actual=sum(_yen(items, name) for name in ACTUAL_DEDUCTIONS),
        disabled=_yen(items, "ordinary_disabled") + (own == DISABLED),
        specially_disabled=_yen(items, "special_disabled") + (own == SPECIALLY_DISABLED),
        widowed=family == WIDOWED,
        single_parent=family == SINGLE_PARENT,
        working_student=_code(items, "working_student") == "1",
    )


def dependants_of(items: Items) -> Dependants:
    """
    Return 扶養親族等: 同一生計配偶者, 扶養親族 and those under 16.

    同居老親等 are among 老人扶養親族, 同居特別障害者 among 特別障害者: neither is counted twice.
    """
    elderly = _yen(items, "elderly_dependants")
    number = (
        elderly
        + _yen(items, "general_dependants")
        + _yen(items, "specific_dependants")
        + _yen(items, "dependants_under_16")
        + (_code(items, "same_livelihood_spouse") == "1")
    )
    return Dependants(number=number, elderly=elderly)


def _yen(items: Items, name: str) -> int:
    return int(items.get(name) or 0)


def _code(items: Items, name: str) -> str:
    return str(items.get(name) or "")
