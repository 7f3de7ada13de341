"""副本: what is said and heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from gateway.platform.messages.basic import Items


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
class CopySent:
    """What is kept of a 副本 that was sent: its digest, and the SHA-256 of the 副本データ within it."""

    digest: bytes
    data_hash: bytes


@dataclass(frozen=True, slots=True)
class CopyUpload:
    """A file of 副本 was taken in. `sent` by record_id: keep it, it is what reconciles."""

    receipt: str
    sent: Mapping[str, CopySent]

    @property
    def digests(self) -> Mapping[str, bytes]:
        """The digest of each."""
        return {record_id: one.digest for record_id, one in self.sent.items()}


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


@dataclass(frozen=True, slots=True)
class CopyDetail:
    """One 副本 as the platform holds it, with its content (IF_DBM_30212)."""

    published_from: date
    published_until: date
    items: Items
    digest: bytes


@dataclass(frozen=True, slots=True)
class CopySearch:
    """What the platform would answer to an inquiry (IF_DBM_30312); `is_automatic`: by itself."""

    items: Items
    copy_count: int
    is_automatic: bool


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who was told something about somebody (提供先, IF_DBM_60412)."""

    integrated_number: str
    information_code: str
    asker_code: str
    asker_name: str
    affair_code: str
    provided_at: datetime
    items: tuple[str, ...]


class EndState(StrEnum):
    """Where a 公開終了日一括設定 stands."""

    REGISTERED = "registered"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PublicationEndResult:
    """What became of a 公開終了日一括設定 (IF_DBM_90332); `count` of copies that were changed."""

    state: EndState
    count: int
