"""Words and shapes that the pages of 市中間サーバ share."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from gateway.models import Circuit
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
    **dict.fromkeys(("open", "drafted", "cancelling"), "waiting"),
    **dict.fromkeys(("mending", "registered", "permitted"), "info"),
    **dict.fromkeys(("mended", "confirmed"), "done"),
    **dict.fromkeys(("differs", "only_there", "missing_there", "not_allowed"), "stopped"),
    **dict.fromkeys(("gone", "discarded"), "plain"),
}


def when(at: datetime) -> str:
    """Return a moment as staff read it."""
    local = timezone.localtime(at)
    return f"{format_date(local.date())} {local.hour}:{local:%M}"


def circuit_words(circuit: Circuit) -> tuple[SafeString, str]:
    """Return how the circuit of a group stands, and why."""
    since = f" {when(circuit.broken_since)}から" if circuit.broken_since else ""
    return (
        shown.badge(circuit.state(timezone.now()).label, "stopped"),
        f"{circuit.cause}(連続{circuit.failures}回{since})",
    )


def _state(row: Any) -> SafeString:
    return shown.badge(row.get_state_display(), level_of(row.state))


def level_of(state: str) -> str:
    """Return with how much attention a state is shown."""
    return LEVELS.get(state, "info")


def lines_of(items: dict[str, Any]) -> SafeString:
    """Return items by name as a table; a repeating group is a row for each of its lines."""
    rows: list[tuple[str, Any]] = []
    for name, value in items.items():
        if isinstance(value, list):
            rows += [
                (f"{name}({place})", "、".join(f"{k}: {v or '-'}" for k, v in line.items()))
                for place, line in enumerate(value, start=1)
            ]
        else:
            rows.append((name, value))
    return shown.table(("項目", "値"), rows, caption="内容", empty="内容はありません。")


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
