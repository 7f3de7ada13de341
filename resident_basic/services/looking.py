"""The search for residents by staff: recorded, cut to their wards."""

from collections.abc import Collection
from typing import Final

from django.db import transaction

from resident_basic.selectors import FoundResidents, find_residents
from sapporo_base import services as base
from sapporo_base.acts import Act

MOST_SHOWN: Final = 20


@transaction.atomic
def look_up_residents(
    *, term: str, wards: Collection[str] | None, with_protected: bool, act: Act
) -> FoundResidents:
    """Return up to twenty residents whom a term names, and whether there are more; recorded."""
    found = find_residents(term, wards=wards, with_protected=with_protected, limit=MOST_SHOWN)
    if found.people:
        base.record_linkage(
            act,
            "listed",
            subjects=[("resident", one.resident_number) for one in found.people],
            items=["氏名", "氏名フリガナ", "生年月日", "住所"],
        )
    return found
