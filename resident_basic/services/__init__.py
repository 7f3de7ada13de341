"""Acts of 個人基本. One function is one act."""

from resident_basic.services.approvals import (
    ItemRequest,
    approve_application,
    draft_application,
    refuse_application,
    submit_application,
    withdraw_application,
)
from resident_basic.services.disclosure import (
    ChangePage,
    NoApproval,
    StagedChanges,
    acknowledge,
    disclose_changes,
    disclose_residents,
    publish_changes,
    stage_changes,
)
from resident_basic.services.events import EventDiffers, ReceivedChange, receive_event
from resident_basic.services.forwarding import Forwarded, forward_households
from resident_basic.services.gaps import close_gap
from resident_basic.services.intake import FileNotReceived, Receipt, receive_residents
from resident_basic.services.judging import SuspiciousFile
from resident_basic.services.looking import look_up_residents
from resident_basic.services.protection import end_support_measure, start_support_measure
from resident_basic.services.search_keys import refresh_search_keys

__all__ = [
    "ChangePage",
    "EventDiffers",
    "FileNotReceived",
    "Forwarded",
    "ItemRequest",
    "NoApproval",
    "Receipt",
    "ReceivedChange",
    "StagedChanges",
    "SuspiciousFile",
    "acknowledge",
    "approve_application",
    "close_gap",
    "disclose_changes",
    "disclose_residents",
    "draft_application",
    "end_support_measure",
    "forward_households",
    "look_up_residents",
    "publish_changes",
    "receive_event",
    "receive_residents",
    "refresh_search_keys",
    "refuse_application",
    "stage_changes",
    "start_support_measure",
    "submit_application",
    "withdraw_application",
]
