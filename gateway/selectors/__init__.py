"""Questions to 市中間サーバ."""

from gateway.selectors.codes import (
    WaitingForCodes,
    WaitingOfPerson,
    last_code_reconciliation,
    numbers_waited_for,
    oldest_code_differences,
    open_code_difference_counts,
    waiting_for_codes,
    waiting_of,
    with_copies,
    with_inquiries,
)
from gateway.selectors.contents import Content, contents_of, messages_of
from gateway.selectors.counts import (
    DayOfMessages,
    Failure,
    copy_counts,
    copy_error_count,
    days_of_messages,
    failed_exchange_count,
    failures_by_cause,
    information_codes_held,
    last_reconciled_at,
    open_difference_counts,
    waiting_provisions,
)
from gateway.selectors.files import last_exchanged_files
from gateway.selectors.flags import Flags, FlagState, flag_states, unset_flags_count
from gateway.selectors.grounds import provision_grounds
from gateway.selectors.hours import (
    DayOfHours,
    Opening,
    broken_circuits,
    days_of_hours,
    opening,
    platform_state,
)
from gateway.selectors.inquiries import inquiry_states, stages_of, waiting_counts
from gateway.selectors.interfaces import is_in_use
from gateway.selectors.masters import (
    Difference,
    combination_differences,
    meaning_of,
    updates_to_decide,
)
from gateway.selectors.notices import notice_states
from gateway.selectors.queues import (
    Outlook,
    QueueLine,
    group_of_lane,
    open_time_since,
    outlook,
    outlook_of,
    paused_queues,
    queue_board,
)
from gateway.selectors.records import different_records, is_different_record

__all__ = [
    "Content",
    "DayOfHours",
    "DayOfMessages",
    "Difference",
    "Failure",
    "FlagState",
    "Flags",
    "Opening",
    "Outlook",
    "QueueLine",
    "WaitingForCodes",
    "WaitingOfPerson",
    "broken_circuits",
    "combination_differences",
    "contents_of",
    "copy_counts",
    "copy_error_count",
    "days_of_hours",
    "days_of_messages",
    "different_records",
    "failed_exchange_count",
    "failures_by_cause",
    "flag_states",
    "group_of_lane",
    "information_codes_held",
    "inquiry_states",
    "is_different_record",
    "is_in_use",
    "last_code_reconciliation",
    "last_exchanged_files",
    "last_reconciled_at",
    "meaning_of",
    "messages_of",
    "notice_states",
    "numbers_waited_for",
    "oldest_code_differences",
    "open_code_difference_counts",
    "open_difference_counts",
    "open_time_since",
    "opening",
    "outlook",
    "outlook_of",
    "paused_queues",
    "platform_state",
    "provision_grounds",
    "queue_board",
    "stages_of",
    "unset_flags_count",
    "updates_to_decide",
    "waiting_counts",
    "waiting_for_codes",
    "waiting_of",
    "waiting_provisions",
    "with_copies",
    "with_inquiries",
]
