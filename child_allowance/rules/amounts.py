"""What is due for each child of one recipient in one month (児童手当法第6条, 附則第2条)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from child_allowance.rules import ages
from child_allowance.rules.income import Benefit
from child_allowance.rules.months import Month
from child_allowance.rules.statutes import Law, StageAmounts, law_of

ORDINARY_RANKS = 2
"""The first and second counted children are ordinary; 第三子以降 begin after them."""


class Stage(StrEnum):
    """Where a child stands in a month."""

    NOT_BORN = "not_born"
    BORN_THIS_MONTH = "born_this_month"
    YOUNG = "young"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    COUNTED_ONLY = "counted_only"
    COUNTED_IF_CARED_FOR = "counted_if_cared_for"
    GROWN = "grown"


PAID_STAGES = frozenset({Stage.YOUNG, Stage.PRIMARY, Stage.SECONDARY})


class Rule(StrEnum):
    """Why a child gets what it gets; a stable name for machines, in words in `explanations`."""

    FIRST_OR_SECOND = "first_or_second"
    THIRD_OR_LATER = "third_or_later"
    IN_FACILITY = "in_facility"
    SPECIAL_BENEFIT = "special_benefit"
    OVER_CEILING = "over_ceiling"
    COUNTED_ONLY = "counted_only"
    NOT_CARED_FOR = "not_cared_for"
    GROWN = "grown"
    BORN_THIS_MONTH = "born_this_month"
    NOT_BORN = "not_born"


@dataclass(frozen=True)
class Child:
    """
    A child of the recipient, as far as the amount depends on it.

    `cared_for`: 監護相当の世話と生計費の負担 are on file; asked for past the year of 18 only.
    `in_facility`: 施設入所等児童; the money goes to the facility, and the child is not counted.
    """

    birth: date
    cared_for: bool = False
    in_facility: bool = False


@dataclass(frozen=True)
class ChildAmount:
    """Yen for one child and month, and why; `rank` is its place among the counted, eldest first."""

    amount: int
    stage: Stage
    rule: Rule
    rank: int | None = None


@lru_cache(maxsize=1 << 16)
def stage_of(birth: date, month: Month) -> Stage:
    """
    Return where a child born on a day stands in a month.

    The claim is taken as made in time, so the first month is the one after that of the birth.
    """
    law = law_of(month)
    if Month.of(birth) >= month:
        return Stage.BORN_THIS_MONTH if Month.of(birth) == month else Stage.NOT_BORN
    if ages.is_young(birth, month, law.ages.young_through_birthday_month_of):
        return Stage.YOUNG
    for stage, age in (
        (Stage.PRIMARY, law.ages.primary_until_fiscal_year_end_of),
        (Stage.SECONDARY, law.ages.paid_until_fiscal_year_end_of),
        (Stage.COUNTED_ONLY, law.ages.counted_until_fiscal_year_end_of),
        (Stage.COUNTED_IF_CARED_FOR, law.ages.cared_for_until_fiscal_year_end_of),
    ):
        if month.first_day <= ages.fiscal_year_end_of(birth, age):
            return stage
    return Stage.GROWN


def amounts_for(
    children: Sequence[Child], month: Month, benefit: Benefit = Benefit.CHILD_ALLOWANCE
) -> list[ChildAmount]:
    """
    Return what each child is worth in a month, in the order given.

    :raises NoLawForMonth: the month lies before 2012-06.
    """
    law = law_of(month)
    stages = [stage_of(child.birth, month) for child in children]
    rank_of = _ranks(children, stages)
    return [
        _amount(law, child, stage, rank_of.get(place), benefit)
        for place, (child, stage) in enumerate(zip(children, stages, strict=True))
    ]


def _ranks(children: Sequence[Child], stages: Sequence[Stage]) -> dict[int, int]:
    """Rank the counted children by age, the eldest first; twins keep the order given."""
    counted = [
        place
        for place, (child, stage) in enumerate(zip(children, stages, strict=True))
        if not child.in_facility
        and (
            stage in PAID_STAGES
            or stage is Stage.COUNTED_ONLY
            or (stage is Stage.COUNTED_IF_CARED_FOR and child.cared_for)
        )
    ]
    counted.sort(key=lambda place: children[place].birth)
    return {place: rank for rank, place in enumerate(counted, start=1)}


def _amount(
    law: Law, child: Child, stage: Stage, rank: int | None, benefit: Benefit
) -> ChildAmount:
    if stage not in PAID_STAGES:
        return ChildAmount(0, stage, _rule_of_unpaid(stage, counted=rank is not None), rank)
    amounts = _stage_amounts(law, stage)
    if child.in_facility:
        return ChildAmount(amounts.in_facility, stage, Rule.IN_FACILITY)
    if benefit is Benefit.NOTHING:
        return ChildAmount(0, stage, Rule.OVER_CEILING, rank)
    if benefit is Benefit.SPECIAL_BENEFIT:
        return ChildAmount(law.special_benefit, stage, Rule.SPECIAL_BENEFIT, rank)
    if rank is not None and rank > ORDINARY_RANKS:
        return ChildAmount(amounts.third_and_later, stage, Rule.THIRD_OR_LATER, rank)
    return ChildAmount(amounts.first_and_second, stage, Rule.FIRST_OR_SECOND, rank)


def _stage_amounts(law: Law, stage: Stage) -> StageAmounts:
    if stage is Stage.YOUNG:
        return law.young
    return law.primary if stage is Stage.PRIMARY else law.secondary


def _rule_of_unpaid(stage: Stage, *, counted: bool) -> Rule:
    if counted:
        return Rule.COUNTED_ONLY
    if stage is Stage.COUNTED_IF_CARED_FOR:
        return Rule.NOT_CARED_FOR
    return {
        Stage.BORN_THIS_MONTH: Rule.BORN_THIS_MONTH,
        Stage.NOT_BORN: Rule.NOT_BORN,
    }.get(stage, Rule.GROWN)
