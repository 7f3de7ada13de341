"""情報提供等記録 (番号法第23条)."""

from __future__ import annotations

from typing import Any


class RecordsKept:
    """The records, changed by events."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[dict[str, Any]] = []
        self.record_updates: set[str] = set()
        self._recorded: set[str] = set()

    def _on_records(self, told: list[dict[str, Any]]) -> None:
        self.records += told
        self._recorded.update(r["record"] for r in told if r["result"] in {"01", "02"})

    def _on_records_updated(self, told: list[list[Any]]) -> None:
        for record_id, sequence, withheld in told:
            self.record_updates.add(record_id)
            self.records[sequence - 1]["withheld"] = withheld
