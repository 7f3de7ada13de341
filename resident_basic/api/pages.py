"""
Answers of a thousand people, as the serializers of the same name describe them.

A serializer walks sixty thousand values one by one; here the values go to the renderer as the
database gave them. A test compares both.
"""

from typing import Any

from django.utils.timezone import get_current_timezone

from resident_basic.selectors import DisclosedResident
from resident_basic.services import ChangePage


def change_page(page: ChangePage) -> dict[str, Any]:
    """Return what `ChangePageSerializer` describes."""
    zone, withheld = get_current_timezone(), set(page.withheld)
    # Two sets of names at most, the one of protected people longer: each is cut down once.
    beyond = {names: sorted(set(names) - withheld) for names in {c.withheld for c in page.changes}}
    return {
        "changes": [
            {
                **_person(one),
                "withheld": beyond[one.withheld],
                "receipt": one.receipt,
                "kind": one.kind,
                "event_id": one.event_id,
                "is_latest": one.is_latest,
                "recorded_at": one.recorded_at.astimezone(zone),
            }
            for one in page.changes
        ],
        "receipt": page.receipt,
        "has_more": page.has_more,
        "withheld": page.withheld,
        "reduced": page.reduced,
    }


def resident(one: DisclosedResident) -> dict[str, Any]:
    """Return what `ResidentSerializer` describes."""
    return {**_person(one), "reduced": one.reduced}


def _person(one: DisclosedResident) -> dict[str, Any]:
    return {
        "resident_number": one.resident_number,
        "history_number": one.history_number,
        "items": one.items,
        "withheld": one.withheld,
        "is_suppressed": one.is_suppressed,
    }
