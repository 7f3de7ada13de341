"""The items of the 住民基本台帳ファイル that a 利用申請 may ask for, and their reductions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from sapporo_base.layouts import LayoutSpecification, load_layout

LAYOUT: Final = "juki_resident"
INDIVIDUAL_NUMBER: Final = "individual_number"
REGISTER: Final = "001-000"
"""既存住基: whose numbers 宛名番号 are."""

# What every receiver gets with each row: the key and its place, never an item of its own.
ENVELOPE: Final = frozenset(
    {"event_id", "processed_on", "processed_time", "resident_number", "history_number"}
)

# What tells where someone lives, lived or will live, and with whom (支援措置).
PROTECTED: Final = frozenset(
    {
        "household_number",
        "head_name",
        "head_resident_number",
        "municipality_code",
        "town_code",
        "prefecture",
        "municipality",
        "town",
        "block",
        "building",
        "postal_code",
        "domicile_of_origin",
        "family_register_head",
        "previous_municipality_code",
        "previous_residential_address",
        "planned_municipality_code",
        "planned_residential_address",
        "confirmed_municipality_code",
        "confirmed_residential_address",
    }
)

YEAR: Final = "year"
YEAR_AND_MONTH: Final = "year_month"
AREA: Final = "area"
REDUCTIONS: Final[Mapping[str, str]] = {
    YEAR: "年のみ",
    YEAR_AND_MONTH: "年月のみ",
    AREA: "上3桁のみ",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its columns (a date that may be 不詳 has three), and how it may be reduced."""

    name: str
    label: str
    columns: tuple[str, ...]
    is_protected: bool
    reductions: tuple[str, ...]


@cache
def register_layout() -> LayoutSpecification:
    """Return the layout of the 住民基本台帳 as it is shipped; its names are this app's columns."""
    return load_layout(LAYOUT)


@cache
def resident_items() -> Mapping[str, Item]:
    """Return every item that can be approved, by name, in the order of the layout."""
    layout = register_layout()
    companions = {
        f"{field.name}_{word}"
        for field in layout.fields
        if field.unknown_date
        for word in ("unknown", "text")
    }
    found = {}
    for field in layout.fields:
        if field.name in companions | ENVELOPE or field.sealed:
            continue
        columns: tuple[str, ...] = (field.name,)
        if field.unknown_date:
            columns = (field.name, f"{field.name}_unknown", f"{field.name}_text")
        reductions: tuple[str, ...] = ()
        if field.type == "DATE":
            reductions = (YEAR, YEAR_AND_MONTH)
        elif field.name == "postal_code":
            reductions = (AREA,)
        found[field.name] = Item(
            name=field.name,
            label=field.label,
            columns=columns,
            is_protected=field.name in PROTECTED,
            reductions=reductions,
        )
    return found


def item_labels(items: Collection[str]) -> list[str]:
    """Return the Japanese names of items, in the order of the layout."""
    labels = [item.label for name, item in resident_items().items() if name in items]
    return ["個人番号", *labels] if INDIVIDUAL_NUMBER in items else labels


def unknown_items(requested: Mapping[str, str]) -> list[str]:
    """Return the names in requested (item → reduction) that are no item or can't be so reduced."""
    known = resident_items()
    return [
        name
        for name, reduction in requested.items()
        if name not in known or (reduction and reduction not in known[name].reductions)
    ]
