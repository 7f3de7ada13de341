"""Questions to 市中間サーバ."""

from gateway.selectors.grounds import may_forward
from gateway.selectors.hours import Opening, opening, platform_state
from gateway.selectors.inquiries import inquiry_states, waiting_counts

__all__ = [
    "Opening",
    "inquiry_states",
    "may_forward",
    "opening",
    "platform_state",
    "waiting_counts",
]
