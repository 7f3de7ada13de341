"""Columns as the file has them into its bytes: CSV, fixed length, XML, JSON."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from sapporo_base.layouts import markup
from sapporo_base.layouts.columns import NOT_IN_ENCODING, Column, Fault, too_long
from sapporo_base.layouts.specification import BadLayout, Field, LayoutSpecification
from sapporo_base.rules.characters import encoded

Misfits = dict[int, tuple[Field, Fault]]
_MARKS: Final = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}
_NUMBERS: Final = frozenset({"9", "9V", "S9"})


class Sink(Protocol):
    """Whatever takes bytes: a file, or what seals or counts on the way into one."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""


class Emitter(Protocol):
    """Turns columns as the file has them into bytes."""

    def begin(self) -> bytes:
        """Return what stands before the records."""

    def records(self, cells: Sequence[Column]) -> tuple[bytes, Misfits]:
        """Return the records, or by place what does not fit."""

    def end(self, rows: int) -> bytes:
        """Return what stands behind the records."""


def emitter_of(layout: LayoutSpecification, encoding: str) -> Emitter:
    """
    Return what writes records of this layout.

    :raises BadLayout: it is one of messages, not of files.
    """
    if layout.form not in _EMITTERS:
        raise BadLayout(f"{layout.code}: a layout of messages is not one of files")
    return _EMITTERS[layout.form](layout, file_codec(encoding))


def mark_of(encoding: str) -> bytes:
    """Return the byte order mark that a file in this encoding begins with, or nothing."""
    return _MARKS.get(encoding, b"")


def file_codec(encoding: str) -> str:
    """Return the codec that writes no mark of its own at each call."""
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)


class _Csv:
    def __init__(self, layout: LayoutSpecification, codec: str) -> None:
        self._layout, self._codec = layout, codec
        self._width, self._newline = len(layout.fields), layout.newline

    def begin(self) -> bytes:
        return self._lines([self._layout.labels]) if self._layout.header else b""

    def records(self, cells: Sequence[Column]) -> tuple[bytes, Misfits]:
        rows = len(cells[0])
        if not rows:
            return b"", {}
        text = self._newline.join(map(",".join, zip(*cells, strict=True)))
        separators = rows * (self._width - 1)
        plain = (
            self._width > 1
            and '"' not in text
            and text.count(",") == separators
            and text.count("\r") + text.count("\n") == (rows - 1) * len(self._newline)
        )
        if plain:
            return _encoded(self._codec, self._layout, cells, text + self._newline)
        try:
            return self._lines(zip(*cells, strict=True)), {}
        except UnicodeEncodeError:
            return b"", _unencodable(self._codec, self._layout, cells)

    def end(self, rows: int) -> bytes:
        return self._lines([("T", str(rows))]) if self._layout.trailer else b""

    def _lines(self, lines: Iterable[Iterable[str]]) -> bytes:
        body = io.StringIO(newline="")
        csv.writer(body, lineterminator=self._newline).writerows(lines)
        return encoded(body.getvalue(), self._codec)


class _Fixed:
    """
    Records of fixed length. Where each character has one size, a record is one formatting in C.

    Formatting never makes a value shorter than its place, so a batch has the length it must have
    only if every value fits; only where it has not are values measured one by one.
    """

    def __init__(self, layout: LayoutSpecification, codec: str) -> None:
        self._layout, self._codec = layout, codec
        self._in_bytes = layout.unit == "bytes"
        self._places = [
            f"%{'' if one.type in _NUMBERS else '-'}{one.length}s" for one in layout.fields
        ]

    def begin(self) -> bytes:
        return b""

    def records(self, cells: Sequence[Column]) -> tuple[bytes, Misfits]:
        if not cells[0]:
            return b"", {}
        misfits: Misfits = {}
        try:
            text, length = self._formatted(cells, misfits)
            if len(text) != length:
                # A value is longer than its place: every column is measured, and it is named.
                for one, column in zip(self._layout.fields, cells, strict=True):
                    self._padded(one, column, misfits)
        except UnicodeEncodeError:
            return b"", _unencodable(self._codec, self._layout, cells)
        if misfits:
            return b"", misfits
        return _encoded(self._codec, self._layout, cells, text)

    def _formatted(self, cells: Sequence[Column], misfits: Misfits) -> tuple[str, int]:
        """Return the records as one text, and how long it is if every value fits its place."""
        newline, rows = self._layout.newline, len(cells[0])
        columns, places, length = [], [], rows * len(newline)
        for one, place, column in zip(self._layout.fields, self._places, cells, strict=True):
            filled, as_it_is = column, False
            if self._in_bytes and (one.type == "N" or not "".join(column).isascii()):
                filled, as_it_is = self._padded(one, column, misfits), True
            elif one.type == "N":
                filled, as_it_is = [value.ljust(one.length, "　") for value in column], True
            columns.append(filled)
            places.append("%s" if as_it_is else place)
            measured = self._in_bytes and as_it_is
            length += sum(map(len, filled)) if measured else rows * one.length
        record = "".join(places).__mod__
        return newline.join(map(record, zip(*columns, strict=True))) + newline, length

    def end(self, rows: int) -> bytes:
        if not self._layout.trailer:
            return b""
        text = f"T{rows}".ljust(self._layout.record_length) + self._layout.newline
        return text.encode(self._codec)

    def _padded(self, one: Field, column: Column, misfits: Misfits) -> Column:
        length, codec = one.length, self._codec
        filler = "　" if one.type == "N" else " "
        joined = "".join(column)
        if not self._in_bytes or (joined.isascii() and (filler == " " or not joined)):
            return self._by_characters(one, column, filler, misfits)
        wide = len(filler.encode(codec))
        if filler == "　" and len(joined.encode(codec)) == wide * len(joined):
            # Full-width texts alone, each character of one size: the usual column.
            if column and max(map(len, column)) * wide > length:
                self._misfit(one, [len(value) * wide for value in column], misfits)
                return column
            rest = " " * (length % wide)
            return [value.ljust(length // wide, filler) + rest for value in column]
        sizes = [len(value.encode(codec)) for value in column]
        if column and max(sizes) > length:
            self._misfit(one, sizes, misfits)
            return column
        sized = zip(column, sizes, strict=True)
        if one.type in _NUMBERS:
            return [" " * (length - size) + value for value, size in sized]
        return [
            value + filler * ((length - size) // wide) + " " * ((length - size) % wide)
            for value, size in sized
        ]

    def _by_characters(self, one: Field, column: Column, filler: str, misfits: Misfits) -> Column:
        if column and max(map(len, column)) > one.length:
            self._misfit(one, [len(value) for value in column], misfits)
            return column
        if one.type in _NUMBERS:
            return [value.rjust(one.length) for value in column]
        if self._in_bytes and filler != " ":
            wide = len(filler.encode(self._codec))
            return [filler * (one.length // wide) + " " * (one.length % wide)] * len(column)
        return [value.ljust(one.length, filler) for value in column]

    def _misfit(self, one: Field, sizes: Sequence[int], misfits: Misfits) -> None:
        for at, size in enumerate(sizes):
            if size > one.length:
                misfits.setdefault(at, (one, too_long(one)))


class _Xml:
    def __init__(self, layout: LayoutSpecification, codec: str) -> None:
        self._layout, self._codec = layout, codec

    def begin(self) -> bytes:
        return markup.xml_begin(self._layout, self._codec)

    def records(self, cells: Sequence[Column]) -> tuple[bytes, Misfits]:
        return markup.xml_records(self._layout, cells).encode(self._codec), {}

    def end(self, rows: int) -> bytes:
        return f"</{self._layout.root}>\n".encode(self._codec)


class _Json:
    def __init__(self, layout: LayoutSpecification, codec: str) -> None:
        self._layout = layout
        self._any = False

    def begin(self) -> bytes:
        return b"["

    def records(self, cells: Sequence[Column]) -> tuple[bytes, Misfits]:
        if not cells[0]:
            return b"", {}
        before = b",\n" if self._any else b"\n"
        self._any = True
        return before + markup.json_records(self._layout, cells), {}

    def end(self, rows: int) -> bytes:
        return b"\n]\n"


_EMITTERS: Final[Mapping[str, Callable[[LayoutSpecification, str], Emitter]]] = {
    "csv": _Csv,
    "fixed": _Fixed,
    "xml": _Xml,
    "json": _Json,
}


def _encoded(
    codec: str, layout: LayoutSpecification, cells: Sequence[Column], text: str
) -> tuple[bytes, Misfits]:
    try:
        return encoded(text, codec), {}
    except UnicodeEncodeError:
        return b"", _unencodable(codec, layout, cells)


def _unencodable(codec: str, layout: LayoutSpecification, cells: Sequence[Column]) -> Misfits:
    """Return by place the values that the file's encoding can't hold."""
    misfits: Misfits = {}
    for one, column in zip(layout.fields, cells, strict=True):
        for at, value in enumerate(column):
            try:
                value.encode(codec)
            except UnicodeEncodeError:
                misfits.setdefault(at, (one, NOT_IN_ENCODING))
    return misfits
