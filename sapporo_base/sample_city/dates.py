"""The days on a 住民票, and what foreign residents have beside: 在留."""

from __future__ import annotations

from typing import Final

import numpy as np

from sapporo_base.sample_city import days, name_lists, names, people, places
from sapporo_base.sample_city.days import Integers
from sapporo_base.sample_city.people import (
    MAN,
    People,
)
from sapporo_base.sample_city.residents import YEAR, Flags, Register

_NATIVE: Final = 0.48
_FOREIGN_YOUNG_SINGLE: Final = 0.05
_FOREIGN_HOUSEHOLD: Final = 0.004
_STATUS_BY_NATION: Final = {
    "CHN": ("T41", "T26", "X14", "T44"), "KOR": ("T60", "T60", "X14", "T26"), "VNM": ("T71", "T83", "T26", "T41"),
    "PHL": ("T71", "T61", "T63", "X14"), "NPL": ("T41", "T26", "T44", "T26"), "IDN": ("T71", "T82", "T71", "T41"),
    "USA": ("T03", "T26", "T61", "X14"), "RUS": ("T61", "X14", "T26", "T41"),
}  # fmt: skip
_STAYS: Final = (1, 3, 5, 1)
_LETTERS: Final = "ABCDEFGHKLMPRSTW"


def weekday_before(day: int) -> int:
    """Return the last Monday-to-Friday on or before a day; day 0 was a Monday."""
    return day - max(0, day % 7 - 4)


def _on_weekdays(moments: Integers) -> Integers:
    return moments + np.clip(7 - moments % 7, 0, 2) * (moments % 7 > 4)


def moving_days(rng: np.random.Generator, crowd: People, heads: Integers, today: int) -> Integers:
    """Draw the day each household came to where it lives; the young move more often."""
    age = crowd.age[heads]
    years = np.minimum(
        rng.exponential(np.clip((age - 14) / 2.6, 2.2, 18.0)), np.maximum(age - 0.1, 0.1)
    )
    found: Integers = today - 5 - (years * YEAR).astype(np.int64)
    return found


def days_of_becoming_resident(
    rng: np.random.Generator, crowd: People, born: Integers, fixed: Integers, from_outside: Flags
) -> Integers:
    native = rng.random(len(crowd)) < np.where(crowd.age < people.ADULT, 0.85, _NATIVE)
    grown = born + (np.where(crowd.age < people.ADULT, 0.5, 18.0) * YEAR).astype(np.int64)
    somewhere = grown + (rng.random(len(crowd)) * np.maximum(fixed - grown, 1)).astype(np.int64)
    found: Integers = np.where(
        from_outside, fixed, np.where(native | (fixed == born), born, np.minimum(somewhere, fixed))
    )
    return found


def foreign_households(rng: np.random.Generator, crowd: People, heads: Integers) -> Flags:
    sizes = np.bincount(crowd.household, minlength=crowd.household_count)
    young = (crowd.age[heads] < 38) & (sizes == 1)
    found: Flags = rng.random(crowd.household_count) < np.where(
        young, _FOREIGN_YOUNG_SINGLE, _FOREIGN_HOUSEHOLD
    )
    return found


def write_dates(
    rng: np.random.Generator, part: Register, last_day: int, positions: Integers
) -> None:
    count, columns, crowd = len(part), part.columns, part.people
    unknown_birth = rng.random(count) < np.where(
        part.foreign, 0.006, np.where(crowd.age > 75, 0.0012, 0.0)
    )
    unknown_became = (rng.random(count) < 0.0008) & (crowd.age > 30)
    notified = np.minimum(_on_weekdays(part.fixed + rng.integers(0, 14, count)), last_day)
    history = 1 + np.minimum(rng.poisson(np.maximum(part.fixed - part.became, 0) / YEAR / 6), 40)
    history += part.fixed > part.became
    at_birth = part.fixed == part.born
    arrived = (part.fixed == part.became) & ~at_birth
    abroad = arrived & (part.foreign | (rng.random(count) < 0.02))
    reason = np.where(at_birth, 3, np.where(abroad, 2, np.where(arrived, 1, 41)))
    iso = days.texts(notified)
    seconds = rng.integers(9 * 3600, 17 * 3600, count).tolist()
    for name, moments, gone in (
        ("born_on", part.born, unknown_birth),
        ("became_resident_on", part.became, unknown_became | part.foreign),
        ("residence_fixed_on", part.fixed, np.zeros(count, dtype=np.bool_)),
        ("became_foreign_resident_on", part.became, ~part.foreign),
        ("changed_on", part.fixed, np.zeros(count, dtype=np.bool_)),
    ):
        columns[name] = days.texts(moments, absent=gone)
    for name, gone, moments in (
        ("born_on", unknown_birth, part.born),
        ("became_resident_on", unknown_became & ~part.foreign, part.became),
    ):
        columns[f"{name}_unknown"] = ["1" if g else "0" for g in gone.tolist()]
        columns[f"{name}_text"] = [""] * count
        for place in np.flatnonzero(gone).tolist():
            columns[f"{name}_text"][place] = days.unknown_words(
                days.day_of(int(moments[place])), int(rng.integers(9))
            )
    came = ~(part.became == part.born) & ~abroad
    origins = iter(places.elsewhere().sites(rng, crowd.household_count))
    by_home = [next(origins) for _ in range(crowd.household_count)]
    homes = crowd.household.tolist()
    columns |= {
        "event_id": [
            f"{d.replace('-', '')}F{p:09d}" for d, p in zip(iso, positions.tolist(), strict=True)
        ],
        "change_reason": [f"{n:02d}" for n in reason.tolist()],
        "notified_on": iso,
        "processed_on": iso,
        "processed_time": [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in seconds],
        "history_number": [str(n) for n in history.tolist()],
        "previous_municipality_code": [
            by_home[h].municipality_code if c else ""
            for h, c in zip(homes, came.tolist(), strict=True)
        ],
        "previous_residential_address": [
            by_home[h].text if c else "海外" if a else ""
            for h, c, a in zip(homes, came.tolist(), abroad.tolist(), strict=True)
        ],
    }


def write_foreign_items(rng: np.random.Generator, part: Register) -> None:
    count, columns, crowd = len(part), part.columns, part.people
    for name in (
        "nationality_code", "nationality", "article_30_45", "residence_status", "stay_years", "stay_months",
        "stay_days", "stay_expires_on", "residence_card_number",
    ):  # fmt: skip
        columns[name] = [""] * count
    codes, weights = (
        list(name_lists.NATIONALITIES),
        [w for _, w in name_lists.NATIONALITIES.values()],
    )
    of_home = rng.choice(len(codes), size=crowd.household_count, p=np.array(weights) / sum(weights))
    stock = names.surnames()
    for place in np.flatnonzero(part.foreign).tolist():
        nation = codes[of_home[crowd.household[place]]]
        family_names, men, women = name_lists.FOREIGN_NAMES[nation]
        given_names = men if crowd.sex[place] == MAN else women
        dice = rng.integers(0, 1 << 30, size=8).tolist()
        family = family_names[int(crowd.household[place]) % len(family_names)]
        given = given_names[dice[0] % len(given_names)]
        twin = (
            crowd.household[place - 1] == crowd.household[place]
            and part.born[place - 1] == part.born[place]
        )
        if twin and columns["name_roman"][place - 1] == f"{family[2]} {given[2]}":
            given = given_names[(dice[0] + 1) % len(given_names)]
        roman = f"{family[2]} {given[2]}"
        columns["family_name"][place] = columns["given_name"][place] = ""
        columns["name"][place] = (
            f"{family[0]}　{given[0]}" if family[0] else names.full_width(roman)
        )
        kana = f"{family[1]}　{given[1]}".replace(" ", "　")
        columns["name_kana"][place] = kana
        columns["name_roman"][place] = roman
        part.zengin[place] = names.zengin_kana(kana.replace("　", " "))
        status = _STATUS_BY_NATION[nation][dice[1] % 4]
        years = _STAYS[dice[2] % 4]
        expires = days.number_of(part.as_of) + dice[3] % (years * 365)
        permanent = status in ("T60", "X14")
        columns["nationality_code"][place] = nation
        columns["nationality"][place] = name_lists.NATIONALITIES[nation][0]
        columns["article_30_45"][place] = "02" if status == "T60" else "01"
        columns["residence_status"][place] = status
        if not permanent:
            columns["stay_years"][place], columns["stay_months"][place] = f"{years:02d}", "00"
            columns["stay_days"][place] = "000"
            columns["stay_expires_on"][place] = days.iso_texts()[expires]
        if status != "T60" or crowd.age[place] >= 16:
            columns["residence_card_number"][place] = (
                f"{_LETTERS[dice[4] % 16]}{_LETTERS[dice[5] % 16]}{dice[6] % 100_000_000:08d}"
                f"{_LETTERS[dice[7] % 16]}{_LETTERS[dice[0] % 16]}"
            )
        if status == "T60" or dice[5] % 10 == 0:
            s = int(stock.draw(rng, 1)[0])
            columns["alias"][place] = (
                f"{stock.written[s]}　{given[0] or names.full_width(given[2])}"
            )
            columns["alias_kana"][place] = f"{stock.kana[s]}　{given[1]}".replace(" ", "　")
    for name in ("head_name", "family_register_head"):
        for place in np.flatnonzero(part.foreign[part.head]).tolist():
            if columns[name][place]:
                columns[name][place] = columns["name"][int(part.head[place])]
