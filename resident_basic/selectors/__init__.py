"""Questions to 個人基本."""

from resident_basic.selectors.approvals import Approval, approved_items
from resident_basic.selectors.counts import item_columns, resident_count
from resident_basic.selectors.disclosure import (
    CHANGES,
    DisclosedChange,
    DisclosedResident,
    change_page,
    residents_for,
    staged_change_columns,
)

__all__ = [
    "CHANGES",
    "Approval",
    "DisclosedChange",
    "DisclosedResident",
    "approved_items",
    "change_page",
    "item_columns",
    "resident_count",
    "residents_for",
    "staged_change_columns",
]
