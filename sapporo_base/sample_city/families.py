"""Families under 児童手当: who cares for which children, who of two parents earns more, and what the law pays them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import holidays
import numpy as np

from sapporo_base.sample_city import days, names, numbers, places
from sapporo_base.sample_city.residents import YEAR, Register
from sapporo_base.sample_city.taxes import TaxItems

LAST_AGE: Final = 18
COUNTED_AGE: Final = 22
PUBLIC_SERVANTS: Final = 0.1
"""Share of families whose parent is paid by the 所属庁 (児童手当法第17条) and therefore does not claim here."""
TIMELY_DAYS: Final = 15
_STUDENT_ELSEWHERE: Final = 0.07
_PUPIL_ELSEWHERE: Final = 0.012
_SPOUSE_ELSEWHERE: Final = 0.18
_THIRD: Final = 3


@dataclass
class Family:
    """
    Parents and their children of one register.

    `children` are paid for (up to the 年度末 of 18), `counted` are the older ones (up to that of 22); those who live
    elsewhere are items, not positions.
    """

    claimant: int
    spouse: int
    children: list[int]
    counted: list[int]
    children_elsewhere: list[dict[str, str]] = field(default_factory=list)
    counted_elsewhere: list[dict[str, str]] = field(default_factory=list)
    spouse_elsewhere: dict[str, str] | None = None


class Strangers:
    """Hands out citizens elsewhere: numbers of their own range, and invented items."""

    def __init__(self, rng: np.random.Generator, block: int) -> None:
        self._rng = rng
        self._serials: Iterator[int] = iter(
            range(
                numbers.ELSEWHERE_SERIALS + block * 20_000,
                numbers.ELSEWHERE_SERIALS + (block + 1) * 20_000,
            )
        )

    def number(self) -> str:
        """Return a 個人番号 that nobody else has."""
        return numbers.fictitious_individual_number(next(self._serials))

    def person(
        self, *, family: tuple[str, str], sex: str, born: date, as_of: date
    ) -> dict[str, str]:
        """Invent someone of a family (written, reading) who lives elsewhere in Japan."""
        generation = int(names.generation_of(np.array([born.year]))[0])
        stock = names.given_names(sex, generation)
        given = int(stock.draw(self._rng, 1)[0])
        home = places.elsewhere().sites(self._rng, 1)[0]
        since = max(born, as_of - timedelta(days=int(self._rng.integers(200, 2000))))
        return {
            "individual_number": self.number(), "resident_number": "",
            "name": f"{family[0]}　{stock.written[given]}", "name_kana": f"{family[1]}　{stock.kana[given]}",
            "born_on": born.isoformat(), "sex": sex, "municipality_code": home.municipality_code,
            "municipality": f"{home.prefecture}{home.municipality}", "residential_address": home.text,
            "postal_code": home.postal_code, "since": since.isoformat(),
        }  # fmt: skip


def families_of(
    rng: np.random.Generator, part: Register, income: TaxItems, strangers: Strangers
) -> list[Family]:
    """Find the families that claim here: children, parents by 課税年度の合計所得金額, the older children who count."""
    crowd = part.people
    total = income.amounts["total_income"]
    year = days.school_year(part.as_of)
    paid: dict[tuple[int, int], list[int]] = defaultdict(list)
    counted: dict[tuple[int, int], list[int]] = defaultdict(list)
    young = np.flatnonzero(
        (crowd.age < COUNTED_AGE + 2) & ((crowd.father >= 0) | (crowd.mother >= 0))
    )
    for child in young.tolist():
        birth = days.day_of(int(part.born[child]))
        parents = int(crowd.father[child]), int(crowd.mother[child])
        if year <= days.school_year_of_age(birth, LAST_AGE):
            paid[parents].append(child)
        elif year <= days.school_year_of_age(birth, COUNTED_AGE):
            counted[parents].append(child)
    found = []
    unknown = part.columns["born_on_unknown"]
    for (father, mother), children in paid.items():
        dice = rng.random(5).tolist()
        if dice[0] < PUBLIC_SERVANTS or any(
            unknown[p] == "1"
            or (p in (father, mother) and not part.columns["individual_number"][p])
            for p in (*children, father, mother)
            if p >= 0
        ):
            continue
        claimant, spouse = father, mother
        if father < 0 or (mother >= 0 and total[mother] > total[father]):
            claimant, spouse = mother, father
        family = Family(
            claimant, spouse, children, [p for p in counted[father, mother] if unknown[p] == "0"]
        )
        oldest = max(float(crowd.age[p]) for p in children)
        name = _family_name(part, claimant)
        if oldest > 13 and dice[1] < _STUDENT_ELSEWHERE:
            born = _day_in_class(part.as_of, 19 + int(dice[2] * 4), dice[3])
            if _old_enough(part, (claimant, spouse), born):
                sex = "1" if dice[4] < 0.5 else "2"
                family.counted_elsewhere.append(
                    strangers.person(family=name, sex=sex, born=born, as_of=part.as_of)
                )
        elif oldest > 10 and dice[1] > 1 - _PUPIL_ELSEWHERE:
            born = _day_in_class(part.as_of, 16 + int(dice[2] * 3), dice[3])
            if _old_enough(part, (claimant, spouse), born):
                family.children_elsewhere.append(
                    strangers.person(family=name, sex="2", born=born, as_of=part.as_of)
                )
        if spouse < 0 and part.from_outside[claimant] and dice[1] < _SPOUSE_ELSEWHERE:
            sex = "2" if part.columns["sex"][claimant] == "1" else "1"
            born = days.day_of(int(part.born[claimant]) - 300 + int(dice[2] * 900))
            family.spouse_elsewhere = strangers.person(
                family=name, sex=sex, born=born, as_of=part.as_of
            )
        found.append(family)
    return found


def _family_name(part: Register, place: int) -> tuple[str, str]:
    return part.columns["name"][place].split("　")[0], part.columns["name_kana"][place].split("　")[
        0
    ]


def _day_in_class(as_of: date, age_at_year_end: int, part_of_year: float) -> date:
    """Return a birthday of those who reach an age within the 年度 of a day."""
    first = date(days.school_year(as_of) - age_at_year_end, 4, 2)
    return first + timedelta(days=int(part_of_year * 364))


def _old_enough(part: Register, parents: Iterable[int], born: date) -> bool:
    return all(
        (days.number_of(born) - int(part.born[p])) / YEAR > LAST_AGE for p in parents if p >= 0
    )


def monthly_amount(paid: list[date], counted: list[date], year: int, month: int) -> int:
    """
    Return the monthly 児童手当 from 2024-10 on, in yen (児童手当法第6条).

    :param paid: birthdays of the children paid for; one born in the month or later does not count yet.
    :param counted: birthdays of older children who count because the parent bears 監護相当の世話 and 生計費.
    """
    there = sorted(
        (birth, is_paid) for some, is_paid in ((paid, True), (counted, False)) for birth in some
    )
    total = 0
    for rank, (birth, is_paid) in enumerate(there, start=1):
        if not is_paid or (birth.year, birth.month) >= (year, month):
            continue
        if rank >= _THIRD:
            total += 30_000
        elif (year, month) <= (birth.year + 3, birth.month):
            total += 15_000
        else:
            total += 10_000
    return total


def first_month(cause_on: date, received_on: date) -> str:
    """
    Return the first month to be paid: after the claim, or after the event if claimed within 15 days.

    The last day rolls to the next open day (児童手当法第8条第2項・第3項).
    """
    last = cause_on + timedelta(days=TIMELY_DAYS)
    closed = holidays.country_holidays("JP", years=[last.year, last.year + 1])
    while last.weekday() >= days.SATURDAY or last in closed or (last.month, last.day) >= (12, 29) or (
        last.month, last.day
    ) <= (1, 3):  # fmt: skip
        last += timedelta(days=1)
    return days.next_month(cause_on if received_on <= last else received_on)


def pay_months(as_of: date) -> tuple[str, tuple[int, int], tuple[int, int]]:
    """
    Return the last month already paid and the two months of the next pay day (even months, two months each).

    A pay day of the month of `as_of` itself counts as past from its 13th on.
    """
    month = as_of.year * 12 + as_of.month - 1
    if as_of.day >= 13:
        month += 1
    pay = month if month % 2 == 1 else month + 1
    paid_until = pay - 3
    first, second = pay - 2, pay - 1
    return (
        days.month_text(paid_until // 12, paid_until % 12 + 1),
        (first // 12, first % 12 + 1),
        (second // 12, second % 12 + 1),
    )
