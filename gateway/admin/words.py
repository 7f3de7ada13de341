"""Words and shapes that the pages of 市中間サーバ share."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from gateway.rules.codes import with_numbers_replaced
from sapporo_base.admin import display as shown
from sapporo_base.rules.dates import format_date

LEVELS = {
    **dict.fromkeys(("waiting_code", "waiting", "ready", "running", "held", "received"), "waiting"),
    **dict.fromkeys(("sending", "sent", "asked", "arrived", "answered_wait", "checked"), "info"),
    **dict.fromkeys(
        ("answered", "forwarded", "done", "equal", "delivered", "read", "applied"), "done"
    ),
    **dict.fromkeys(
        ("failed", "refused", "unclear", "expired", "different", "undeliverable"), "stopped"
    ),
    **dict.fromkeys(
        ("no_record", "cancelled", "deleted", "dropped", "withdrawn", "declined"), "plain"
    ),
}


def when(at: datetime) -> str:
    """Return a moment as staff read it."""
    local = timezone.localtime(at)
    return f"{format_date(local.date())} {local.hour}:{local:%M}"


def _state(row: Any) -> SafeString:
    return shown.badge(row.get_state_display(), LEVELS.get(row.state, "info"))


def words(text: str) -> str:
    """Return the platform's words without the 団体内統合宛名番号 that they may quote."""
    return with_numbers_replaced(text, {}) or "-"


class StateMixin:
    """Shows the state as a word with a shape, and the platform's reason without anybody's number."""

    @display(description="状態", ordering="state")
    def state_word(self, obj: Any) -> SafeString:
        """Return the state."""
        return _state(obj)

    @display(description="理由")
    def reason_words(self, obj: Any) -> str:
        """Return the reason."""
        return words(obj.reason)
