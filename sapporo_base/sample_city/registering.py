"""Residents: what the 住民票 says about people in households, column by column."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from sapporo_base.sample_city import days, names, numbers, people, places
from sapporo_base.sample_city.dates import (
    days_of_becoming_resident,
    foreign_households,
    moving_days,
    weekday_before,
    write_dates,
    write_foreign_items,
)
from sapporo_base.sample_city.days import Integers
from sapporo_base.sample_city.people import (
    CHILD,
    HEAD,
    LODGER,
    MAN,
    PARENT,
    SIBLING,
    SPOUSE,
    SPOUSE_PARENT,
    WOMAN,
    People,
)
from sapporo_base.sample_city.residents import YEAR, Register, Serials

_FROM_OUTSIDE: Final = 0.38
_FOREIGN_SPOUSE: Final = 0.004
_WITHOUT_NUMBER: Final = 0.0005


def register(
    rng: np.random.Generator, crowd: People, as_of: date, serials: Serials, start: int
) -> Register:
    """
    Register people: numbers, names, places, dates, and everything else the 住民票 holds.

    :param start: the first of the block's numbers to be used; as many are used as there are people.
    """
    count = len(crowd)
    head_of_household = np.searchsorted(crowd.household, np.arange(crowd.household_count))
    head = head_of_household[crowd.household]
    last_day = weekday_before(days.number_of(as_of))
    born = np.minimum(days.number_of(as_of) - (crowd.age * YEAR).astype(np.int64), last_day - 1)
    moved = moving_days(rng, crowd, head_of_household, days.number_of(as_of))
    outside = rng.random(crowd.household_count) < _FROM_OUTSIDE
    fixed = np.maximum(moved[crowd.household], born)
    from_outside = outside[crowd.household] & (born < moved[crowd.household])
    became = days_of_becoming_resident(rng, crowd, born, fixed, from_outside)
    foreign_home = foreign_households(rng, crowd, head_of_household)
    foreign = foreign_home[crowd.household] | (
        (crowd.role == SPOUSE) & (rng.random(count) < _FOREIGN_SPOUSE)
    )
    positions = serials.positions(start, count)
    part = Register(
        people=crowd,
        as_of=as_of,
        born=born,
        became=became,
        fixed=fixed,
        from_outside=from_outside,
        foreign=foreign,
        head=head,
        sites=places.sites_in_wards(rng, places.draw_wards(rng, crowd.household_count)),
        individual_numbers=[str(n) for n in numbers.city_individual_numbers(positions).tolist()],
        zengin=[],
    )
    _write_names(rng, part)
    _write_numbers(part, serials, start, positions, rng)
    _write_household(rng, part)
    write_dates(rng, part, last_day, positions)
    write_foreign_items(rng, part)
    _write_entitlements(rng, part)
    _write_support(rng, part, last_day)
    return part


def relationship_codes(role: int, sex: int, *, unregistered: bool) -> tuple[str, ...]:
    """Return the chain of 続柄 codes of someone who is `role` to the head."""
    man = sex == MAN
    if role == SPOUSE:
        code = ("13" if man else "14") if unregistered else ("11" if man else "12")
        return (code,)
    if role == SPOUSE_PARENT:
        return ("12", "51" if man else "52")
    return {
        HEAD: ("02",),
        CHILD: ("20",),
        PARENT: ("51" if man else "52",),
        SIBLING: ("74" if man else "84",),
        LODGER: ("99",),
        people.GRANDCHILD: ("20", "20"),
        people.CHILD_IN_LAW: ("20", "11" if man else "12"),
    }[role]


def _write_names(rng: np.random.Generator, part: Register) -> None:
    crowd, count = part.people, len(part)
    stock = names.surnames()
    of_home = stock.draw(rng, crowd.household_count)
    own = stock.draw(rng, count)
    other_name = (
        (crowd.role == LODGER)
        | (crowd.role == SPOUSE_PARENT)
        | ((crowd.role == SPOUSE) & crowd.unregistered)
    )
    surname = np.where(other_name, own, of_home[crowd.household])
    generation = names.generation_of(np.array([days.day_of(n).year for n in part.born.tolist()]))
    family, given, kana, zengin, family_kana = ([""] * count for _ in range(5))
    for sex in (MAN, WOMAN):
        for era in range(5):
            some = np.flatnonzero((crowd.sex == sex) & (generation == era))
            given_stock = names.given_names(str(sex), era)
            drawn = given_stock.draw(rng, len(some))
            twins = np.flatnonzero(
                (np.diff(crowd.household[some]) == 0) & (np.diff(part.born[some]) == 0)
                & (np.diff(drawn) == 0)
            )  # fmt: skip
            # Nobody gives both twins one name: 基本4情報 would not tell them apart.
            drawn[twins + 1] = (drawn[twins + 1] + 1) % len(given_stock.written)
            for place, s, g in zip(
                some.tolist(), surname[some].tolist(), drawn.tolist(), strict=True
            ):
                family[place], given[place] = stock.written[s], given_stock.written[g]
                family_kana[place] = stock.kana[s]
                kana[place] = f"{stock.kana[s]}　{given_stock.kana[g]}"
                zengin[place] = f"{stock.zengin[s]} {given_stock.zengin[g]}"
    part.zengin = zengin
    part.columns |= {
        "family_name": family,
        "given_name": given,
        "name": [f"{a}　{b}" for a, b in zip(family, given, strict=True)],
        "name_kana": kana,
        "name_kana_confirmation": [
            "1" if dice < 0.93 else "0" for dice in rng.random(count).tolist()
        ],
        "name_roman": [""] * count,
        "alias": [""] * count,
        "alias_kana": [""] * count,
        "former_family_name": [""] * count,
        "former_family_name_kana": [""] * count,
    }
    former = np.flatnonzero(
        (crowd.role == SPOUSE) & (crowd.sex == WOMAN) & ~crowd.unregistered & (crowd.age < 62)
        & (rng.random(count) < 0.02) & ~part.foreign
    )  # fmt: skip
    for place, s in zip(former.tolist(), stock.draw(rng, len(former)).tolist(), strict=True):
        part.columns["former_family_name"][place] = stock.written[s]
        part.columns["former_family_name_kana"][place] = stock.kana[s]


def _write_numbers(
    part: Register, serials: Serials, start: int, positions: Integers, rng: np.random.Generator
) -> None:
    count, crowd = len(part), part.people
    resident = [f"{n:015d}" for n in serials.residents(start, count).tolist()]
    household = [f"{n:015d}" for n in serials.households(start, crowd.household_count).tolist()]
    newborn = part.born > days.number_of(part.as_of) - 14
    without = newborn | (rng.random(count) < _WITHOUT_NUMBER)
    part.columns |= {
        "resident_number": resident,
        "household_number": [household[h] for h in crowd.household.tolist()],
        "head_resident_number": [resident[h] for h in part.head.tolist()],
        "individual_number": [
            "" if w else n for w, n in zip(without.tolist(), part.individual_numbers, strict=True)
        ],
        "resident_record_code": [
            f"{p * 2_654_435_761 % 10_000_000_000:010d}{p * 7 % 10}" for p in positions.tolist()
        ],
    }


def _write_household(rng: np.random.Generator, part: Register) -> None:
    crowd, columns, count = part.people, part.columns, len(part)
    chains = {
        (role, sex, lone): relationship_codes(role, sex, unregistered=lone)
        for role in range(9) for sex in (MAN, WOMAN) for lone in (False, True)
    }  # fmt: skip
    own = [
        chains[key]
        for key in zip(
            crowd.role.tolist(), crowd.sex.tolist(), crowd.unregistered.tolist(), strict=True
        )
    ]
    homes = crowd.household.tolist()
    origins = [
        site.text.split("番")[0] + "番地"
        for site in places.elsewhere().sites(rng, 1 + crowd.household_count // 2)
    ]
    local = rng.random(crowd.household_count) < 0.55
    origin = [
        part.sites[h].text.split("番")[0] + "番地" if here else origins[h // 2]
        for h, here in enumerate(local.tolist())
    ]
    foreign = part.foreign.tolist()
    columns |= {
        "resident_kind": ["2" if f else "1" for f in foreign],
        "resident_status": ["1"] * count,
        "sex": [str(sex) for sex in crowd.sex.tolist()],
        "relationship_1": [chain[0] for chain in own],
        "relationship_2": [chain[1] if len(chain) > 1 else "" for chain in own],
        "head_name": [columns["name"][h] for h in part.head.tolist()],
        "entry_order": [str(n) for n in (np.arange(count) - part.head + 1).tolist()],
        "municipality_code": [part.sites[h].municipality_code for h in homes],
        "town_code": [places.UNKNOWN_TOWN_CODE] * count,
        "prefecture": ["北海道"] * count,
        "municipality": [part.sites[h].municipality for h in homes],
        "town": [part.sites[h].town for h in homes],
        "block": [part.sites[h].block for h in homes],
        "building": [part.sites[h].building for h in homes],
        "postal_code": [part.sites[h].postal_code for h in homes],
        "domicile_of_origin": ["" if f else origin[h] for f, h in zip(foreign, homes, strict=True)],
        "family_register_head": [
            "" if f else columns["name"][h]
            for f, h in zip(foreign, part.head.tolist(), strict=True)
        ],
    }


def _write_entitlements(rng: np.random.Generator, part: Register) -> None:
    """Write 選挙, 国保, 後期高齢者医療, 介護, 年金."""
    count, crowd, today = len(part), part.people, days.number_of(part.as_of)
    age, birthday = crowd.age, part.born
    dice = rng.random(count)
    insured_home = rng.random(crowd.household_count) < np.where(
        age[np.searchsorted(crowd.household, np.arange(crowd.household_count))] > 64,
        0.75,
        0.2,
    )
    elderly = age >= 75
    care = age >= 65
    insured = insured_home[crowd.household] & ~elderly
    working = (age >= 20) & (age < 60)
    wife = (crowd.role == SPOUSE) & (crowd.sex == WOMAN)
    kind = np.where(~working, 0, np.where(insured, 1, np.where(wife & (dice < 0.4), 3, 2)))
    voter = (age >= people.ADULT) & ~part.foreign & (part.became < today - 92)
    for name, has, since in (
        ("health_insurance", insured, np.maximum(part.became, birthday)),
        ("elderly_medical", elderly, np.maximum(part.became, birthday + int(75 * YEAR))),
        ("care_insurance", care, np.maximum(part.became, birthday + int(65 * YEAR))),
    ):
        part.columns[name] = ["1" if flag else "0" for flag in has.tolist()]
        part.columns[f"{name}_since"] = days.texts(np.minimum(since, today), absent=~has)
    part.columns["voter_registered"] = ["1" if flag else "0" for flag in voter.tolist()]
    part.columns["national_pension"] = [str(k) if k else "" for k in kind.tolist()]
    part.columns["national_pension_since"] = days.texts(
        np.minimum(birthday + int(20 * YEAR), today), absent=kind == 0
    )
    for name in ("child_allowance", "child_allowance_from", "child_allowance_until"):
        part.columns[name] = [""] * count


def _write_support(rng: np.random.Generator, part: Register, last_day: int) -> None:
    """Put some mothers with children, and some single women, under 支援措置."""
    crowd, count = part.people, len(part)
    for name in ("support_measure", "support_subject", "support_from", "support_until"):
        part.columns[name] = [""] * count
    sizes = np.bincount(crowd.household, minlength=crowd.household_count)[crowd.household]
    lone = (crowd.role == HEAD) & (crowd.sex == WOMAN) & (crowd.spouse < 0) & (crowd.age < 65)
    chosen = np.flatnonzero(lone & (rng.random(count) < np.where(sizes > 1, 0.03, 0.002)))
    for place in chosen.tolist():
        start = last_day - int(rng.integers(1, 400))
        kind = "1" if (dice := rng.random()) < 0.85 else "2" if dice < 0.93 else "3"
        for member in np.flatnonzero(crowd.household == crowd.household[place]).tolist():
            for name, value in support_items(
                days.day_of(start), kind, subject=member == place
            ).items():
                part.columns[name][member] = value


def support_items(start: date, kind: str, *, subject: bool) -> dict[str, str]:
    """Return the items of a 支援措置 that begins on a day: it lasts a year."""
    until = days.day_of(days.number_of(date(start.year + 1, start.month, min(start.day, 28))) - 1)
    return {
        "support_measure": kind,
        "support_subject": "1" if subject else "2",
        "support_from": start.isoformat(),
        "support_until": until.isoformat(),
    }
