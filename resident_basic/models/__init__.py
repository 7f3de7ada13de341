"""Tables of 個人基本: residents on two axes of time, their feed, and who may be given what."""

from resident_basic.models.approvals import (
    ApprovedItem,
    Delivery,
    RequestedItem,
    UseApplication,
    WaitingForwarding,
)
from resident_basic.models.items import RegisteredItems
from resident_basic.models.receptions import HistoryGap, Reception, ReconciliationDifference
from resident_basic.models.residents import (
    ReceivedEvent,
    Resident,
    ResidentChange,
    ResidentVersion,
    SupportMeasure,
)

__all__ = [
    "ApprovedItem",
    "Delivery",
    "HistoryGap",
    "ReceivedEvent",
    "Reception",
    "ReconciliationDifference",
    "RegisteredItems",
    "RequestedItem",
    "Resident",
    "ResidentChange",
    "ResidentVersion",
    "SupportMeasure",
    "UseApplication",
    "WaitingForwarding",
]
