"""情報提供: what is said and heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.platform.messages.basic import Items


@dataclass(frozen=True, slots=True)
class WaitingProvision:
    """An inquiry of another organisation that the platform may not answer by itself."""

    provision_id: str
    integrated_number: str
    asker_code: str
    information_code: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ProvisionContent:
    """情報照会内容(提供側): who asks what, under which 事務; and what the copies would answer."""

    provision_id: str
    integrated_number: str
    asker_code: str
    asker_name: str
    affair_code: str
    procedure_code: str
    information_code: str
    asked_at: datetime
    withheld: bool
    state: ProvisionState
    answer_due_at: datetime | None
    copy_items: Items


@dataclass(frozen=True, slots=True)
class WaitingList:
    """Those who wait, as far as one message holds them, and how many they are."""

    waiting: tuple[WaitingProvision, ...]
    count: int

    @property
    def is_whole(self) -> bool:
        """Whether all are here; the rest comes by file."""
        return len(self.waiting) >= self.count


@dataclass(frozen=True, slots=True)
class Answer:
    """What staff answer to one inquiry."""

    record_id: str
    provision_id: str
    answer: ProvisionAnswer
    items: Items


@dataclass(frozen=True, slots=True)
class Provided:
    """情報提供内容 (IF_TKY_11912): what the platform has of our answer, and whether it was sent."""

    provision_id: str
    state: ProvisionState
    result: str  # provided | no_record | refused; empty while nothing is registered
    provided_at: datetime | None
    items: Items


class ProvisionState(StrEnum):
    """Where an inquiry to us stands."""

    WAITING = "waiting"
    ANSWER_REGISTERED = "answer_registered"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class ProvisionAnswer(StrEnum):
    """What staff answer."""

    PROVIDE = "provide"  # with the items given
    NO_RECORD = "no_record"
    REFUSE = "refuse"
