"""自己情報提供: what is said and heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.platform.failures import Reason
from gateway.platform.messages.basic import Items


class DisclosureResult(StrEnum):
    """What the platform answered to somebody who asked for their own data."""

    PROVIDED = "provided"
    NO_RECORD = "no_record"
    WITHHELD = "withheld"  # 不開示該当
    WAITING = "waiting"  # 自動応答不可: nothing was shown
    UNKNOWN = "unknown"  # a result this profile does not know: 要確認


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One line of 自己情報提供状況: a person asked for their own data through マイナポータル."""

    sequence: int
    disclosure_id: str
    integrated_number: str
    information_code: str
    requested_at: datetime
    provided_at: datetime | None
    result: DisclosureResult
    result_code: str  # as sent


@dataclass(frozen=True, slots=True)
class DisclosedContent:
    """自己情報提供内容: what was shown. `reason` where the platform has none to tell."""

    disclosure_id: str
    items: Items
    reason: Reason | None = None
