"""Changes of the platform's masters, in their order."""

from __future__ import annotations


class MasterChangesKept:
    """What the platform tells of its code tables and of permitted combinations."""

    def __init__(self) -> None:
        super().__init__()
        self.master_changes: list[dict[str, str]] = []

    def _on_master(self, told: list[dict[str, str]]) -> None:
        self.master_changes += told
