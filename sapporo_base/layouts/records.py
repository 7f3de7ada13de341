"""Records as they stand in a file, whole but not yet cut into cells."""

import codecs
import io
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sapporo_base.layouts.specification import LayoutSpecification

# A quoted cell may hold newlines; a quote that nobody closes must not swallow the rest of the file.
_LINES_OF_A_RECORD: Final = 20


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
