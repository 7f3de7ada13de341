"""Acts of 個人基本. One function is one act."""

from resident_basic.services.application_steps import Contradiction, NotAnItem, OwnApplication
from resident_basic.services.applying import (
    ApplicationContents,
    IndividualNumberNotUsed,
    ItemRequest,
    NotItsGround,
    draft_application,
    edit_application,
    renew_application,
    submit_application,
    what_is_missing,
    withdraw_application,
)
from resident_basic.services.certifying import recertify, remind_sections
from resident_basic.services.consistency import KIND as CHECK_KIND
from resident_basic.services.consistency import (
    Checked,
    NothingToJudge,
    check_residents,
    judge_finding,
)
from resident_basic.services.day_files import (
    OpenedFile,
    fetch_file,
    make_day_files,
    path_of,
    stop_files,
    subscribe_to_files,
)
from resident_basic.services.deciding import (
    Grant,
    WiderThanAsked,
    approve_application,
    refuse_application,
    return_application,
)
from resident_basic.services.disclosure import (
    ChangePage,
    ReceiptUnknown,
    StagedChanges,
    acknowledge,
    disclose_changes,
    disclose_residents,
    publish_changes,
    stage_changes,
)
from resident_basic.services.drop_folder import (
    WaitingFile,
    file_in_folder,
    put_into_folder,
    waiting_files,
)
from resident_basic.services.events import EventDiffers, ReceivedChange, receive_event
from resident_basic.services.forwarding import Forwarded, forward_households
from resident_basic.services.gaps import close_gap
from resident_basic.services.intake import (
    FileNotReceived,
    Receipt,
    receive_residents,
)
from resident_basic.services.judging import SuspiciousFile
from resident_basic.services.looking import look_up_residents
from resident_basic.services.mending import (
    RowToMend,
    mend_rejected_row,
    open_row_to_mend,
    row_to_mend,
)
from resident_basic.services.ordered import receive_ordered_file
from resident_basic.services.orders import order_reception, order_rehearsal
from resident_basic.services.permits import NoApproval, permit_delivery, why_not
from resident_basic.services.previewing import preview_disclosure
from resident_basic.services.protection import (
    ApplicationFacts,
    OpponentFacts,
    acknowledge_alarms,
    decide_support_measure,
    end_support_measure,
    end_temporary_lift,
    extend_support_measure,
    lift_temporarily,
    open_support_opponent,
    propose_end_of_support_measure,
    raise_look_alarms,
    record_support_application,
    record_support_forwarding,
    record_support_opponent,
    start_support_measure,
    withdraw_end_of_support_measure,
)
from resident_basic.services.reconciling import (
    MOST_COMPARED,
    Comparison,
    OtherColumns,
    reconcile_copy,
)
from resident_basic.services.search_keys import refresh_search_keys
from resident_basic.services.snapshots import (
    AlreadyUnderWay,
    MassDelivery,
    open_hashes,
    open_snapshot,
)

__all__ = [
    "CHECK_KIND",
    "MOST_COMPARED",
    "AlreadyUnderWay",
    "ApplicationContents",
    "ApplicationFacts",
    "ChangePage",
    "Checked",
    "Comparison",
    "Contradiction",
    "EventDiffers",
    "FileNotReceived",
    "Forwarded",
    "Grant",
    "IndividualNumberNotUsed",
    "ItemRequest",
    "MassDelivery",
    "NoApproval",
    "NotAnItem",
    "NotItsGround",
    "NothingToJudge",
    "OpenedFile",
    "OpponentFacts",
    "OtherColumns",
    "OwnApplication",
    "Receipt",
    "ReceiptUnknown",
    "ReceivedChange",
    "RowToMend",
    "StagedChanges",
    "SuspiciousFile",
    "WaitingFile",
    "WiderThanAsked",
    "acknowledge",
    "acknowledge_alarms",
    "approve_application",
    "check_residents",
    "close_gap",
    "decide_support_measure",
    "disclose_changes",
    "disclose_residents",
    "draft_application",
    "edit_application",
    "end_support_measure",
    "end_temporary_lift",
    "extend_support_measure",
    "fetch_file",
    "file_in_folder",
    "forward_households",
    "judge_finding",
    "lift_temporarily",
    "look_up_residents",
    "make_day_files",
    "mend_rejected_row",
    "open_hashes",
    "open_row_to_mend",
    "open_snapshot",
    "open_support_opponent",
    "order_reception",
    "order_rehearsal",
    "path_of",
    "permit_delivery",
    "preview_disclosure",
    "propose_end_of_support_measure",
    "publish_changes",
    "put_into_folder",
    "raise_look_alarms",
    "receive_event",
    "receive_ordered_file",
    "receive_residents",
    "recertify",
    "reconcile_copy",
    "record_support_application",
    "record_support_forwarding",
    "record_support_opponent",
    "refresh_search_keys",
    "refuse_application",
    "remind_sections",
    "renew_application",
    "return_application",
    "row_to_mend",
    "stage_changes",
    "start_support_measure",
    "stop_files",
    "submit_application",
    "subscribe_to_files",
    "waiting_files",
    "what_is_missing",
    "why_not",
    "withdraw_application",
    "withdraw_end_of_support_measure",
]
