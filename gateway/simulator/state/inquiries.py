"""The inquiries of the city."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Inquiry:
    """An inquiry of the city."""

    record_id: str
    told: dict[str, str]
    accepted_at: float
    normal_at: float
    ready_at: float
    cancelled: bool = False


class InquiriesKept:
    """The inquiries, changed by events."""

    _recorded: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.inquiries: dict[str, Inquiry] = {}
        self._unsettled: list[tuple[float, str]] = []

    def settle(self, now: float) -> Iterator[Inquiry]:
        """Return the inquiries that were answered since, in the order of their answers."""
        while self._unsettled and self._unsettled[0][0] <= now:
            _, record_id = heapq.heappop(self._unsettled)
            inquiry = self.inquiries[record_id]
            # After a replay the queue holds again what was recorded before.
            if not inquiry.cancelled and record_id not in self._recorded:
                yield inquiry

    def _on_inquiries(self, at: float, told: list[list[Any]]) -> None:
        for record_id, normal_at, ready_at, texts in told:
            self.inquiries[record_id] = Inquiry(record_id, texts, at, normal_at, ready_at)
            heapq.heappush(self._unsettled, (ready_at, record_id))

    def _on_cancelled(self, told: list[str]) -> None:
        for record_id in told:
            self.inquiries[record_id].cancelled = True
