"""The law of a month: what `law/*.toml` says was in force for it."""

import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from child_allowance.rules.months import Month

LAW = Path(__file__).parent / "law"


class NoLawForMonth(ValueError):
    """The month lies before the first the rules know (2012-06)."""


@dataclass(frozen=True)
class Ages:
    """The ages at which 児童手当 changes or ends, in whole years."""

    young_through_birthday_month_of: int
    primary_until_fiscal_year_end_of: int
    paid_until_fiscal_year_end_of: int
    counted_until_fiscal_year_end_of: int
    cared_for_until_fiscal_year_end_of: int


@dataclass(frozen=True)
class StageAmounts:
    """Yen a month for one child of a stage (三歳未満, 小学校修了前, それ以後)."""

    first_and_second: int
    third_and_later: int
    in_facility: int


@dataclass(frozen=True)
class IncomeLimits:
    """所得制限限度額 and 所得上限限度額, yen; `ceiling` is None where the law knew none."""

    tested: bool
    limit: int
    limit_per_dependant: int
    limit_per_elderly_dependant: int
    ceiling: int | None = None


@dataclass(frozen=True)
class Deductions:
    """What 児童手当法施行令第3条 takes from the income, yen."""

    social_insurance: int
    disabled: int
    specially_disabled: int
    widowed: int
    single_parent: int
    working_student: int
    salary_or_pension: int


@dataclass(frozen=True)
class Payment:
    """The months money goes out in, and the day of the month."""

    months: tuple[int, ...]
    day: int


@dataclass(frozen=True)
class Law:
    """児童手当法 and its order as in force for the months from `from_month` on."""

    from_month: Month
    name: str
    ages: Ages
    young: StageAmounts
    primary: StageAmounts
    secondary: StageAmounts
    special_benefit: int
    income: IncomeLimits
    deductions: Deductions
    payment: Payment
    articles: Mapping[str, str]
    reform_claims_until: date | None = None


def law_of(month: Month) -> Law:
    """
    Return the law in force for a month.

    :raises NoLawForMonth: before 2012-06 other laws applied (子ども手当).
    """
    laws = all_laws()
    place = bisect_right([law.from_month for law in laws], month)
    if not place:
        raise NoLawForMonth(str(month))
    return laws[place - 1]


@cache
def all_laws() -> tuple[Law, ...]:
    """Return every state of the law, oldest first; each file is laid over those before it."""
    stated: dict[str, Any] = {}
    laws = []
    for file in sorted(LAW.glob("*.toml")):
        stated = _laid_over(stated, tomllib.loads(file.read_text(encoding="utf-8")))
        laws.append(_law(stated))
    return tuple(laws)


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        merged[key] = _laid_over(merged.get(key, {}), value) if isinstance(value, dict) else value
    return merged


def _law(stated: Mapping[str, Any]) -> Law:
    amounts, reform = stated["amounts"], stated.get("reform")
    return Law(
        from_month=Month.parse(stated["from_month"]),
        name=stated["name"],
        ages=Ages(**stated["ages"]),
        young=StageAmounts(**amounts["young"]),
        primary=StageAmounts(**amounts["primary"]),
        secondary=StageAmounts(**amounts["secondary"]),
        special_benefit=amounts["special_benefit"]["per_child"],
        income=IncomeLimits(**stated["income"]),
        deductions=Deductions(**stated["deductions"]),
        payment=Payment(months=tuple(stated["payment"]["months"]), day=stated["payment"]["day"]),
        articles=stated["articles"],
        reform_claims_until=date.fromisoformat(reform["claims_until"]) if reform else None,
    )
