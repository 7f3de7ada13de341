"""Questions to 児童手当."""

from child_allowance.selectors.counts import (
    PayDayTotals,
    answered_inquiry_count,
    decided_claim_count,
    open_inquiry_count,
    pay_day_totals,
    waiting_claim_count,
)

__all__ = [
    "PayDayTotals",
    "answered_inquiry_count",
    "decided_claim_count",
    "open_inquiry_count",
    "pay_day_totals",
    "waiting_claim_count",
]
