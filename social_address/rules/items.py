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
