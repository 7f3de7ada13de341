"""
The platform as the gateway's tasks see it: typed calls, typed failures, no wire.

Every call may raise `PlatformClosed`, `PlatformUnreachable` (`PlatformBusy` is one),
`PlatformRefused` (the message as a whole), `BadAnswer`, `CannotBeSent` and
`IndividualNumberOnTheWayOut`. Every call takes `correlation`, the id that stands in the records of
both sides (one is made if it is empty).
"""

from __future__ import annotations

from gateway.platform.calls.copies import CopyCalls
from gateway.platform.calls.disclosures import DisclosureCalls
from gateway.platform.calls.flags import FlagCalls
from gateway.platform.calls.holdings import HoldingCalls
from gateway.platform.calls.inquiries import InquiryCalls
from gateway.platform.calls.masters import MasterCalls
from gateway.platform.calls.notices import NoticeCalls
from gateway.platform.calls.numbers import NumberCalls
from gateway.platform.calls.operation import SystemCalls
from gateway.platform.calls.provisions import ProvisionCalls
from gateway.platform.calls.records import RecordCalls

__all__ = ["PlatformClient"]


class PlatformClient(
    SystemCalls,
    NumberCalls,
    FlagCalls,
    CopyCalls,
    HoldingCalls,
    InquiryCalls,
    ProvisionCalls,
    RecordCalls,
    MasterCalls,
    DisclosureCalls,
    NoticeCalls,
):
    """The one door to the 中間サーバ・プラットフォーム; `Speaking` tells what it is made with."""
