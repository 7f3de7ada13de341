"""Faults on command: what a line to the outside does on bad days."""

from __future__ import annotations

import fnmatch
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# Before the message is looked at.
REFUSE, HANG, SLOW, SERVER_ERROR, BAD_REQUEST, RATE_LIMIT, LATE_STOP = (
    "refuse",
    "hang",
    "slow",
    "server_error",
    "bad_request",
    "rate_limit",
    "late_stop",
)
# On the records of the answer.
DUPLICATE, OUT_OF_ORDER, CONTRADICT, FOREIGN = (
    "duplicate",
    "out_of_order",
    "contradict",
    "foreign",
)
# On the finished answer: the message was acted on, but the city cannot know.
HALF, RESET, WRONG_LENGTH, LOST = ("half", "reset", "wrong_length", "lost")
WRONG_ENCODING, NOT_XML, ENTITY, OVERSIZED, ZIP_BOMB, OTHER_ANSWER, CLOCK_SKEW = (
    "wrong_encoding",
    "not_xml",
    "entity",
    "oversized",
    "zip_bomb",
    "other_answer",
    "clock_skew",
)
KINDS: Final = frozenset(
    {
        *(REFUSE, HANG, SLOW, SERVER_ERROR, BAD_REQUEST, RATE_LIMIT, LATE_STOP),
        *(DUPLICATE, OUT_OF_ORDER, CONTRADICT, FOREIGN),
        *(HALF, RESET, WRONG_LENGTH, LOST),
        *(WRONG_ENCODING, NOT_XML, ENTITY, OVERSIZED, ZIP_BOMB, OTHER_ANSWER, CLOCK_SKEW),
    }
)
_ENTITY: Final = (
    b'<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<Message>&b;</Message>"
)
_MESSAGE_ID: Final = re.compile(rb"<MsgId>[^<]*</MsgId>")
_MOMENT: Final = re.compile(rb">(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^<]*)<")
_OVERSIZED_BYTES: Final = 65 * 1024 * 1024
_BOMB_BYTES: Final = 256 * 1024 * 1024


@dataclass(slots=True)
class Fault:
    """
    One fault that is on.

    :param interfaces: pattern of interface ids (`IF_SKI_*`).
    :param count: how many messages it still hits; None: until it is taken off.
    :param seconds: how long it hangs, slows or refuses; by how much the clock is ahead (below zero:
        behind).
    :param rate: messages a second that still pass (rate_limit).
    """

    kind: str
    interfaces: str = "*"
    count: int | None = None
    seconds: float = 0.0
    rate: float = 0.0

    def hits(self, interface: str) -> bool:
        """Whether it is on for an interface."""
        return self.count != 0 and fnmatch.fnmatchcase(interface, self.interfaces)


class Faults:
    """The faults that are on, in the order they were put on."""

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self._allowance = 0.0
        self._seen_at = 0.0

    def put(self, fault: Fault) -> None:
        """Will put a fault on."""
        self.active.append(fault)

    def clear(self) -> None:
        """Will take all faults off."""
        self.active.clear()

    def on(self, kind: str, interface: str) -> Fault | None:
        """Return the fault of a kind that hits a message, and count the hit."""
        for fault in self.active:
            if fault.kind == kind and fault.hits(interface):
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count == 0:
                        self.active.remove(fault)
                return fault
        return None

    def too_fast(self, interface: str, now: float) -> bool:
        """Whether a rate limit is on and this message is over it (a bucket of one second)."""
        fault = self.on(RATE_LIMIT, interface)
        if fault is None:
            return False
        earned = max(0.0, now - self._seen_at) * fault.rate
        self._allowance = min(max(fault.rate, 1.0), self._allowance + earned)
        self._seen_at = now
        if self._allowance < 1:
            return True
        self._allowance -= 1
        return False

    def shuffled(self, interface: str, records: Sequence[str]) -> Sequence[str]:
        """Return the records of an answer as the faults that are on leave them."""
        if not records:
            return records
        if self.on(DUPLICATE, interface):
            records = [*records, *records]
        if self.on(OUT_OF_ORDER, interface):
            records = list(reversed(records))
        if self.on(CONTRADICT, interface):
            records = [*records, _contradicted(records[0])]
        if self.on(FOREIGN, interface):
            records = [*records, _of_somebody_else(records[0])]
        return records

    def spoilt(self, interface: str, content: bytes) -> bytes:
        """Return a finished answer as the faults that are on leave it."""
        for kind, change in _SPOILT.items():
            if self.on(kind, interface):
                return _per_entry(content, change)
        if self.on(OVERSIZED, interface):
            return b" " * _OVERSIZED_BYTES
        skewed = self.on(CLOCK_SKEW, interface)
        if skewed:
            return _per_entry(content, lambda b: _by_another_clock(b, skewed.seconds))
        return content


def _per_entry(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    if not content.startswith(b"PK"):
        return change(content)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)))
    return target.getvalue()


def _to_another_question(content: bytes) -> bytes:
    return _MESSAGE_ID.sub(b"<MsgId>somebodyelsesquestion</MsgId>", content)


def _by_another_clock(content: bytes, seconds: float) -> bytes:
    def told(found: re.Match[bytes]) -> bytes:
        at = datetime.fromisoformat(found[1].decode()) + timedelta(seconds=seconds)
        return b">" + at.isoformat().encode() + b"<"

    return _MOMENT.sub(told, content)


def _contradicted(record: str) -> str:
    for status, other in (("<DetailStatus>09", "90"), ("<DetailStatus>0", "90")):
        if status in record:
            start = record.index("<DetailStatus>") + len("<DetailStatus>")
            return record[:start] + other + record[start + 2 :]
    return record.replace("<ResultCode></ResultCode>", "<ResultCode>CMN0004</ResultCode>")


def _of_somebody_else(record: str) -> str:
    name = "RecordIdentificationNumber"
    start = record.find(f"<{name}>")
    if start < 0:
        return record
    end = record.index(f"</{name}>")
    return f"{record[:start]}<{name}>NOBODYASKEDFORTHIS{record[end:]}"


_SPOILT: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    WRONG_ENCODING: lambda content: content.decode().encode("utf-16"),
    NOT_XML: lambda content: content[: len(content) * 2 // 3],
    ENTITY: lambda _: _ENTITY,
    ZIP_BOMB: lambda _: b" " * _BOMB_BYTES,
    OTHER_ANSWER: _to_another_question,
}
"""How each entry of an answer is spoilt."""
