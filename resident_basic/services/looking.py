"""The search for residents by staff: recorded, cut to their wards."""

from collections.abc import Collection, Sequence
from typing import Final

from django.db import transaction

from resident_basic.models import ResidentVersion
from resident_basic.selectors import residents_matching
from sapporo_base import services as base
from sapporo_base.acts import Act

MOST_SHOWN: Final = 20


@transaction.atomic
def look_up_residents(
    *, term: str, wards: Collection[str] | None, with_protected: bool, act: Act
) -> tuple[Sequence[ResidentVersion], bool]:
    """Return up to twenty residents whom a term names, and whether there are more; recorded."""
    matching = residents_matching(term, wards=wards, with_protected=with_protected)
    found = list(matching.order_by("kana_key", "resident_number")[: MOST_SHOWN + 1])
    shown = found[:MOST_SHOWN]
    if shown:
        base.record_linkage(
            act,
            "listed",
            subjects=[("resident", one.resident_number) for one in shown],
            items=["氏名", "氏名フリガナ", "生年月日", "住所"],
        )
    return shown, len(found) > MOST_SHOWN
