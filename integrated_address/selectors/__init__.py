"""Questions to 団体内統合宛名; numbers go in and out, rows stay here."""

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
    "business_numbers_of",
    "code_requests_after",
    "code_states_of",
    "fill_business_numbers",
    "fill_integrated_numbers",
    "fill_integrated_numbers_by_digest",
    "integrated_numbers_of",
    "support_numbers",
    "under_support",
]
