"""What the platform said, in the words of this app; the wire's own types stay with the tasks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DUPLICATE = "duplicate_record"
NO_CODE_YET = "no_code_yet"
UNKNOWN_NUMBER = "unknown_number"
UNKNOWN_RECORD = "unknown_record"


@dataclass(frozen=True, slots=True)
class Why:
    """A refusal: a stable code and the platform's words."""

    code: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the records of one message, by their ids."""

    accepted: Collection[str]
    refused: Mapping[str, Why] = field(default_factory=dict)

    def taken(self) -> set[str]:
        """Return the ids that the platform has: a duplicate is one that was sent before a crash."""
        again = {key for key, why in self.refused.items() if why.code == DUPLICATE}
        return set(self.accepted) | again

    def rejected(self) -> dict[str, Why]:
        """Return the ids that it does not take, with the reason."""
        return {key: why for key, why in self.refused.items() if why.code != DUPLICATE}


@dataclass(frozen=True, slots=True)
class ToldState:
    """Where one inquiry stands at the platform."""

    record_id: str
    state: str
    detail_status: str
    name_status: str
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class ToldResult:
    """What came back for one inquiry."""

    record_id: str
    state: str
    detail_status: str
    name_status: str
    provided_at: datetime | None
    items: Mapping[str, Any]
    why: Why | None = None
