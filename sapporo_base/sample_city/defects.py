"""Defects: rows that must be refused, each with one fault, planted among the good ones and counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sapporo_base.sample_city import numbers
from sapporo_base.sample_city.files import SampleLayout, layout

DEFECTIVE_SHARE: Final = 0.0004
KINDS: Final[dict[str, dict[str, str]]] = {
    "juki_resident": {
        "wrong_individual_number": "individual_number", "wrong_resident_number": "resident_number",
        "wrong_municipality_code": "municipality_code", "impossible_date": "residence_fixed_on",
        "unknown_code": "sex", "missing_required": "name", "too_long": "name", "control_character": "name_kana",
        "half_width_in_full_width": "name", "not_a_number": "history_number", "unknown_date_without_words": "born_on",
        "wrong_column_count": "", "duplicate_key": "resident_number",
    },
    "tax": {
        "wrong_individual_number": "individual_number", "impossible_date": "revised_on", "unknown_code": "taxation",
        "missing_required": "tax_year", "not_a_number": "total_income", "too_long": "name", "wrong_column_count": "",
        "duplicate_key": "tax_number",
    },
    "accounts": {
        "wrong_resident_number": "resident_number", "unknown_code": "deposit_type", "missing_required": "system_code",
        "impossible_date": "valid_from", "too_long": "account_number", "wrong_column_count": "",
        "duplicate_key": "account_id",
    },
    "business_numbers": {
        "wrong_resident_number": "resident_number", "wrong_individual_number": "individual_number",
        "unknown_code": "sex", "missing_required": "name", "half_width_in_full_width": "name",
        "wrong_column_count": "", "duplicate_key": "business_number",
    },
    "out_of_registry": {
        "wrong_resident_number": "social_number", "unknown_code": "party_kind", "missing_required": "name",
        "impossible_date": "valid_from", "control_character": "name", "wrong_column_count": "",
    },
    "claims": {
        "wrong_resident_number": "claimant_resident_number", "impossible_date": "received_on",
        "unknown_code": "claim_kind", "missing_required": "claimed_on", "not_a_number": "child_count",
        "wrong_column_count": "", "duplicate_key": "claim_number",
    },
    "claim_children": {
        "impossible_date": "child_born_on", "unknown_code": "living", "missing_required": "cared_for",
        "wrong_resident_number": "child_resident_number", "wrong_column_count": "",
    },
}  # fmt: skip
"""By layout: kind of defect → the item that a receiver must name."""
_OWN_KEY: Final = {
    "tax": "tax_number", "accounts": "account_id", "business_numbers": "business_number",
    "claims": "claim_number", "claim_children": "claim_number",
}  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """One defective row: its kind, the item to be named, its place among the rows of the part (from 0)."""

    kind: str
    item: str
    row: int


def plant(
    rng: np.random.Generator,
    code: str,
    rows: list[str],
    ghosts: list[dict[str, str]],
    *,
    every_kind: bool,
    block: int,
) -> tuple[list[str], list[Planted]]:
    """
    Insert defective rows among good ones.

    A defective row stands for nobody: neither its person nor its claim exists otherwise, so that the good rows alone
    are the truth. A duplicated key follows the row it repeats.

    :param ghosts: people who exist in defective rows only; where there are none, a row is taken from the good ones
        and given a key of its own.
    """
    if not rows:
        return rows, []
    kinds = list(KINDS[code])
    wanted = kinds if every_kind else []
    wanted = wanted + [
        kinds[int(n)]
        for n in rng.integers(0, len(kinds), int(rng.poisson(len(rows) * DEFECTIVE_SHARE)))
    ]
    spec = layout(code)
    planned: list[tuple[int, str, str]] = []
    for order, kind in enumerate(wanted):
        place = int(rng.integers(len(rows) // 2, len(rows) + 1))
        model = int(rng.integers(0, max(len(rows) // 2, 1)))
        item = KINDS[code][kind]
        if kind == "duplicate_key":
            planned.append((place, kind, rows[model]))
            continue
        if ghosts:
            values = dict(ghosts[order % len(ghosts)])
        else:
            model = _with_value(spec, rows, model, item)
            values = dict(zip(spec.fields, spec.values(rows[model]), strict=True))
            values |= _own_key(code, block * 1000 + order)
        if kind == "wrong_column_count":
            planned.append((place, kind, spec.row(values) + (",余分" if order % 2 else ",,")))
        else:
            planned.append((place, kind, spec.row(_broken(spec, values, kind, item))))
    planned.sort(key=lambda plan: plan[0])
    found, planted, last = [], [], 0
    for place, kind, row in planned:
        found += rows[last:place]
        last = place
        planted.append(Planted(kind, KINDS[code][kind], len(found)))
        found.append(row)
    return found + rows[last:], planted


def _with_value(spec: SampleLayout, rows: list[str], start: int, item: str) -> int:
    """Find a row from `start` on whose item is filled."""
    if not item:
        return start
    at = spec.fields.index(item)
    return next(
        (n for n in [*range(start, len(rows)), *range(start)] if spec.values(rows[n])[at]), start
    )


def _own_key(code: str, serial: int) -> dict[str, str]:
    if code == "out_of_registry":
        first = numbers.OUT_OF_REGISTRY_SERIALS + 4_000_000_000 + serial * 2
        return {"social_number": f"{int(numbers.numbers_from(first, 1)[0]):015d}"}
    return {_OWN_KEY[code]: f"{990_000_000_000_000 + serial:015d}"}


def _broken(spec: SampleLayout, values: dict[str, str], kind: str, item: str) -> dict[str, str]:
    length = next(field["length"] for field in spec.specs if field["name"] == item)
    value = values[item]
    if kind == "unknown_date_without_words":
        return {**values, item: "", f"{item}_unknown": "1", f"{item}_text": ""}
    broken = {
        "impossible_date": "2026-02-30",
        "unknown_code": "8" * length,
        "missing_required": "",
        "too_long": "長" * (length + 1) if item == "name" else "1" * (length + 1),
        "control_character": f"{value}\x07",
        "half_width_in_full_width": "ｻｯﾎﾟﾛ ﾊﾅｺ",
        "not_a_number": "1A",
    }
    if kind in broken:
        return {**values, item: broken[kind]}
    return {**values, item: f"{value[:-1]}{(int(value[-1]) + 1) % 10}"}
