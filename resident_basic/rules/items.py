"""The items of the 住民基本台帳ファイル that a 利用申請 may ask for, and their reductions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from resident_basic.rules.datasets import household_dataset
from sapporo_base.layouts import LayoutSpecification, load_layout

LAYOUT: Final = "juki_resident"
FIXED_LAYOUT: Final = "juki_resident_fixed"
"""The same items as records of fixed length."""
LAYOUTS: Final = (LAYOUT, FIXED_LAYOUT)
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
PROTECTION_MARK: Final = "support_measure"
"""支援措置区分: by which a receiver of protected 住所 knows whose must not be passed on."""
# What names the 世帯主: hidden where the 世帯主 is protected, whoever's row it is.
HEAD_ITEMS: Final = frozenset({"head_name", "head_resident_number"})

YEAR: Final = "year"
YEAR_AND_MONTH: Final = "year_month"
AREA: Final = "area"
WARD: Final = "ward"
REDUCTIONS: Final[Mapping[str, str]] = {
    YEAR: "年のみ",
    YEAR_AND_MONTH: "年月のみ",
    AREA: "上3桁のみ",
    WARD: "区のみ",
}
# Each reduction → what it is a further reduction of. Nothing is wider than "", the whole.
_NARROWER_THAN: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset(),
    YEAR_AND_MONTH: frozenset({""}),
    YEAR: frozenset({"", YEAR_AND_MONTH}),
    AREA: frozenset({""}),
    WARD: frozenset({""}),
}
# 区のみ is a promise about a place: what says more of the same place can't stand beside it.
PLACES: Final[Mapping[str, frozenset[str]]] = {
    "municipality": frozenset({"town_code", "town", "block", "building", "postal_code"}),
    "previous_residential_address": frozenset(),
    "planned_residential_address": frozenset(),
    "confirmed_residential_address": frozenset(),
}
CODE_OF_PLACE: Final[Mapping[str, str]] = {
    "municipality": "municipality_code",
    "previous_residential_address": "previous_municipality_code",
    "planned_residential_address": "planned_municipality_code",
    "confirmed_residential_address": "confirmed_municipality_code",
}
"""Item that may be reduced to 区のみ → the column whose code names the 市区町村."""

# What 団体内統合宛名 (032-000) is numbered by, and what goes to 市中間サーバ (030-003) as 世帯情報.
NUMBERING_ITEMS: Final = (
    *("name", "name_kana", "born_on", "sex"),
    *("prefecture", "municipality", "town", "block", "building", "resident_status"),
)
HOUSEHOLD_ITEMS: Final[Mapping[str, str]] = household_dataset(date.max).items
"""Items of 住民基本台帳法第7条第4号 and what they hang on, in the newest 版 of the dataset."""

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "氏名": (
        *("name", "family_name", "given_name", "name_kana", "name_kana_confirmation"),
        *("former_family_name", "former_family_name_kana", "alias", "alias_kana", "name_roman"),
    ),
    "生年月日・性別": ("born_on", "sex"),
    "世帯・続柄": (
        *("household_number", "head_name", "head_resident_number", "entry_order"),
        *("relationship_1", "relationship_2", "relationship_3", "relationship_4"),
    ),
    "住所": (
        *("municipality_code", "prefecture", "municipality", "town_code", "town", "block"),
        *("building", "postal_code", "residence_fixed_on"),
    ),
    "住民となった日・転入前・転出先": (
        *("became_resident_on", "previous_municipality_code", "previous_residential_address"),
        *("moving_out_notified_on", "moving_out_planned_on", "planned_municipality_code"),
        *("planned_residential_address", "moved_out_on", "confirmed_municipality_code"),
        "confirmed_residential_address",
    ),
    "異動": ("change_reason", "changed_on", "notified_on"),
    "住民の種別・状態": ("resident_kind", "resident_status", "removed_on", "resident_record_code"),
    "本籍": ("domicile_of_origin", "family_register_head"),
    "外国人住民": (
        *("nationality_code", "nationality", "article_30_45", "residence_status", "stay_years"),
        *("stay_months", "stay_days", "stay_expires_on", "residence_card_number"),
        "became_foreign_resident_on",
    ),
}
"""The items as they stand together on the 住民票; what is in none of these is 個別事項."""
OTHER_GROUP: Final = "個別事項・支援措置"


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its columns (a date that may be 不詳 has three), and how it may be reduced."""

    name: str
    label: str
    columns: tuple[str, ...]
    is_protected: bool
    reductions: tuple[str, ...]


@cache
def register_layout(code: str = LAYOUT) -> LayoutSpecification:
    """Return a layout of the 住民基本台帳 as it is shipped; its names are this app's columns."""
    return load_layout(code)


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
        elif field.name in PLACES:
            reductions = (WARD,)
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


def grouped_items() -> dict[str, list[Item]]:
    """Return every item under its group of the 住民票, each group in the order of the layout."""
    group_of = {name: group for group, names in GROUPS.items() for name in names}
    grouped: dict[str, list[Item]] = {group: [] for group in (*GROUPS, OTHER_GROUP)}
    for name, item in resident_items().items():
        grouped[group_of.get(name, OTHER_GROUP)].append(item)
    return grouped


def is_no_wider(reduction: str, *, than: str) -> bool:
    """Say whether a value so reduced tells no more than one reduced as `than`."""
    return reduction == than or than in _NARROWER_THAN[reduction]


def widest(reductions: Collection[str]) -> str:
    """Return the reduction that tells most; several approvals of one item add up to it."""
    found = iter(reductions)
    best = next(found)
    for one in found:
        if is_no_wider(best, than=one):
            best = one
    return best


def contradictions(requested: Mapping[str, str]) -> dict[str, str]:
    """Return what can't stand beside 区のみ in one 利用申請, item → why (requested: item → reduction)."""
    return {
        finer: f"「{resident_items()[place].label}」を区のみとする場合は、同時に申請できません。"
        for place, finer_items in PLACES.items()
        if requested.get(place) == WARD
        for finer in sorted(finer_items & set(requested))
    }


def unknown_items(requested: Mapping[str, str]) -> list[str]:
    """Return the names in requested (item → reduction) that are no item or can't be so reduced."""
    known = resident_items()
    return [
        name
        for name, reduction in requested.items()
        if name not in known or (reduction and reduction not in known[name].reductions)
    ]
