"""Acts of 市中間サーバ. One function is one act."""

from gateway.services.code_differences import (
    CodeMending,
    mend_code_differences,
    open_code_differences,
    request_code_reconciliation,
)
from gateway.services.copies import (
    CopyCounts,
    CopyData,
    accept_copies,
    cancel_publication_end,
    copies_to_end,
    decide_publication_end,
    draft_publication_end,
    inspect_copy,
    inspect_provision,
    inspect_recipients,
    mend_differences,
    request_reconciliation,
    send_copy_now,
)
from gateway.services.desk import DEEDS, Done, do_with_exchanges
from gateway.services.disclosures import ask_for_content
from gateway.services.exchanges import load_interfaces, switch_interface
from gateway.services.flags import (
    send_flags_again,
    set_answer_flags,
    set_information_flags,
)
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
    permit_provisions,
    return_provision,
)
from gateway.services.queues import measure_queues, pause_queue, resume_queue
from gateway.services.records import confirm_record, withhold_records

__all__ = [
    "DEEDS",
    "AcceptedInquiry",
    "AcceptedNotice",
    "Cancelled",
    "CodeMending",
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
    "cancel_publication_end",
    "check_updates",
    "compare_inquiry",
    "confirm_record",
    "copies_to_end",
    "decide_publication_end",
    "decline_updates",
    "do_with_exchanges",
    "draft_publication_end",
    "inquiry_results",
    "inspect_copy",
    "inspect_provision",
    "inspect_recipients",
    "load_interfaces",
    "measure_queues",
    "mend_code_differences",
    "mend_differences",
    "open_code_differences",
    "pause_queue",
    "permit_provision",
    "permit_provisions",
    "request_code_reconciliation",
    "request_reconciliation",
    "resume_queue",
    "return_provision",
    "send_copy_now",
    "send_flags_again",
    "set_answer_flags",
    "set_information_flags",
    "switch_interface",
    "withdraw_notice",
    "withdraw_notices",
    "withhold_records",
]
