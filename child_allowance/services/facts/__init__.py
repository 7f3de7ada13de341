"""Finding out what a claim needs to know: here first, then elsewhere through 市中間サーバ."""

from child_allowance.services.facts.gathering import gather_facts
from child_allowance.services.facts.inquiring import (
    inquire_missing_facts,
    receive_inquiry_results,
)
from child_allowance.services.facts.known import (
    GatheredFacts,
    claim_facts,
    gathered_facts,
    tax_known,
)

__all__ = [
    "GatheredFacts",
    "claim_facts",
    "gather_facts",
    "gathered_facts",
    "inquire_missing_facts",
    "receive_inquiry_results",
    "tax_known",
]
