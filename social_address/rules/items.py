"""Items of an addressee: which items of the 住民基本台帳 each rests on, and what 支援措置 hides."""

from collections.abc import Collection, Mapping
from typing import Final

# Item here → items of layout `juki_resident` that must be approved before it leaves this app.
RESTS_ON: Final[Mapping[str, frozenset[str]]] = {
    "name": frozenset({"name"}),
    "name_kana": frozenset({"name_kana"}),
    "alias": frozenset({"alias"}),
    "born_on": frozenset({"born_on"}),
    "born_text": frozenset({"born_on"}),
    "sex": frozenset({"sex"}),
    "household_number": frozenset({"household_number"}),
    "head_number": frozenset({"head_resident_number"}),
    "relationship": frozenset({"relationship_1"}),
    "municipality_code": frozenset({"municipality_code"}),
    "postal_code": frozenset({"postal_code"}),
    "residential_address": frozenset({"town", "block"}),
    "resident_status": frozenset({"resident_status"}),
    "resident_since": frozenset({"became_resident_on"}),
    "previous_municipality_code": frozenset({"previous_municipality_code"}),
    "moved_out_on": frozenset({"moved_out_on"}),
    "moved_to_municipality_code": frozenset({"confirmed_municipality_code"}),
    "removed_on": frozenset({"removed_on"}),
}
ITEMS: Final = tuple(RESTS_ON)
LABELS: Final[Mapping[str, str]] = {
    "name": "氏名",
    "name_kana": "氏名フリガナ",
    "alias": "通称",
    "born_on": "生年月日",
    "born_text": "生年月日の不詳表記",
    "sex": "性別",
    "household_number": "世帯番号",
    "head_number": "世帯主宛名番号",
    "relationship": "続柄",
    "municipality_code": "市区町村コード",
    "postal_code": "郵便番号",
    "residential_address": "住所",
    "resident_status": "住民状態",
    "resident_since": "住民となった年月日",
    "previous_municipality_code": "転入前の市区町村コード",
    "moved_out_on": "転出年月日",
    "moved_to_municipality_code": "転出先の市区町村コード",
    "removed_on": "消除年月日",
}

# What tells where someone lives, lived or will live, and with whom (支援措置).
PROTECTED: Final = frozenset(
    {
        "household_number",
        "head_number",
        "municipality_code",
        "postal_code",
        "residential_address",
        "previous_municipality_code",
        "moved_to_municipality_code",
    }
)


def approved(items_of_register: Collection[str]) -> frozenset[str]:
    """Return the items that may leave this app where these items of 個人基本 were approved."""
    known = frozenset(items_of_register)
    return frozenset(item for item, rests_on in RESTS_ON.items() if rests_on <= known)
