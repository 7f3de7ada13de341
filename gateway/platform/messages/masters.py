"""マスター更新情報: what is heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class MasterKind(StrEnum):
    """Which master changes."""

    CODE = "code"  # コード表
    COMBINATION = "combination"  # 照会・提供を許可する組合せ


class MasterChange(StrEnum):
    """What happens to a row of a master."""

    ADDED = "added"
    CHANGED = "changed"
    ABOLISHED = "abolished"


@dataclass(frozen=True, slots=True)
class MasterUpdate:
    """One line of マスター更新情報 (IF_SCM_30112): a code, or a combination that is permitted."""

    sequence: int
    kind: MasterKind
    change: MasterChange
    valid_from: date
    valid_until: date | None  # the first day on which it no longer holds
    table: str = ""  # コード表
    code: str = ""
    name: str = ""
    affair_code: str = ""
    procedure_code: str = ""
    information_code: str = ""
    inquirer_code: str = ""  # 機関コード, "municipality" for every 市町村
    provider_code: str = ""
