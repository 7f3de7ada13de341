"""Questions to 市中間サーバ."""

from gateway.selectors.counts import (
    copy_counts,
    copy_error_count,
    failed_exchange_count,
    waiting_provisions,
)
from gateway.selectors.grounds import may_forward
from gateway.selectors.hours import Opening, opening, platform_state
from gateway.selectors.inquiries import inquiry_states, waiting_counts

__all__ = [
    "Opening",
    "copy_counts",
    "copy_error_count",
    "failed_exchange_count",
    "inquiry_states",
    "may_forward",
    "opening",
    "platform_state",
    "waiting_counts",
    "waiting_provisions",
]
