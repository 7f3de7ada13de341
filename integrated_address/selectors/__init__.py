"""Questions to 団体内統合宛名; numbers go in and out, rows stay here."""

from integrated_address.selectors.counts import (
    addressee_count,
    code_state_counts,
    individual_number_count,
)
from integrated_address.selectors.feeds import addressee_changes_after, code_requests_after
from integrated_address.selectors.numbers import (
    business_numbers_of,
    code_states_of,
    fill_business_numbers,
    fill_integrated_numbers,
    fill_integrated_numbers_by_digest,
    integrated_numbers_of,
    support_numbers,
    under_support,
)

__all__ = [
    "addressee_changes_after",
    "addressee_count",
    "business_numbers_of",
    "code_requests_after",
    "code_state_counts",
    "code_states_of",
    "fill_business_numbers",
    "fill_integrated_numbers",
    "fill_integrated_numbers_by_digest",
    "individual_number_count",
    "integrated_numbers_of",
    "support_numbers",
    "under_support",
]
