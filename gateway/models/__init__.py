"""Tables of 市中間サーバ: messages to the platform, what waits for them, and when they go out."""

from gateway.models.copies import Copy, CopyError, Reconciliation
from gateway.models.exchanges import Exchange, FeedReceipt, Lane, PlatformInterface, Work
from gateway.models.hours import Group, OperatingWindow, Pace, PlannedStop, PlatformState
from gateway.models.inquiries import Inquiry, InquiryResult
from gateway.models.numbers import PlatformNumber
from gateway.models.provisions import Provision

__all__ = [
    "Copy",
    "CopyError",
    "Exchange",
    "FeedReceipt",
    "Group",
    "Inquiry",
    "InquiryResult",
    "Lane",
    "OperatingWindow",
    "Pace",
    "PlannedStop",
    "PlatformInterface",
    "PlatformNumber",
    "PlatformState",
    "Provision",
    "Reconciliation",
    "Work",
]
