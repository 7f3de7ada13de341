"""What is said to and heard from the platform, as typed values. No wire detail is in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from gateway.platform.failures import Reason

Items = Mapping[str, "str | Sequence[Mapping[str, str | None]] | None"]
"""Items by name. None: no value. A sequence of mappings: a repeating group."""


class Mode(StrEnum):
    """MsgMode of every message. A simulator takes test messages only."""

    PRODUCTION = "0"
    TEST = "1"


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """Mutual TLS towards the platform: paths of PEM files."""

    client_certificate: str
    client_key: str
    authorities: str
    key_password: str | None = None


@dataclass(frozen=True, slots=True)
class OperatingState:
    """稼動状態 (IF_SYM_20212). Times are aware; None where the platform does not tell."""

    is_open: bool
    closes_at: datetime | None = None
    reopens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the records of one message, by レコード識別番号 (or by the number itself)."""

    accepted: tuple[str, ...]
    refused: Mapping[str, Reason]


# ---------------------------------------------------------------- 符号取得


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """One line of the 符号取得依頼ファイル: the 処理通番 stands for the number on the 住基 line."""

    serial: str
    integrated_number: str


@dataclass(frozen=True, slots=True)
class CodeRequestFile:
    """
    符号取得依頼ファイル (IF_FGU_20234).

    `sealing_key` is the 住基ネット side's public key (32 bytes, X25519): what is sent back by
    `send_code_requests` is sealed to it, so neither this client nor the gateway's tables hold a
    個人番号. `refused` is by 団体内統合宛名番号.
    """

    requests: tuple[CodeRequest, ...]
    refused: Mapping[str, Reason]
    sealing_key: bytes


class CodeStatus(StrEnum):
    """符号取得状況, as the platform knows it."""

    NOT_REQUESTED = "not_requested"
    REQUESTED = "requested"
    ACQUIRED = "acquired"
    FAILED = "failed"
    UNKNOWN_NUMBER = "unknown_number"


@dataclass(frozen=True, slots=True)
class CodeState:
    """Where the 符号 of one 団体内統合宛名番号 stands; `cause` in words if it failed."""

    integrated_number: str
    status: CodeStatus
    cause: str = ""


# ---------------------------------------------------------------- 副本


@dataclass(frozen=True, slots=True)
class Copy:
    """
    One 副本 record (IF_DBM_20113).

    `record_id` is ours, unique for ever ([0-9A-Za-z]{1,36}). `items` become the 副本データ: names
    must be XML names (Japanese is). `updated_at` stands on repeating groups as TimeAndDateOfUpdate.
    """

    record_id: str
    integrated_number: str
    information_code: str  # 特定個人情報名コード, TM + 14 digits
    dataset: str  # データセットの識別項目コード
    key: str  # データセットレコードのキー
    layout_version: str  # 特定個人情報の版番号
    published_from: date  # 公開開始日
    published_until: date  # 公開終了日 (9999-12-31: open)
    items: Items
    updated_at: datetime
    parent_key: str = ""
    ward_code: str = ""  # 行政区コード, 3 digits


@dataclass(frozen=True, slots=True)
class CopyKey:
    """What names a 副本 at the platform: for deleting one."""

    record_id: str
    integrated_number: str
    information_code: str
    dataset: str
    key: str
    layout_version: str


@dataclass(frozen=True, slots=True)
class CopyUpload:
    """A file of 副本 was taken in. `digests` by record_id: keep them, they are what reconciles."""

    receipt: str
    digests: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class CopySummary:
    """
    How many 副本 of one 特定個人情報 the platform holds, and the XOR of their digests.

    A bucket is the last two digits of the 団体内統合宛名番号.
    """

    information_code: str
    count: int
    digest: bytes
    buckets: Mapping[str, tuple[int, bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeldCopy:
    """One 副本 as the platform holds it, without its content."""

    integrated_number: str
    dataset: str
    key: str
    layout_version: str
    digest: bytes


# ---------------------------------------------------------------- 情報照会


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


# ---------------------------------------------------------------- 情報提供


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
    copy_items: Items


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


class RecordSide(StrEnum):
    """Which side of an exchange the city was on."""

    INQUIRER = "inquirer"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class ExchangeRecord:
    """One 情報提供等記録 (番号法第23条) as the platform keeps it."""

    sequence: int
    side: RecordSide
    inquirer_code: str
    provider_code: str
    integrated_number: str
    affair_code: str
    procedure_code: str
    information_code: str
    requested_at: datetime
    provided_at: datetime | None
    result: str  # provided | no_record | refused | not_permitted | cancelled
    items: tuple[str, ...]  # 利用特定個人情報の項目, by name
    withheld: bool  # 不開示
    our_record_id: str  # レコード識別番号 of our inquiry; provision_id on the provider's side


class Flag(StrEnum):
    """A flag on a 団体内統合宛名番号."""

    NO_AUTOMATIC_ANSWER = "no_automatic_answer"  # 自動応答不可 (IF_DBM_50111)
    WITHHELD = "withheld"  # 不開示該当 (IF_DBM_80111)


@dataclass(frozen=True, slots=True)
class Flags:
    """Both flags of one number (IF_DBM_90112)."""

    integrated_number: str
    no_automatic_answer: bool
    withheld: bool
