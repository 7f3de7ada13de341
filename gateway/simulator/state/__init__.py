"""What the platform knows, changed by events only: each is kept in the journal and replayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.simulator.journal import Journal
from gateway.simulator.state.copies import CopiesKept
from gateway.simulator.state.disclosures import DisclosuresKept
from gateway.simulator.state.ends import EndsKept
from gateway.simulator.state.flags import FlagsKept
from gateway.simulator.state.inquiries import InquiriesKept
from gateway.simulator.state.masters import MasterChangesKept
from gateway.simulator.state.notices import NoticesKept
from gateway.simulator.state.people import PeopleKept
from gateway.simulator.state.provisions import ProvisionsKept
from gateway.simulator.state.records import RecordsKept


@dataclass(frozen=True, slots=True)
class Receipt:
    """A file that the city can fetch under a 受付番号."""

    fetched_by: str
    ready_at: float
    told: dict[str, Any]


class State(
    PeopleKept,
    FlagsKept,
    CopiesKept,
    EndsKept,
    InquiriesKept,
    ProvisionsKept,
    RecordsKept,
    NoticesKept,
    DisclosuresKept,
    MasterChangesKept,
):
    """The whole of it. `commit` is the only way in; what it did is in the journal."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal
        self.receipts: dict[str, Receipt] = {}
        self.operating: dict[str, Any] = {}
        self.requests: Counter[str] = Counter()
        self.granted: Counter[str] = Counter()
        self._counter = 0
        for kind, told in journal.replay():
            self._apply(kind, told)

    def commit(self, kind: str, **told: Any) -> None:
        """Will change the state by an event, and keep the event."""
        self._apply(kind, told)
        self._journal.add(kind, told)

    def flush(self) -> None:
        """Will have everything on file; called before an answer goes out."""
        self._journal.flush()

    def new_receipt(self, fetched_by: str, ready_at: float, told: dict[str, Any]) -> str:
        """Will keep what a file is to be made of, and return its 受付番号."""
        number = f"R{self._counter + 1:015d}"
        self.commit("receipt", number=number, by=fetched_by, ready_at=ready_at, told=told)
        return number

    def _apply(self, kind: str, told: dict[str, Any]) -> None:
        self._counter += 1
        getattr(self, f"_on_{kind}")(**told)

    def _on_numbers_gone(self, told: list[str]) -> None:
        self.number_changes += 1
        for number in told:
            self.people.pop(number, None)
            for holdings in self.holdings.values():
                holdings.drop_all(number)

    def _on_receipt(self, number: str, by: str, ready_at: float, told: dict[str, Any]) -> None:
        self.receipts[number] = Receipt(by, ready_at, told)

    def _on_operating(self, told: Mapping[str, Any]) -> None:
        self.operating = dict(told)
