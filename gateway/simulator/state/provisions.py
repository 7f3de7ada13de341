"""The inquiries of others to the city."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Provision:
    """An inquiry of another organisation about one of the city's people."""

    provision_id: str
    number: str
    item: int
    information: str
    asked_at: float
    withheld: bool
    state: str  # 1 waiting, 2 answer registered, 3 sent, 4 withdrawn, 5 refused
    result: str = ""  # 01 provided, 02 no record, 03 refused, 04 not permitted
    items: dict[str, Any] = field(default_factory=dict)
    sent_at: float = 0.0


class ProvisionsKept:
    """The inquiries of others, changed by events."""

    _counter: int

    def __init__(self) -> None:
        super().__init__()
        self.provisions: dict[str, Provision] = {}
        self.provision_records: set[str] = set()

    def new_id(self) -> str:
        """Return an id for an inquiry of somebody else."""
        return f"P{self._counter + 1:015d}"

    def _on_asked(self, told: dict[str, Any]) -> None:
        provision = Provision(**told)
        self.provisions[provision.provision_id] = provision

    def _on_answer(self, provision_id: str, result: str, items: dict[str, Any]) -> None:
        provision = self.provisions[provision_id]
        provision.state, provision.result, provision.items = "2", result, items

    def _on_sent(self, provision_id: str, at: float) -> None:
        provision = self.provisions[provision_id]
        provision.state, provision.sent_at = "3", at

    def _on_withdrawn(self, provision_id: str) -> None:
        self.provisions[provision_id].state = "4"

    def _on_provision_records(self, told: list[str]) -> None:
        self.provision_records.update(told)
