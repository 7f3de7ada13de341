"""What every group of interfaces says and hears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
