"""Acts of 市中間サーバ. One function is one act."""

from gateway.services.copies import CopyCounts, CopyData, accept_copies
from gateway.services.exchanges import load_interfaces, requeue_exchange, switch_interface
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

__all__ = [
    "AcceptedInquiry",
    "CopyCounts",
    "CopyData",
    "InquiryRequest",
    "Result",
    "ResultPage",
    "accept_copies",
    "accept_inquiries",
    "answer_provision",
    "cancel_inquiry",
    "inquiry_results",
    "load_interfaces",
    "permit_provision",
    "requeue_exchange",
    "send_flags_again",
    "set_answer_flags",
    "switch_interface",
]
