"""Tables of 市中間サーバ: messages to the platform, what waits for them, and when they go out."""

from gateway.models.code_differences import CodeDifference, CodeReconciliation
from gateway.models.copies import Copy, CopyError, CopyInspection, CopyVersion, PublicationEnd
from gateway.models.disclosures import SelfDisclosure
from gateway.models.exchanges import (
    Exchange,
    ExchangeStep,
    FeedReceipt,
    Lane,
    PlatformInterface,
    Work,
)
from gateway.models.files import ExchangedFile, FileExchangeSetting
from gateway.models.flags import InformationFlag
from gateway.models.hours import Circuit, Group, OperatingWindow, Pace, PlannedStop, PlatformState
from gateway.models.inquiries import Inquiry, InquiryResult
from gateway.models.masters import MasterKind, MasterUpdate, PermittedCombination, PlatformCode
from gateway.models.notices import PortalNotice
from gateway.models.numbers import CodeWaiting, PlatformNumber
from gateway.models.permissions import InterfacePermission
from gateway.models.provisions import ExchangeRecord, Provision
from gateway.models.queues import LaneFlow, QueuePause, SendQueue
from gateway.models.reconciliations import CopyDifference, Reconciliation

__all__ = [
    "Circuit",
    "CodeDifference",
    "CodeReconciliation",
    "CodeWaiting",
    "Copy",
    "CopyDifference",
    "CopyError",
    "CopyInspection",
    "CopyVersion",
    "Exchange",
    "ExchangeRecord",
    "ExchangeStep",
    "ExchangedFile",
    "FeedReceipt",
    "FileExchangeSetting",
    "Group",
    "InformationFlag",
    "Inquiry",
    "InquiryResult",
    "InterfacePermission",
    "Lane",
    "LaneFlow",
    "MasterKind",
    "MasterUpdate",
    "OperatingWindow",
    "Pace",
    "PermittedCombination",
    "PlannedStop",
    "PlatformCode",
    "PlatformInterface",
    "PlatformNumber",
    "PlatformState",
    "PortalNotice",
    "Provision",
    "PublicationEnd",
    "QueuePause",
    "Reconciliation",
    "SelfDisclosure",
    "SendQueue",
    "Work",
]
