"""Questions to 団体内統合宛名; numbers go in and out, rows stay here."""

from integrated_address.selectors.counts import (
    addressee_count,
    individual_number_count,
)
from integrated_address.selectors.feeds import addressee_changes_after, code_requests_after
from integrated_address.selectors.numbers import (
    NumberedPerson,
    business_numbers_of,
    code_states_of,
    fill_business_numbers,
    fill_integrated_numbers,
    fill_integrated_numbers_by_digest,
    fill_protected_numbers,
    integrated_numbers_of,
    numbered_people,
    present_number,
    present_numbers,
    support_numbers,
    under_support,
)
from integrated_address.selectors.people import (
    CodeCount,
    code_counts,
    drafts_of,
    individual_numbers_of,
    links_of,
    people_matching,
    versions_of,
    waiting_amendments,
    waiting_search_alarms,
    with_basics,
)

__all__ = [
    "CodeCount",
    "NumberedPerson",
    "addressee_changes_after",
    "addressee_count",
    "business_numbers_of",
    "code_counts",
    "code_requests_after",
    "code_states_of",
    "drafts_of",
    "fill_business_numbers",
    "fill_integrated_numbers",
    "fill_integrated_numbers_by_digest",
    "fill_protected_numbers",
    "individual_number_count",
    "individual_numbers_of",
    "integrated_numbers_of",
    "links_of",
    "numbered_people",
    "people_matching",
    "present_number",
    "present_numbers",
    "support_numbers",
    "under_support",
    "versions_of",
    "waiting_amendments",
    "waiting_search_alarms",
    "with_basics",
]
