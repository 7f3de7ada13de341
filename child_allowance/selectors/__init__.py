"""Questions to 児童手当."""

from child_allowance.selectors.counts import (
    PayDayTotals,
    answered_inquiry_count,
    decided_claim_count,
    open_inquiry_count,
    pay_day_totals,
    waiting_claim_count,
)
from child_allowance.selectors.waiting import (
    JUDGED_BY,
    OWN_SYSTEM,
    held_payment_count,
    last_run,
    open_proposal_count,
    waiting_claims,
    why_claims_wait,
    yen_entitled,
)

__all__ = [
    "JUDGED_BY",
    "OWN_SYSTEM",
    "PayDayTotals",
    "answered_inquiry_count",
    "decided_claim_count",
    "held_payment_count",
    "last_run",
    "open_inquiry_count",
    "open_proposal_count",
    "pay_day_totals",
    "waiting_claim_count",
    "waiting_claims",
    "why_claims_wait",
    "yen_entitled",
]
