"""情報提供等記録: what is said and heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class RecordUpdate:
    """Whether one 情報提供等記録 may be shown (番号法第23条第2項), by its number at the platform."""

    record_id: str
    sequence: int
    withheld: bool
