"""Tables of 個人基本: residents on two axes of time, their feed, 支援措置, and who may be given what."""

from resident_basic.models.approvals import (
    ApplicationStep,
    ApprovedItem,
    RequestedItem,
    UseApplication,
)
from resident_basic.models.certifying import ApplicationNotice, Certification
from resident_basic.models.consistency import ConsistencyFinding
from resident_basic.models.deliveries import Delivery, WaitingForwarding, WaitingNumbering
from resident_basic.models.files import DeliveryFile, FileFinding, FileSubscription
from resident_basic.models.items import RegisteredItems
from resident_basic.models.protection import (
    LookAlarm,
    SupportApplication,
    SupportForwarding,
    SupportMeasure,
    SupportOpponent,
    SupportTerm,
    TemporaryLift,
)
from resident_basic.models.receptions import HistoryGap, Reception, ReconciliationDifference
from resident_basic.models.residents import ReceivedEvent, Resident, ResidentChange, ResidentVersion
from resident_basic.models.webhooks import WebhookCall, WebhookSubscription

__all__ = [
    "ApplicationNotice",
    "ApplicationStep",
    "ApprovedItem",
    "Certification",
    "ConsistencyFinding",
    "Delivery",
    "DeliveryFile",
    "FileFinding",
    "FileSubscription",
    "HistoryGap",
    "LookAlarm",
    "ReceivedEvent",
    "Reception",
    "ReconciliationDifference",
    "RegisteredItems",
    "RequestedItem",
    "Resident",
    "ResidentChange",
    "ResidentVersion",
    "SupportApplication",
    "SupportForwarding",
    "SupportMeasure",
    "SupportOpponent",
    "SupportTerm",
    "TemporaryLift",
    "UseApplication",
    "WaitingForwarding",
    "WaitingNumbering",
    "WebhookCall",
    "WebhookSubscription",
]
