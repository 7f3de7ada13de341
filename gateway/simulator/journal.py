"""What the platform has acknowledged: an append-only file, read again at the start."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class JournalDamaged(Exception):
    """A line in the middle of the journal cannot be read: it was changed from outside."""


class Journal:
    """
    One JSON line an event. A line is in the operating system's hands before it is acknowledged, so
    killing the process loses nothing; a power cut may.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._pending: list[bytes] = []
        self._file: int | None = None

    def replay(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """
        Return the events so far. A cut-off last line was never acknowledged: it is removed.

        :raises JournalDamaged: another line cannot be read.
        """
        if self._path is None or not self._path.exists():
            return
        whole = 0
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    break
                try:
                    kind, told = json.loads(line)
                except ValueError:
                    raise JournalDamaged(f"{self._path}: line {number}") from None
                whole += len(line)
                yield kind, told
        os.truncate(self._path, whole)

    def add(self, kind: str, told: dict[str, Any]) -> None:
        """Will keep an event for the next `flush`."""
        if self._path is not None:
            line = json.dumps([kind, told], ensure_ascii=False, separators=(",", ":"))
            self._pending.append(line.encode() + b"\n")

    def flush(self) -> None:
        """Will write what was added since; called before an answer is sent."""
        if not self._pending or self._path is None:
            return
        if self._file is None:
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        content = b"".join(self._pending)
        self._pending.clear()
        while content:
            content = content[os.write(self._file, content) :]

    def close(self) -> None:
        """Will write what is left and close the file."""
        self.flush()
        if self._file is not None:
            os.close(self._file)
            self._file = None
