"""What went over the line: each message with its fate, nobody's number in it."""

from __future__ import annotations

import fnmatch
import json
import os
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

_KEPT: Final = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """One message, or one step of a script, as the journal shows it."""

    number: int
    at: str
    interface: str
    correlation: str
    fate: str  # granted, refused, closed, or the fault that was met
    code: str = ""
    records: int = 0
    note: str = ""


class Messages:
    """
    The journal of messages: the newest in memory, all of them in a file if there is a folder.

    It is for people and drills; what the platform knows is kept by its events (journal.py).
    """

    def __init__(self, path: Path | None = None) -> None:
        self._newest: deque[Line] = deque(maxlen=_KEPT)
        self._taken: Counter[str] = Counter()
        self._path = path
        self._file: int | None = None
        self._number = 0
        if path is not None and path.exists():
            with path.open("rb") as file:
                self._number = sum(1 for _ in file)

    def note(
        self,
        at: datetime,
        interface: str,
        *,
        correlation: str,
        fate: str,
        code: str = "",
        records: int = 0,
    ) -> None:
        """Will keep what became of a message."""
        self._taken[interface] += 1
        self._keep(at, interface, correlation=correlation, fate=fate, code=code, records=records)

    def note_step(self, at: datetime, command: str, note: str) -> None:
        """Will keep that a step of the script was done."""
        self._keep(at, "", correlation="", fate="script", code=command, note=note)

    def taken(self, pattern: str) -> int:
        """Return how many messages of these interfaces were taken in since the start."""
        return sum(n for i, n in self._taken.items() if fnmatch.fnmatchcase(i, pattern))

    def newest(self, *, pattern: str = "*", fate: str = "", limit: int = 100) -> Sequence[Line]:
        """Return the newest lines of some interfaces, newest first."""
        found = []
        for line in reversed(self._newest):
            if (pattern == "*" or fnmatch.fnmatchcase(line.interface, pattern)) and (
                not fate or line.fate == fate
            ):
                found.append(line)
                if len(found) == limit:
                    break
        return found

    def close(self) -> None:
        """Will close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _keep(
        self,
        at: datetime,
        interface: str,
        *,
        correlation: str,
        fate: str,
        code: str = "",
        records: int = 0,
        note: str = "",
    ) -> None:
        self._number += 1
        # What a peer sends as its correlation id goes on file: no longer than an id, no control.
        safe = "".join(c for c in correlation[:64] if c.isalnum() or c == "-")
        line = Line(
            self._number,
            at.isoformat(timespec="milliseconds"),
            interface[:20],
            safe,
            fate,
            code,
            records,
            note,
        )
        self._newest.append(line)
        if self._path is not None:
            if self._file is None:
                self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            text = json.dumps(asdict(line), ensure_ascii=False, separators=(",", ":"))
            os.write(self._file, text.encode() + b"\n")
