"""Questions to 個人基本."""

from resident_basic.selectors.approvals import Approval, approved_items
from resident_basic.selectors.counts import item_columns, resident_count
from resident_basic.selectors.deliveries import PersonDelivery, deliveries_about
from resident_basic.selectors.disclosure import (
    CHANGES,
    DisclosedChange,
    DisclosedResident,
    change_page,
    residents_for,
    staged_change_columns,
)
from resident_basic.selectors.people import (
    household_members,
    latest_of,
    measures_of,
    open_measure_of,
    protected_among,
    versions_of,
)
from resident_basic.selectors.searching import FoundResidents, find_residents
from resident_basic.selectors.versions import Difference, Differences, as_known, differences
from resident_basic.selectors.waiting import open_gaps

__all__ = [
    "CHANGES",
    "Approval",
    "Difference",
    "Differences",
    "DisclosedChange",
    "DisclosedResident",
    "FoundResidents",
    "PersonDelivery",
    "approved_items",
    "as_known",
    "change_page",
    "deliveries_about",
    "differences",
    "find_residents",
    "household_members",
    "item_columns",
    "latest_of",
    "measures_of",
    "open_gaps",
    "open_measure_of",
    "protected_among",
    "resident_count",
    "residents_for",
    "staged_change_columns",
    "versions_of",
]
