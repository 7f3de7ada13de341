"""The tables of 児童手当. People are 宛名番号 here; who they are, 社会保障宛名 knows."""

from child_allowance.models.claims import Claim, ClaimChild, Decision, FactInquiry
from child_allowance.models.payments import Payment, PaymentRun
from child_allowance.models.proposals import FeedPosition, Letter, Proposal
from child_allowance.models.recipients import (
    Entitlement,
    IncomeAssessment,
    Recipient,
    SupportedChild,
)

__all__ = [
    "Claim",
    "ClaimChild",
    "Decision",
    "Entitlement",
    "FactInquiry",
    "FeedPosition",
    "IncomeAssessment",
    "Letter",
    "Payment",
    "PaymentRun",
    "Proposal",
    "Recipient",
    "SupportedChild",
]
