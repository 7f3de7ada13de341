"""The platform's own table of who may ask whom for what, its codes and its messages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PLATFORM: Final = "9900000000000001"
SAPPORO: Final = "0220101100201700"

TAX: Final = "TM00000000000002"
RESIDENCE: Final = "TM99000000000001"
PENSION: Final = "TM99000000000075"
ACCOUNT: Final = "TM99000000000099"

MESSAGES: Final = {
    "SKI0101": "指定された団体内統合宛名番号「{}」は符号が未取得です。",
    "CMN0001": "「レコード識別番号」が既に存在しています。",
    "SKI0102": "指定された特定個人情報名「{}」の照会は許可されていません。",
    "CMN0002": "指定された団体内統合宛名番号「{}」は登録されていません。",
    "CMN0003": "指定された「レコード識別番号」は存在しません。",
    "CMN0004": "現在の状態では処理できません。",
    "CMN0005": "「{}」の形式に誤りがあります。",
    "CMN0006": "電文の上限を超えています。",
    "CMN0007": "送信元の機関コードが正しくありません。",
    "CMN0008": "このインターフェイスは提供していません。",
    "CMN0009": "本番の電文は受け付けません。",
    "CMN0010": "電文の形式に誤りがあります。",
    "SYS0001": "中間サーバー・プラットフォームは停止中です。",
    "SYS0100": "処理中です。",
}

_FROM_THE_BEGINNING: Final = "2017-11-13"  # 情報連携 began
_FULL_WIDTH: Final = {c: c + 0xFEE0 for c in range(0x21, 0x7F)}


def message(code: str, about: str = "") -> str:
    """Return the text of a code; numbers and codes are quoted in full width."""
    return MESSAGES[code].format(about.translate(_FULL_WIDTH)) if code else ""


@dataclass(frozen=True, slots=True)
class Asker:
    """An organisation that asks the city, and what it may ask for."""

    item: int
    code: str
    name: str
    affair: str
    procedure: str
    information: frozenset[str]


class Masters:
    """The table, read from `data/masters.json`."""

    def __init__(self, path: Path | None = None) -> None:
        table = json.loads(
            (path or Path(__file__).parent / "data" / "masters.json").read_text("utf-8")
        )
        self._codes: dict[str, dict[str, str]] = table["codes"]
        self._inquire = {
            (row["affair"], row["procedure"], information): row["provider"]
            for row in table["inquire"]
            for information in row["information"]
        }
        self._askers = {
            row["item"]: Asker(
                row["item"],
                row["asker"],
                row["name"],
                row["affair"],
                row["procedure"],
                frozenset(row["information"]),
            )
            for row in table["provide"]
        }

    def city_may_ask(self, affair: str, procedure: str, information: str, provider: str) -> bool:
        """Whether the city may ask that provider for that information under that 事務手続."""
        expected = self._inquire.get((affair, procedure, information))
        if expected == "municipality":
            return provider.startswith("02201") and provider.endswith("01700")
        return expected is not None and expected == provider

    def asker(self, item: int) -> Asker:
        """Return who asks under an item; an item that is not in the table may ask for nothing."""
        return self._askers.get(item) or Asker(
            item,
            f"99{item:014d}",
            f"照会権限のない機関（項{item}）",
            f"JM99{item:012d}",
            f"JT99{item:012d}",
            frozenset(),
        )

    def asker_named(self, code: str) -> str:
        """Return the name that belongs to a 機関コード."""
        return next((a.name for a in self._askers.values() if a.code == code), code)

    def as_updates(self, city: str) -> list[dict[str, str]]:
        """Return the whole table as the first lines of マスター更新情報: codes, combinations."""
        codes = [
            {
                "MasterType": "1",
                "ChangeType": "1",
                "ValidFrom": _FROM_THE_BEGINNING,
                "TableCode": table,
                "Code": code,
                "Name": name,
            }
            for table, entries in self._codes.items()
            for code, name in entries.items()
        ]
        asked = [
            _combination(affair, procedure, information, city, provider)
            for (affair, procedure, information), provider in self._inquire.items()
        ]
        provided = [
            _combination(asker.affair, asker.procedure, information, asker.code, city)
            for asker in self._askers.values()
            for information in sorted(asker.information)
        ]
        return codes + asked + provided

    @property
    def items(self) -> tuple[int, ...]:
        """The items under which the city is asked."""
        return tuple(self._askers)


def _combination(
    affair: str, procedure: str, information: str, inquirer: str, provider: str
) -> dict[str, str]:
    return {
        "MasterType": "2",
        "ChangeType": "1",
        "ValidFrom": _FROM_THE_BEGINNING,
        "AffairCode": affair,
        "ProcedureCode": procedure,
        "SpecificPersonalInformationCode": information,
        "InquirerOrganizationCode": inquirer,
        "ProviderOrganizationCode": provider,
    }
