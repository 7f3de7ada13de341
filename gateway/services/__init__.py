"""Acts of 市中間サーバ. One function is one act."""

from gateway.services.copies import CopyCounts, CopyData, accept_copies
from gateway.services.desk import DEEDS, Done, do_with_exchanges
from gateway.services.disclosures import ask_for_content
from gateway.services.exchanges import load_interfaces, switch_interface
from gateway.services.inquiries import (
    AcceptedInquiry,
    Cancelled,
    InquiryRequest,
    Result,
    ResultPage,
    accept_inquiries,
    cancel_inquiries,
    cancel_inquiry,
    compare_inquiry,
    inquiry_results,
)
from gateway.services.masters import apply_updates, check_updates, decline_updates
from gateway.services.notices import (
    AcceptedNotice,
    NoticeRequest,
    accept_notices,
    withdraw_notice,
    withdraw_notices,
)
from gateway.services.provisions import (
    answer_provision,
    permit_provision,
    send_flags_again,
    set_answer_flags,
)
from gateway.services.queues import measure_queues, pause_queue, resume_queue

__all__ = [
    "DEEDS",
    "AcceptedInquiry",
    "AcceptedNotice",
    "Cancelled",
    "CopyCounts",
    "CopyData",
    "Done",
    "InquiryRequest",
    "NoticeRequest",
    "Result",
    "ResultPage",
    "accept_copies",
    "accept_inquiries",
    "accept_notices",
    "answer_provision",
    "apply_updates",
    "ask_for_content",
    "cancel_inquiries",
    "cancel_inquiry",
    "check_updates",
    "compare_inquiry",
    "decline_updates",
    "do_with_exchanges",
    "inquiry_results",
    "load_interfaces",
    "measure_queues",
    "pause_queue",
    "permit_provision",
    "resume_queue",
    "send_flags_again",
    "set_answer_flags",
    "switch_interface",
    "withdraw_notice",
    "withdraw_notices",
]
