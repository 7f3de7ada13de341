"""公開終了日一括設定: registered, taken back, carried out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.simulator.state.copies import Copy, Holdings


@dataclass(slots=True)
class PublicationEnd:
    """All copies of a version end on a day."""

    record_id: str
    information: str
    version: str
    ends_on: str
    ready_at: float
    state: str = "1"  # 1 registered, 2 carried out, 8 taken back
    count: int = 0


class EndsKept:
    """The ends, changed by events."""

    holdings: dict[str, Holdings]

    def __init__(self) -> None:
        super().__init__()
        self.ends: dict[str, PublicationEnd] = {}

    def _on_end(self, receipt: str, told: list[str], ready_at: float) -> None:
        self.ends[receipt] = PublicationEnd(told[0], told[1], told[2], told[3], ready_at)

    def _on_end_undone(self, receipt: str) -> None:
        self.ends[receipt].state = "8"

    def _on_ended(self, receipt: str) -> None:
        end = self.ends[receipt]
        holdings = self.holdings[end.information]
        later = [
            copy
            for copies in holdings.by_number.values()
            for copy in copies.values()
            if copy.version == end.version
            and copy.published_from <= end.ends_on < copy.published_until
        ]
        for copy in later:
            holdings.put(_ending(copy, end.ends_on))
        end.state, end.count = "2", len(later)


def _ending(copy: Copy, ends_on: str) -> Copy:
    changed = replace(copy, published_until=ends_on)
    texts = [getattr(changed, name) for name in Copy.__slots__ if name != "digest"]
    return Copy.of(texts)
