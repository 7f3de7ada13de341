"""Flow D: 情報照会."""

from gateway.services.inquiries.accepting import (
    AcceptedInquiry,
    InquiryRequest,
    accept_inquiries,
    cancel_inquiry,
)
from gateway.services.inquiries.results import Result, ResultPage, inquiry_results
from gateway.services.inquiries.sending import (
    inquiries_in,
    prepare_inquiry_exchanges,
    settle_asked,
    settle_results,
    settle_states,
)

__all__ = [
    "AcceptedInquiry",
    "InquiryRequest",
    "Result",
    "ResultPage",
    "accept_inquiries",
    "cancel_inquiry",
    "inquiries_in",
    "inquiry_results",
    "prepare_inquiry_exchanges",
    "settle_asked",
    "settle_results",
    "settle_states",
]
