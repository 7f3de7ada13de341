"""自己情報: what people asked of their own data through マイナポータル, and were shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One request of a person for their own data."""

    disclosure_id: str
    number: str
    information: str
    asked_at: float
    provided_at: float
    result: str  # 01 provided, 02 no record, 03 不開示, 04 自動応答不可
    items: dict[str, Any] = field(default_factory=dict)


class DisclosuresKept:
    """The requests in their order, changed by events."""

    def __init__(self) -> None:
        super().__init__()
        self.disclosures: list[Disclosure] = []
        self.disclosure_by_id: dict[str, Disclosure] = {}

    def _on_disclosed(self, told: dict[str, Any]) -> None:
        disclosure = Disclosure(**told)
        self.disclosures.append(disclosure)
        self.disclosure_by_id[disclosure.disclosure_id] = disclosure
