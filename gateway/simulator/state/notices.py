"""お知らせ as the city sent them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Notice:
    """A notice for one person, and what became of it."""

    record_id: str
    told: dict[str, str]
    accepted_at: float
    delivered_at: float
    is_deliverable: bool
    withdrawn: bool = False
    read_at: float = 0.0

    def status(self, now: float) -> str:
        """Return `1` 受付, `2` 配信済, `3` 既読, `4` 取消, `9` 配信不可."""
        if self.withdrawn:
            return "4"
        if self.read_at:
            return "3"
        if now < self.delivered_at:
            return "1"
        return "2" if self.is_deliverable else "9"


class NoticesKept:
    """The notices, changed by events."""

    def __init__(self) -> None:
        super().__init__()
        self.notices: dict[str, Notice] = {}

    def _on_notices(self, at: float, told: list[list[Any]]) -> None:
        for record_id, delivered_at, is_deliverable, texts in told:
            self.notices[record_id] = Notice(record_id, texts, at, delivered_at, is_deliverable)

    def _on_notices_withdrawn(self, told: list[str]) -> None:
        for record_id in told:
            self.notices[record_id].withdrawn = True

    def _on_notices_read(self, at: float, told: list[str]) -> None:
        for record_id in told:
            self.notices[record_id].read_at = at
