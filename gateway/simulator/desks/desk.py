"""What every desk of the platform has, and how it writes its answers."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from gateway.simulator import masters, wire
from gateway.simulator.citizens import Citizens
from gateway.simulator.hours import JAPAN
from gateway.simulator.juki_net import JukiNet
from gateway.simulator.masters import Masters
from gateway.simulator.state import State
from gateway.simulator.wire import Refused, Reply, Request

ONLINE_RECORDS: Final = 100
NUMBERS: Final = 10_000
FILE_RECORDS: Final = 50_000
NUMBER: Final = re.compile(r"[0-9]{15}")
RECORD_ID: Final = re.compile(r"[0-9A-Za-z]{1,36}")
INFORMATION: Final = re.compile(r"TM[0-9]{14}")

Row = Mapping[str, str]
Handler = Callable[[Request, datetime], Reply]
Upload = Callable[[Request, Mapping[str, bytes], datetime], Reply]
FileMaker = Callable[[Any, float], Sequence[str]]


class Desk(Protocol):
    """A group of interfaces: messages, files sent, files fetched, and how those are made."""

    interfaces: dict[str, Handler]
    uploads: dict[str, Upload]
    fetched: tuple[str, ...]
    files: dict[str, FileMaker]


@dataclass(slots=True)
class Settings:
    """How slow and how unlucky the far end is. Times in seconds."""

    answer_delay: float = 0.5
    code_delay: float = 2.0
    file_delay: float = 0.0
    end_delay: float = 0.0
    answer_due_days: float = 3.0
    codes_busy_one_in: int = 500
    codes_nobody_one_in: int = 4000


@dataclass(slots=True)
class Office:
    """What the desks share."""

    state: State
    citizens: Citizens
    juki_net: JukiNet
    settings: Settings
    city: str
    masters: Masters

    def receipt(self, fetched_by: str, kind: str, told: Any, now: datetime) -> Reply:
        """Return a 受付番号 for a file that is made when it is fetched."""
        ready_at = now.timestamp() + self.settings.file_delay
        number = self.state.new_receipt(fetched_by, ready_at, {"kind": kind, "told": told})
        return Reply({"ReceiptNumber": number})


def fate(name: str, key: str, code: str = "", about: str = "") -> str:
    """Return what became of a record; no code: accepted."""
    return wire.record(
        {name: key, "ResultCode": code, "ResultMessage": masters.message(code, about)}
    )


def fates(told: Sequence[Sequence[str]], at: float) -> Sequence[str]:
    """Return the records of a result file."""
    return [fate("RecordIdentificationNumber", *one) for one in told]


def ids(request: Request) -> list[str]:
    """Return the レコード識別番号 that an online message asks about."""
    rows = at_most(request.records, ONLINE_RECORDS)
    return [row.get("RecordIdentificationNumber", "") for row in rows]


def sane_numbers(numbers: Sequence[str]) -> Sequence[str]:
    """
    Return 団体内統合宛名番号, each once.

    :raises Refused: none, too many, or not of 15 digits.
    """
    if not all(NUMBER.fullmatch(number) for number in at_most(numbers, NUMBERS)):
        raise Refused("CMN0005", "IntegratedAddressNumber")
    return list(dict.fromkeys(numbers))


def at_most(rows: Sequence[Any], most: int) -> Sequence[Any]:
    """
    Return the rows.

    :raises Refused: none, or more than the interface takes.
    """
    if not 0 < len(rows) <= most:
        raise Refused("CMN0006")
    return rows


def spread(key: str) -> float:
    """Return 0 to 1, the same for the same key: answers come at different times."""
    return zlib.crc32(key.encode()) / 0xFFFFFFFF


def moment(at: float) -> datetime:
    """Return the time of a POSIX timestamp."""
    return datetime.fromtimestamp(at, UTC)


def iso(at: datetime | None) -> str:
    """Return a time as the wire tells it, in Japan time; empty for none."""
    return at.astimezone(JAPAN).isoformat(timespec="milliseconds") if at else ""


def yes(flag: bool) -> str:  # noqa: FBT001 - one flag, told as the wire tells it
    """Return a flag as the wire tells it."""
    return "1" if flag else "0"
