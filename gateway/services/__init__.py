"""Acts of 市中間サーバ. One function is one act."""

from gateway.services.copies import CopyCounts, CopyData, accept_copies
from gateway.services.desk import DEEDS, Done, do_with_exchanges
from gateway.services.exchanges import load_interfaces, switch_interface
from gateway.services.inquiries import (
    AcceptedInquiry,
    InquiryRequest,
    Result,
    ResultPage,
    accept_inquiries,
    cancel_inquiry,
    inquiry_results,
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
    "CopyCounts",
    "CopyData",
    "Done",
    "InquiryRequest",
    "Result",
    "ResultPage",
    "accept_copies",
    "accept_inquiries",
    "answer_provision",
    "cancel_inquiry",
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
]
