"""Questions to 個人基本."""

from resident_basic.selectors.approvals import (
    Approval,
    Obstacle,
    applications_in_force,
    applications_to_certify,
    approval_as_of,
    approved_items,
    grounds_of,
    obstacle_of,
    phase,
    previous_approval,
    terms,
)
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
    "Obstacle",
    "PersonDelivery",
    "applications_in_force",
    "applications_to_certify",
    "approval_as_of",
    "approved_items",
    "as_known",
    "change_page",
    "deliveries_about",
    "differences",
    "find_residents",
    "grounds_of",
    "household_members",
    "item_columns",
    "latest_of",
    "measures_of",
    "obstacle_of",
    "open_gaps",
    "open_measure_of",
    "phase",
    "previous_approval",
    "protected_among",
    "resident_count",
    "residents_for",
    "staged_change_columns",
    "terms",
    "versions_of",
]
