"""お知らせ: what is said and heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.platform.failures import Reason


@dataclass(frozen=True, slots=True)
class Notice:
    """One お知らせ that マイナポータル is to show to one person (IF_OSR_10111)."""

    record_id: str
    integrated_number: str
    title: str  # up to 60 characters
    text: str  # up to 1,000 characters
    shown_from: datetime
    shown_until: datetime
    unit_code: str = ""  # 依頼元部署コード


class NoticeState(StrEnum):
    """Where a notice stands at the platform."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    READ = "read"
    WITHDRAWN = "withdrawn"
    UNDELIVERABLE = "undeliverable"  # the person has no マイナポータル account
    UNKNOWN = "unknown"  # a status this profile does not know: 要確認


@dataclass(frozen=True, slots=True)
class NoticeFate:
    """What the platform tells of one notice: of taking it in, of its state, or of 取消."""

    record_id: str
    state: NoticeState
    status: str  # お知らせ状況, as sent
    read_at: datetime | None = None
    reason: Reason | None = None
