"""Defects: rows that must be refused, each with one fault, planted among the good ones and counted."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from sapporo_base.sample_city import numbers, places
from sapporo_base.sample_city.files import SampleLayout, layout

DEFECTIVE_SHARE: Final = 0.0004
USUAL, ALL = "usual", "all"
"""How many are planted: one of every rule and some by lot; or one of every rule for every item."""
_CODES: Final = Path(__file__).parent.parent / "data" / "codes"
_REQUIRED, _WRONG, _TOO_LONG, _RELATED, _COLUMNS = "E0001", "E0002", "E0003", "E0004", "E0101"
_OF_TYPE: Final = {
    "X": ("not_half_width", "too_long"), "N": ("half_width_in_full_width", "control_character", "too_long"),
    "9": ("not_a_number", "too_long"), "S9": ("not_a_number", "too_long"), "9V": ("not_a_number",),
    "YEAR": ("not_a_year",), "DATE": ("impossible_date",), "TIME": ("impossible_time",),
}  # fmt: skip
_TWICE: Final = {
    "juki_resident": ("history_number", "E0201"), "tax": ("tax_number", _RELATED), "accounts": ("account_id", _RELATED),
    "business_numbers": ("business_number", _RELATED), "claims": ("claim_number", "E0900"),
}  # fmt: skip
"""By layout: what a receiver names when a key stands twice in a file, and with which code."""
_OWN_KEY: Final = {
    "tax": "tax_number", "accounts": "account_id", "business_numbers": "business_number",
    "claims": "claim_number", "claim_children": "claim_number",
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One way to break a row: the rule, the item that a receiver must name (all of the row: ""), and its code."""

    rule: str
    item: str
    code: str

    @property
    def name(self) -> str:
        """The name in `expected.json`."""
        return (
            f"{self.rule}.{self.item}"
            if self.rule not in ("wrong_column_count", "duplicate_key")
            else self.rule
        )


@dataclass(frozen=True)
class Planted:
    """One defective row: its kind, and its place among the rows of the part (from 0)."""

    kind: Kind
    row: int


@cache
def kinds(code: str) -> tuple[Kind, ...]:
    """Return every rule that a layout states, for every item for which it states it."""
    spec = layout(code)
    found = [kind for field in spec.specs for kind in _kinds_of(field)]
    found += [Kind("contradiction", one["item"], _RELATED) for one in spec.correlations]
    found.append(Kind("wrong_column_count", "", _COLUMNS))
    if code in _TWICE:
        found.append(Kind("duplicate_key", *_TWICE[code]))
    return tuple(found)


def _kinds_of(field: Mapping[str, Any]) -> Iterator[Kind]:
    name = field["name"]
    if field.get("required"):
        yield Kind("missing_required", name, _REQUIRED)
    for rule in _OF_TYPE[field["type"]]:
        yield Kind(rule, name, _TOO_LONG if rule == "too_long" else _WRONG)
    if field.get("codes"):
        yield Kind("unknown_code", name, _WRONG)
    if field.get("check"):
        yield Kind(f"wrong_{field['check']}", name, _WRONG)
    if field.get("unknown_date"):
        yield Kind("unknown_date_without_words", name, _RELATED)
        yield Kind("words_without_unknown_date", name, _RELATED)


def chosen(rng: np.random.Generator, code: str, defects: str) -> list[Kind]:
    """Return what a file holds in any case: one of every rule (its item drawn by lot), or everything."""
    every = kinds(code)
    if defects == ALL:
        return list(every)
    by_rule: dict[str, list[Kind]] = {}
    for kind in every:
        by_rule.setdefault(kind.rule, []).append(kind)
    return [some[int(rng.integers(len(some)))] for some in by_rule.values()]


def some_by_lot(rng: np.random.Generator, code: str, rows: int) -> list[Kind]:
    """Return the few that are planted in a file of so many rows anyway."""
    every = kinds(code)
    drawn = rng.integers(0, len(every), int(rng.poisson(rows * DEFECTIVE_SHARE)))
    return [every[int(n)] for n in drawn]


def plant(
    rng: np.random.Generator,
    code: str,
    rows: list[str],
    ghosts: list[dict[str, str]],
    wanted: Sequence[Kind],
    *,
    block: int,
) -> tuple[list[str], list[Planted]]:
    """
    Insert defective rows among good ones.

    A defective row stands for nobody: neither its person nor its claim exists otherwise, so that the good rows alone
    are the truth. A duplicated key follows the row it repeats.

    :param ghosts: people who exist in defective rows only; where there are none, a row is taken from the good ones
        and given a key of its own.
    """
    if not rows and not ghosts:
        return rows, []
    spec = layout(code)
    planned: list[tuple[int, Kind, str]] = []
    for order, kind in enumerate(wanted):
        place = int(rng.integers((len(rows) + 1) // 2, len(rows) + 1))
        model = int(rng.integers(0, max((len(rows) + 1) // 2, 1)))
        if kind.rule == "duplicate_key" and not rows:
            continue
        if kind.rule == "duplicate_key":
            planned.append((place, kind, rows[model]))
            continue
        if ghosts:
            values = dict(ghosts[order % len(ghosts)])
        else:
            values = dict(zip(spec.fields, spec.values(rows[model]), strict=True))
            values |= _own_key(code, block * 1000 + order)
        if kind.rule == "wrong_column_count":
            planned.append((place, kind, spec.row(values) + (",余分" if order % 2 else ",,")))
        else:
            planned.append((place, kind, spec.row(values | _broken(spec, kind))))
    planned.sort(key=lambda plan: plan[0])
    found, planted, last = [], [], 0
    for place, kind, row in planned:
        found += rows[last:place]
        last = place
        planted.append(Planted(kind, len(found)))
        found.append(row)
    return found + rows[last:], planted


def _own_key(code: str, serial: int) -> dict[str, str]:
    if code == "out_of_registry":
        first = numbers.OUT_OF_REGISTRY_SERIALS + 4_000_000_000 + serial * 2
        return {"social_number": f"{int(numbers.numbers_from(first, 1)[0]):015d}"}
    return {_OWN_KEY[code]: f"{990_000_000_000_000 + serial:015d}"}


def _broken(spec: SampleLayout, kind: Kind) -> dict[str, str]:
    """Return the items that break a sound row in one way, and in no other."""
    item = kind.item
    if kind.rule == "contradiction":
        return _contradicting(next(one for one in spec.correlations if one["item"] == item))
    field = next(field for field in spec.specs if field["name"] == item)
    words = {f"{item}_unknown": "1", f"{item}_text": "昭和二十年頃"}
    if kind.rule == "unknown_date_without_words":
        return {item: "", **words, f"{item}_text": ""}
    if kind.rule == "words_without_unknown_date":
        return {**words, f"{item}_unknown": "0"}
    found = {item: _broken_value(kind.rule, field)}
    date_of_words = item.removesuffix("_text")
    if date_of_words != item and f"{date_of_words}_unknown" in spec.fields:
        # The words of an unknown date stand beside its flag, and the date is empty.
        found |= {date_of_words: "", f"{date_of_words}_unknown": "1"}
    if kind.rule == "missing_required" and field.get("unknown_date"):
        found |= {f"{item}_unknown": "0", f"{item}_text": ""}
    return found


def _broken_value(rule: str, field: Mapping[str, Any]) -> str:
    length = int(field["length"])
    if rule == "too_long":
        return ("長" if field["type"] == "N" else "1") * (length + 1)
    if rule == "unknown_code":
        return _code_outside(field["codes"], length)
    if field.get("check") and rule == f"wrong_{field['check']}":
        sound = _sound(field["check"])
        return f"{sound[:-1]}{(int(sound[-1]) + 1) % 10}"
    return {
        "missing_required": "", "not_half_width": "Ａ", "half_width_in_full_width": "ｻ",
        "control_character": "架\x07", "not_a_number": "1A", "not_a_year": "20A6",
        "impossible_date": "2026-02-30", "impossible_time": "25:00:00",
    }[rule]  # fmt: skip


def _contradicting(correlation: Mapping[str, Any]) -> dict[str, str]:
    item = correlation["item"]
    values = {name: known[-1] for name, known in correlation.get("when", {}).items()}
    if "equals" in correlation:
        return values | {item: _sound("resident_number")}
    if "not_before" in correlation:
        return values | {correlation["not_before"]: "2026-05-02", item: "2026-05-01"}
    return values | {item: ""}


@cache
def _sound(check: str) -> str:
    """Return a number whose check digit is right, and that is nobody's."""
    return {
        "individual_number": numbers.fictitious_individual_number(numbers.TEST_SERIALS - 1),
        "resident_number": f"{int(numbers.numbers_from(numbers.RESIDENT_SERIALS - 1000, 1)[0]):015d}",
        "municipality_code": places.CITY_CODE,
        "corporate_number": numbers.corporate_number(0),
    }[check]


@cache
def _code_outside(table: str, length: int) -> str:
    with (_CODES / f"{table}.csv").open(encoding="utf-8", newline="") as rows:
        known = {row["code"] for row in csv.DictReader(rows)}
    return next(code for digit in "8975" if (code := digit * length) not in known)
