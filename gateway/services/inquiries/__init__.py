"""Flow D: 情報照会."""

from gateway.services.inquiries.accepting import (
    AcceptedInquiry,
    InquiryRequest,
    accept_inquiries,
)
from gateway.services.inquiries.cancelling import (
    Cancelled,
    cancel_inquiries,
    cancel_inquiry,
    settle_cancel_states,
    settle_cancelled,
)
from gateway.services.inquiries.comparing import (
    Held,
    compare_inquiry,
    prepare_comparisons,
    settle_compared,
)
from gateway.services.inquiries.disposing import days_kept, dispose_results
from gateway.services.inquiries.results import (
    Result,
    ResultPage,
    inquiry_results,
    results_end,
)
from gateway.services.inquiries.sending import (
    Asked,
    inquiries_in,
    prepare_inquiry_exchanges,
    record_ids_in,
)
from gateway.services.inquiries.settling import (
    settle_asked,
    settle_results,
    settle_states,
)

__all__ = [
    "AcceptedInquiry",
    "Asked",
    "Cancelled",
    "Held",
    "InquiryRequest",
    "Result",
    "ResultPage",
    "accept_inquiries",
    "cancel_inquiries",
    "cancel_inquiry",
    "compare_inquiry",
    "days_kept",
    "dispose_results",
    "inquiries_in",
    "inquiry_results",
    "prepare_comparisons",
    "prepare_inquiry_exchanges",
    "record_ids_in",
    "results_end",
    "settle_asked",
    "settle_cancel_states",
    "settle_cancelled",
    "settle_compared",
    "settle_results",
    "settle_states",
]
