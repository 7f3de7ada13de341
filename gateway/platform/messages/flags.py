"""自動応答不可フラグ and 不開示該当フラグ: what is said and heard."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Flag(StrEnum):
    """A flag on a 団体内統合宛名番号, or on one 特定個人情報 of it."""

    NO_AUTOMATIC_ANSWER = "no_automatic_answer"  # 自動応答不可 (IF_DBM_40111, 50111)
    WITHHELD = "withheld"  # 不開示該当 (IF_DBM_70111, 80111)


@dataclass(frozen=True, slots=True)
class FlagSetting:
    """One flag to set or clear: of a number, or (with `information_code`) of one 特定個人情報."""

    record_id: str
    integrated_number: str
    on: bool
    information_code: str = ""


@dataclass(frozen=True, slots=True)
class InformationFlag:
    """自動応答不可 of one 特定個人情報 of a number (IF_DBM_90212)."""

    integrated_number: str
    information_code: str
    no_automatic_answer: bool


@dataclass(frozen=True, slots=True)
class Flags:
    """Both flags of one number (IF_DBM_90112)."""

    integrated_number: str
    no_automatic_answer: bool
    withheld: bool
