"""符号取得: what is said and heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.platform.failures import Reason


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
