"""情報照会: what is said and heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gateway.platform.failures import Reason
from gateway.platform.messages.basic import Items


@dataclass(frozen=True, slots=True)
class Inquiry:
    """
    One 情報照会: the 18 items of the record, those that are the gateway's to fill.

    The business system's own number (item 2) never leaves the city. A ward of a 指定都市 as
    provider must be turned into its city before. `tax_year`: 課税年度, or None for the newest.
    """

    record_id: str
    integrated_number: str
    affair_code: str  # 事務コード JM…
    procedure_code: str  # 事務手続コード JT…
    information_code: str  # 特定個人情報名コード TM…
    provider_code: str  # 情報提供者機関コード, 16 digits
    asked_at: datetime
    unit_code: str = ""  # 情報照会者部署コード
    user_id: str = ""  # 情報照会者ユーザーID
    withheld: bool = False  # 照会側不開示コード
    delegating_inquirer_code: str = ""
    delegating_provider_code: str = ""
    tax_year: int | None = None
    period_from: date | None = None
    period_until: date | None = None


class InquiryState(StrEnum):
    """Where an inquiry stands at the platform."""

    ACCEPTED = "accepted"  # 受付済
    IN_PROGRESS = "in_progress"  # 照会中
    HELD_BY_PROVIDER = "held_by_provider"  # 提供待: 自動応答不可 at the other side
    ANSWERED = "answered"  # 明細単位 09, 名単位 01
    NO_RECORD = "no_record"  # 該当なし
    CANCELLED = "cancelled"  # 取りやめ
    FAILED = "failed"
    UNKNOWN = "unknown"  # a status this profile does not know: 要確認

    @property
    def is_final(self) -> bool:
        """Whether nothing more will come."""
        return self in FINAL_STATES


FINAL_STATES = frozenset(
    {
        InquiryState.ANSWERED,
        InquiryState.NO_RECORD,
        InquiryState.CANCELLED,
        InquiryState.FAILED,
    }
)


@dataclass(frozen=True, slots=True)
class InquiryStatus:
    """One line of 情報照会状況結果."""

    record_id: str
    state: InquiryState
    detail_status: str  # 照会ステータス(明細単位), as sent
    name_status: str  # 照会ステータス(特定個人情報名単位), as sent
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class InquiryResult:
    """情報照会結果: `items` by name, filled when `state` is ANSWERED."""

    record_id: str
    state: InquiryState
    detail_status: str
    name_status: str
    provider_code: str
    provided_at: datetime | None
    items: Items
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class RegisteredInquiry:
    """
    An inquiry as the platform holds it (IF_SKI_10912): the 18 items by name, as sent.

    `reason` where it holds none under that レコード識別番号.
    """

    record_id: str
    texts: Mapping[str, str]
    reason: Reason | None = None
