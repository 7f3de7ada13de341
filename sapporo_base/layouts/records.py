"""Records as they stand in a file, whole but not yet cut into cells."""

import codecs
import io
import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from sapporo_base.layouts.specification import LayoutSpecification

# A quoted cell may hold newlines; a quote that nobody closes must not swallow the rest of the file.
_LINES_OF_A_RECORD: Final = 20
_UTF_8: Final = ("utf-8", "utf-8-sig")


def csv_records(lines: Iterator[str] | io.TextIOBase) -> Iterator[str]:
    """Join the lines of one record (a quoted cell may hold newlines), without its line end."""
    lines = iter(lines)
    waiting: deque[str] = deque()
    while True:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None:
            return
        if '"' in line and line.count('"') % 2:
            line = _closed(line, lines, waiting)
        yield line.removesuffix("\n").removesuffix("\r")


def _closed(line: str, lines: Iterator[str], waiting: deque[str]) -> str:
    """Return the record that the line begins, or the line alone if no quote closes it soon."""
    pieces = [line]
    quotes = line.count('"')
    taken: list[str] = []
    while quotes % 2 and len(pieces) <= _LINES_OF_A_RECORD:
        following = waiting.popleft() if waiting else next(lines, None)
        if following is None:
            break
        taken.append(following)
        pieces.append(following)
        quotes += following.count('"')
    if quotes % 2 == 0:
        return "".join(pieces)
    waiting.extendleft(reversed(taken))
    return line


@dataclass(frozen=True, slots=True)
class Stretch:
    """
    A stretch of a CSV file, in bytes, that holds whole records.

    `first_row` is the number of its first data row, `rows` how many it holds; what follows them (the
    trailer, empty lines at the end) is none.
    """

    offset: int
    size: int
    first_row: int
    rows: int

    def records(self, path: Path, encoding: str) -> list[str]:
        """Return its records as texts, without their line ends."""
        if encoding == "utf-8-sig" and self.offset:
            encoding = "utf-8"
        text = self._body(path).decode(encoding)
        if '"' in text:
            lines = io.StringIO(text, newline="\n")
            return list(itertools.islice(csv_records(lines), self.rows))
        records = text.replace("\r\n", "\n").split("\n")
        del records[self.rows :]
        return records

    def lines(self, path: Path, encoding: str) -> list[str] | list[bytes]:
        """Return its records as they stand, in bytes where those are UTF-8, for whoever only compares."""
        if encoding not in _UTF_8:
            return self.records(path, encoding)
        body = self._body(path)
        if b'"' in body:
            return self.records(path, encoding)
        if not self.offset:
            body = body.removeprefix(codecs.BOM_UTF8)
        lines = body.replace(b"\r\n", b"\n").split(b"\n")
        del lines[self.rows :]
        return lines

    def _body(self, path: Path) -> bytes:
        with path.open("rb") as stream:
            stream.seek(self.offset)
            return stream.read(self.size)


class StretchReader:
    """Takes whole records from a CSV file whose line ends are one byte (not UTF-16)."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ahead: list[bytes] = []

    def take(self, most: int) -> tuple[bytes, list[bytes]]:
        """Return the next bytes of the file and the records in them, about so many; none at its end."""
        lines = self._ahead + list(itertools.islice(self._stream, max(0, most - len(self._ahead))))
        self._ahead = []
        body = b"".join(lines)
        if b'"' not in body:
            return body, lines
        # Only the lines after it tell whether the last quote is closed.
        enough = len(lines)
        lines += itertools.islice(self._stream, _LINES_OF_A_RECORD)
        records: list[bytes] = []
        taken = 0
        # Latin-1 keeps every byte as it is: quotes and line ends are found all the same.
        for record in csv_records(line.decode("latin-1") for line in lines):
            records.append(record.encode("latin-1"))
            taken += record.count("\n") + 1
            if taken >= enough:
                break
        self._ahead = lines[taken:]
        return b"".join(lines[:taken]), records


def fixed_records(
    path: Path, layout: LayoutSpecification, encoding: str
) -> Iterator[str] | Iterator[bytes]:
    if layout.unit == "characters":
        return _fixed_texts(path, layout, encoding)
    return _fixed_bytes(path, layout, encoding)


def _fixed_texts(path: Path, layout: LayoutSpecification, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, newline="\n") as stream:
        if layout.newline:
            for line in stream:
                if record := line.removesuffix("\n").removesuffix("\r"):
                    yield record
            return
        while record := stream.read(layout.record_length):
            yield record


def _fixed_bytes(path: Path, layout: LayoutSpecification, encoding: str) -> Iterator[bytes]:
    with path.open("rb") as stream:
        if encoding.startswith("utf-8") and stream.read(3) != codecs.BOM_UTF8:
            stream.seek(0)
        if layout.newline:
            for line in stream:
                if record := line.removesuffix(b"\n").removesuffix(b"\r"):
                    yield record
            return
        while record := stream.read(layout.record_length):
            yield record
