"""
Tables of 団体内統合宛名: one number per person, and what it is linked to.

The tables that are filled in bulk point to their addressee by a statement trigger
(`links_point_to_an_addressee`) and not by a foreign key: two million single look-ups take longer
than the load itself. Addressees are never deleted, so nothing can be left hanging.
"""

from integrated_address.models.addressees import AddresseeChange, IntegratedAddressee
from integrated_address.models.amendments import NumberAmendment
from integrated_address.models.basics import BasicItems
from integrated_address.models.business_numbers import BusinessNumber
from integrated_address.models.codes import CodeRequest, LinkageCodeStatus, LinkageCodeStep
from integrated_address.models.individual_numbers import DigestKey, IndividualNumber
from integrated_address.models.matching import (
    MatchCandidate,
    MatchDecision,
    MatchKey,
    MatchModel,
    MatchReceipt,
    MatchThreshold,
)
from integrated_address.models.merges import Merge, MergeNotice, MergeRow
from integrated_address.models.time import TwoAxes
from integrated_address.models.watching import Holder, SearchAlarm, SearchLimit, SearchTally

__all__ = [
    "AddresseeChange",
    "BasicItems",
    "BusinessNumber",
    "CodeRequest",
    "DigestKey",
    "Holder",
    "IndividualNumber",
    "IntegratedAddressee",
    "LinkageCodeStatus",
    "LinkageCodeStep",
    "MatchCandidate",
    "MatchDecision",
    "MatchKey",
    "MatchModel",
    "MatchReceipt",
    "MatchThreshold",
    "Merge",
    "MergeNotice",
    "MergeRow",
    "NumberAmendment",
    "SearchAlarm",
    "SearchLimit",
    "SearchTally",
    "TwoAxes",
]
