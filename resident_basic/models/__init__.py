"""Tables of 個人基本: residents on two axes of time, their feed, and who may be given what."""

from resident_basic.models.approvals import (
    ApplicationNotice,
    ApplicationStep,
    ApprovedItem,
    Certification,
    RequestedItem,
    UseApplication,
)
from resident_basic.models.deliveries import Delivery, WaitingForwarding, WaitingNumbering
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
    "ApplicationNotice",
    "ApplicationStep",
    "ApprovedItem",
    "Certification",
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
    "WaitingNumbering",
]
