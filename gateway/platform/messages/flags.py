"""自動応答不可フラグ and 不開示該当フラグ: what is said and heard."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
