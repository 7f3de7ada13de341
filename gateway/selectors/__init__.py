"""Questions to 市中間サーバ."""

from gateway.selectors.counts import (
    copy_counts,
    copy_error_count,
    failed_exchange_count,
    information_codes_held,
    waiting_provisions,
)
from gateway.selectors.flags import Flags, FlagState, flag_states, unset_flags_count
from gateway.selectors.grounds import may_forward
from gateway.selectors.hours import Opening, opening, platform_state
from gateway.selectors.inquiries import inquiry_states, waiting_counts
from gateway.selectors.interfaces import is_in_use

__all__ = [
    "FlagState",
    "Flags",
    "Opening",
    "copy_counts",
    "copy_error_count",
    "failed_exchange_count",
    "flag_states",
    "information_codes_held",
    "inquiry_states",
    "is_in_use",
    "may_forward",
    "opening",
    "platform_state",
    "unset_flags_count",
    "waiting_counts",
    "waiting_provisions",
]
