"""
Doubles: people whom a business system knows without 個人番号 and who are residents in truth, or only look so.

The truth set of matching: written with slips, under an earlier name or at an earlier place; and beside them
twins and namesakes, whom nobody may take for one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from sapporo_base.sample_city import days, names, places
from sapporo_base.sample_city.files import layout
from sapporo_base.sample_city.registers import HEALTH, site_items
from sapporo_base.sample_city.residents import Register

SHARE: Final = 0.005
"""Doubles among the people of a block; a fourth as many again only look so."""
FEWEST: Final = 12
_LOOK_ALIKE_SHARE: Final = 0.25
_FIRST_NUMBER: Final = 9
_ITEMS: Final = (
    "name", "name_kana", "born_on", "sex", "municipality_code", "town_code", "prefecture", "municipality", "town",
    "block", "building", "postal_code",
)  # fmt: skip
_VARIANTS: Final = str.maketrans("高崎斎辺徳渡浜沢広桜島富吉", "髙﨑齋邊德渡濱澤廣櫻嶋冨𠮷")
_KANA: Final = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
)

Person = dict[str, str]


@dataclass(frozen=True)
class Doubles:
    """Rows of `business_numbers`, and what is true of each: whose double it is, or whose it only seems."""

    rows: list[str]
    same: list[dict[str, str]]
    different: list[dict[str, str]]


def doubles(rng: np.random.Generator, part: Register, block: int) -> Doubles:
    """Write people whom a business system knows under a number of its own, without 個人番号."""
    of_register = [
        place
        for place in range(len(part))
        if part.columns["born_on_unknown"][place] != "1"
        and not part.columns["support_measure"][place]
        and not part.foreign[place]
        and len(part.columns["name_kana"][place].split()) > 1
    ]
    same = max(FEWEST, round(len(part) * SHARE))
    alike = max(FEWEST // 3, round(same * _LOOK_ALIKE_SHARE))
    models = rng.choice(
        of_register, size=min(same + alike, len(of_register)), replace=False
    ).tolist()
    rows: list[str] = []
    told: tuple[list[dict[str, str]], list[dict[str, str]]] = ([], [])
    for n, model in enumerate(models):
        person = {name: part.columns[name][model] for name in _ITEMS}
        kinds = _SAME if n < same else _DIFFERENT
        why, change = kinds[n % len(kinds)]
        number = f"{_FIRST_NUMBER}{block:05d}{n:06d}"
        rows.append(
            layout("business_numbers").row(
                change(rng, person)
                | {
                    "system_code": HEALTH,
                    "business_number": number,
                    "resident_number": "",
                    "individual_number": "",
                    "valid_from": date(part.as_of.year - 1, 4, 1).isoformat(),
                    "valid_until": "",
                }
            )
        )
        told[n >= same].append(
            {
                "system": HEALTH,
                "business_number": number,
                "resident": part.columns["resident_number"][model],
                "why": why,
            }
        )
    return Doubles(rows, *told)


def _as_known(rng: np.random.Generator, person: Person) -> Person:
    return dict(person)


def _elsewhere(rng: np.random.Generator, person: Person) -> Person:
    """At an earlier place."""
    return person | site_items(places.elsewhere().sites(rng, 1)[0])


def _with_slip(rng: np.random.Generator, person: Person) -> Person:
    """One kana of the reading is another."""
    kana = person["name_kana"]
    spots = [place for place, character in enumerate(kana) if not character.isspace()]
    spot = spots[int(rng.integers(len(spots)))]
    other = _KANA[int(rng.integers(len(_KANA)))]
    return person | {"name_kana": f"{kana[:spot]}{other}{kana[spot + 1 :]}"}


def _in_variants(rng: np.random.Generator, person: Person) -> Person:
    """異体字, and the block in short."""
    short = person["block"].replace("番地", "－").replace("番", "－").replace("号", "")
    return person | {
        "name": person["name"].translate(_VARIANTS),
        "block": short.strip("－"),
        "building": "",
    }


def _born_otherwise(rng: np.random.Generator, person: Person) -> Person:
    """Day and month in the wrong order where both can be, otherwise one digit of the day wrong."""
    born = date.fromisoformat(person["born_on"])
    if born.day <= 12 and born.day != born.month:
        return person | {"born_on": born.replace(month=born.day, day=born.month).isoformat()}
    day = born.day - 10 if born.day > 10 else born.day + 10
    return person | {"born_on": born.replace(day=day).isoformat()}


def _year_otherwise(rng: np.random.Generator, person: Person) -> Person:
    """Another year of the era."""
    born = date.fromisoformat(person["born_on"])
    day = min(born.day, 28) if born.month == 2 else born.day
    return person | {"born_on": born.replace(year=born.year - 10, day=day).isoformat()}


def _under_another_family_name(rng: np.random.Generator, person: Person) -> Person:
    """The family name from before the marriage, at the place of today."""
    stock = names.surnames()
    drawn = int(stock.draw(rng, 1)[0])
    given, given_kana = person["name"].split()[-1], person["name_kana"].split()[-1]
    return person | {
        "name": f"{stock.written[drawn]}　{given}",
        "name_kana": f"{stock.kana[drawn]}　{given_kana}",
    }


def _moved_with_slip(rng: np.random.Generator, person: Person) -> Person:
    return _with_slip(rng, _elsewhere(rng, person))


def _without_items(rng: np.random.Generator, person: Person) -> Person:
    """Sex and place were not asked for."""
    return person | {"sex": "0", "block": "", "building": "", "town": ""}


def _twin(rng: np.random.Generator, person: Person) -> Person:
    """Born on the same day into the same home, with a given name of its own."""
    stock = names.given_names(person["sex"] if person["sex"] in {"1", "2"} else "1", 2)
    family, family_kana = person["name"].split()[0], person["name_kana"].split()[0]
    while True:
        drawn = int(stock.draw(rng, 1)[0])
        if stock.kana[drawn] != person["name_kana"].split()[-1]:
            return person | {
                "name": f"{family}　{stock.written[drawn]}",
                "name_kana": f"{family_kana}　{stock.kana[drawn]}",
            }


def _namesake(rng: np.random.Generator, person: Person) -> Person:
    """The same name, born on another day, at another place."""
    born = days.day_of(days.number_of(date(1940, 1, 1)) + int(rng.integers(0, 27_000)))
    return _elsewhere(rng, person) | {"born_on": born.isoformat()}


Change = Callable[[np.random.Generator, Person], Person]
_SAME: Final[tuple[tuple[str, Change], ...]] = (
    ("as_known", _as_known),
    ("earlier_place", _elsewhere),
    ("slip_in_reading", _with_slip),
    ("variants", _in_variants),
    ("birth_slip", _born_otherwise),
    ("birth_year", _year_otherwise),
    ("earlier_name", _under_another_family_name),
    ("earlier_place_and_slip", _moved_with_slip),
    ("missing_items", _without_items),
)
_DIFFERENT: Final[tuple[tuple[str, Change], ...]] = (("twin", _twin), ("namesake", _namesake))
