"""課税情報: incomes, dependants and levies of the people of a register, and their rows of the layout `tax`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from sapporo_base.sample_city import days
from sapporo_base.sample_city.days import Integers
from sapporo_base.sample_city.files import Column, layout
from sapporo_base.sample_city.people import HEAD, MAN, SPOUSE
from sapporo_base.sample_city.residents import YEAR, Register

Floats = npt.NDArray[np.float64]

FIRST_YEAR_OF_PARENTS: Final = 2023
"""Parents of children have rows back to this 課税年度: the last year of the income test asks for it."""
TAX_NUMBERS: Final = 5_000_000_000
_SALARY_MEN: Final = {
    18: 2.0e6,
    22: 2.6e6,
    30: 4.0e6,
    40: 5.1e6,
    50: 5.8e6,
    58: 5.9e6,
    62: 3.6e6,
    70: 2.0e6,
}
_SALARY_WOMEN: Final = {18: 1.8e6, 22: 2.4e6, 30: 2.9e6, 40: 2.7e6, 50: 2.6e6, 60: 2.1e6, 70: 1.4e6}
_WORKING_MEN: Final = {18: 0.4, 23: 0.85, 30: 0.94, 55: 0.92, 60: 0.82, 66: 0.45, 75: 0.1}
_WORKING_WOMEN: Final = {18: 0.4, 23: 0.85, 30: 0.76, 50: 0.77, 60: 0.6, 66: 0.28, 75: 0.04}
_SELF_EMPLOYED: Final = 0.07
_UNDECLARED: Final = 0.12
_REVISED: Final = 0.008
_OUT_OF_REGISTRY: Final = 0.0008


@dataclass(frozen=True)
class Incomes:
    """What people of a register earned in the year before a 課税年度, in yen."""

    salary_revenue: Integers
    salary: Integers
    pension_revenue: Integers
    pension: Integers
    business: Integers

    @property
    def total(self) -> Integers:
        """合計所得金額."""
        return self.salary + self.pension + self.business


def incomes(rng: np.random.Generator, part: Register) -> Incomes:
    """Draw the incomes of the 課税年度 of the reference day."""
    crowd, age = part.people, part.people.age
    man = crowd.sex == MAN

    def curve(points: dict[int, float]) -> Floats:
        return np.interp(age, list(points), list(points.values()))

    works = (age >= 18) & (
        rng.random(len(part)) < np.where(man, curve(_WORKING_MEN), curve(_WORKING_WOMEN))
    )
    level = np.where(man, curve(_SALARY_MEN), curve(_SALARY_WOMEN)) * rng.lognormal(
        -0.08, 0.45, len(part)
    )
    self_employed = works & (rng.random(len(part)) < _SELF_EMPLOYED)
    revenue = np.where(works & ~self_employed, level, 0.0).astype(np.int64) // 1000 * 1000
    business = np.where(self_employed, level * 0.7, 0.0).astype(np.int64) // 1000 * 1000
    old_age = np.where(
        age >= 65, np.where(man, 1.75e6, 1.05e6) * rng.lognormal(-0.1, 0.4, len(part)), 0.0
    )
    pension_revenue = old_age.astype(np.int64) // 1000 * 1000
    return Incomes(
        revenue,
        salary_income(revenue, 650_000),
        pension_revenue,
        np.maximum(pension_revenue - 1_100_000, 0),
        business,
    )


def salary_income(revenue: Integers, least: int) -> Integers:
    """Return 給与所得 (所得税法第28条第3項) for 給与収入; `least` is the smallest deduction of that year."""
    deduction = np.select(
        [revenue <= 1_800_000, revenue <= 3_600_000, revenue <= 6_600_000, revenue <= 8_500_000],
        [
            revenue * 4 // 10 - 100_000,
            revenue * 3 // 10 + 80_000,
            revenue * 2 // 10 + 440_000,
            revenue // 10 + 1_100_000,
        ],
        default=1_950_000,
    )
    found: Integers = np.maximum(revenue - np.maximum(deduction, least), 0)
    return found


def earlier(now: Incomes, years_ago: int) -> Incomes:
    """Return the incomes some years earlier: a little less, and with the deduction of that time."""
    factor = 0.985**years_ago
    revenue = (now.salary_revenue * factor).astype(np.int64) // 1000 * 1000
    return Incomes(
        revenue, salary_income(revenue, 550_000), now.pension_revenue, now.pension,
        (now.business * factor).astype(np.int64) // 1000 * 1000,
    )  # fmt: skip


@dataclass(frozen=True)
class TaxItems:
    """The amounts of one 課税年度 for each person of a register, by field of the layout `tax`."""

    year: int
    amounts: dict[str, Integers]

    def of(self, position: int) -> dict[str, int]:
        """Return one person's amounts that are not zero, and the total in any case."""
        found = {name: int(values[position]) for name, values in self.amounts.items()}
        return {name: value for name, value in found.items() if value or name == "total_income"}


def tax_items(part: Register, income: Incomes, year: int) -> TaxItems:
    """Compute dependants, deductions and levies of a 課税年度."""
    crowd = part.people
    age = (days.number_of(date(year - 1, 12, 31)) - part.born) / YEAR
    total = income.total
    couple = np.maximum(crowd.spouse, 0)
    married = crowd.spouse >= 0
    main = (crowd.role == HEAD) | (crowd.role == SPOUSE)
    earner = part.head.copy()
    better = married & main & (total[couple] > total)
    head_is_less = better[part.head]
    earner[head_is_less] = couple[part.head][head_is_less]
    everyone = np.arange(len(part))
    there = age > 0
    dependent = (
        there & (earner != everyone) & ~((crowd.spouse == earner) & married) & (total <= 580_000)
    )

    def count(some: npt.NDArray[np.bool_]) -> Integers:
        return np.bincount(earner[dependent & some], minlength=len(part)).astype(np.int64)

    young = count(age < 16)
    specific = count((age >= 19) & (age < 23))
    elderly = count(age >= 70)
    general = count((age >= 16) & (age < 70)) - specific
    kept_spouse = (
        married & (total[couple] <= 580_000) & (total > total[couple]) & (total <= 10_000_000)
    )
    lone = (~married) & (np.bincount(earner[dependent & (age < 20)], minlength=len(part)) > 0)
    social = (total * 14 // 100) // 100 * 100
    medical = np.where((everyone * 7 + year) % 23 == 0, 40_000 + everyone % 50 * 3_000, 0)
    mutual = np.where((income.business > 3_000_000) & (everyone % 3 == 0), 240_000, 0)
    deductions = (
        social + medical + mutual + 430_000 + 330_000 * (general + kept_spouse) + 450_000 * (specific + elderly)
        + np.where(lone, 300_000, 0)
    )  # fmt: skip
    base = np.maximum(total - deductions, 0) // 1000 * 1000
    free = total <= 350_000 * (1 + general + specific + elderly + young + kept_spouse) + np.where(
        general + specific + elderly + young + kept_spouse > 0, 310_000, 100_000
    )
    levied = np.where(free, 0, base)
    return TaxItems(
        year,
        {
            "gross_income": total, "total_income": total, "aggregate_income": total,
            "salary_income": income.salary, "salary_revenue": income.salary_revenue,
            "pension_income": income.pension, "pension_revenue": income.pension_revenue,
            "business_income": income.business,
            "medical_deduction": medical, "small_enterprise_mutual_deduction": mutual,
            "social_insurance_deduction": social, "spouse_deduction": kept_spouse.astype(np.int64),
            "general_dependants": general, "specific_dependants": specific, "elderly_dependants": elderly,
            "dependants_under_16": young, "widow_or_single_parent": np.where(lone, 2, 0),
            "same_livelihood_spouse": (married & main & (total <= 580_000)).astype(np.int64),
            "total_deductions": deductions, "taxable_income": base,
            "municipal_income_levy": levied * 8 // 10_000 * 100,
            "prefectural_income_levy": levied * 2 // 10_000 * 100,
            "municipal_per_capita_levy": np.where(free, 0, 3_000),
            "prefectural_per_capita_levy": np.where(free, 0, 1_000),
            "forest_environment_tax": np.where(free, 0, 1_000),
        },
    )  # fmt: skip


def tax_rows(
    rng: np.random.Generator, part: Register, by_year: dict[int, TaxItems], parents: Integers
) -> list[str]:
    """
    Write the rows of `tax`: all adults of the last 課税年度, parents of children of the earlier ones too.

    Only who lived in the city on 1 January of the year (or is taxed though not registered) has a row.
    """
    rows: list[str] = []
    last = max(by_year)
    is_parent = np.zeros(len(part), dtype=np.bool_)
    is_parent[parents] = True
    for year, items in by_year.items():
        new_year = days.number_of(date(year, 1, 1))
        adult = (new_year - part.born) / YEAR >= 17.5
        taxed_elsewhere = part.became >= new_year
        out = taxed_elsewhere & (rng.random(len(part)) < _OUT_OF_REGISTRY)
        who = np.flatnonzero(adult & (~taxed_elsewhere | out) & (is_parent | (year == last)))
        again = who[rng.random(len(who)) < _REVISED]
        rows += _rows(rng, part, items, who, 0, out)
        rows += _rows(rng, part, items, again, 1, out)
    return rows


def _rows(
    rng: np.random.Generator, part: Register, items: TaxItems, who: Integers, revision: int,
    out: npt.NDArray[np.bool_],
) -> list[str]:  # fmt: skip
    chosen = who.tolist()
    total = items.amounts["total_income"][who]
    undeclared = (total == 0) & (rng.random(len(who)) < _UNDECLARED) & (revision == 0)
    fields = layout("tax").specs
    columns: dict[str, Column] = {}
    for spec in fields:
        if spec["type"] in ("S9", "9"):
            columns[spec["name"]] = "0"
    for name, values in items.amounts.items():
        columns[name] = [str(value) for value in values[who].tolist()]
    for name in ("own_disability", "working_student", "resident_tax_return_filed"):
        columns[name] = "0"
    if undeclared.any():
        gaps = np.flatnonzero(undeclared).tolist()
        for spec in fields:
            if spec["type"] == "S9":
                column = columns[spec["name"]]
                texts = [column] * len(chosen) if isinstance(column, str) else list(column)
                for gap in gaps:
                    texts[gap] = ""
                columns[spec["name"]] = texts
    for name in ("name", "name_kana", "born_on", "sex", "individual_number", "municipality_code", "town_code",
                 "prefecture", "municipality", "town", "block", "building", "postal_code"):  # fmt: skip
        source = part.columns[name]
        columns[name] = [source[place] for place in chosen]
    numbers = part.columns["resident_number"]
    columns["tax_number"] = [f"{TAX_NUMBERS + int(numbers[place][:14]):015d}" for place in chosen]
    columns["tax_year"] = str(items.year)
    columns["revision"] = str(revision)
    columns["revised_on"] = f"{items.year}-{'06-10' if revision == 0 else '09-15'}"
    columns["undeclared"] = ["2" if flag else "0" for flag in undeclared.tolist()]
    columns["taxation"] = [
        "1" if value else "0" for value in items.amounts["municipal_per_capita_levy"][who].tolist()
    ]
    columns["income_tax_return_filed"] = [
        "1" if value else "0" for value in items.amounts["business_income"][who].tolist()
    ]
    columns["taxed_out_of_registry"] = ["1" if flag else "0" for flag in out[who].tolist()]
    return layout("tax").rows(columns, len(chosen))
