"""Writing records by a layout: what fits is written, what is lost or does not fit is said."""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from sapporo_base.layouts.columns import Column, Judge
from sapporo_base.layouts.specification import Codes, Field, LayoutSpecification, load_codes
from sapporo_base.rules.characters import CharacterSet, Loss, for_cp932, shrink

_BATCH: Final = 5_000


class Sink(Protocol):
    """Whatever takes bytes: a file, or what seals or counts on the way into one."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""


@dataclass(frozen=True)
class LostCharacters:
    """What an item of a row (from 1) lost on the way into the file's character set."""

    row: int
    item: str
    losses: tuple[Loss, ...]


@dataclass(frozen=True)
class Unwritten:
    """A row (from 1) that the layout can't hold: the item and the reason, never the value."""

    row: int
    item: str
    label: str
    code: str
    reason: str


@dataclass
class Written:
    """What became of the rows."""

    rows: int = 0
    losses: list[LostCharacters] = field(default_factory=list)
    unwritten: list[Unwritten] = field(default_factory=list)


def write_records(
    stream: Sink,
    layout: LayoutSpecification,
    rows: Iterable[Mapping[str, str]],
    *,
    codes: Codes | None = None,
    encoding: str = "",
) -> Written:
    """
    Write rows in the layout: header, records, trailer.

    A row that does not fit is left out and reported, the rest is written (共通機能標準仕様書: send
    what can be converted, list the rest). Characters that CP932 lacks are replaced by the
    縮退マップ and reported; a row with a character that nothing maps is left out.

    :param rows: values by field name, absent or "" for nothing; dates YYYY-MM-DD.
    """
    codes = load_codes(layout.tables) if codes is None else codes
    encoding = encoding or layout.encoding
    written = Written()
    judge = Judge(layout, codes)
    body = io.StringIO(newline="")
    _begin(stream, layout, body, encoding)
    for first, batch in _batches(rows):
        columns = {name: [row.get(name, "") for row in batch] for name in layout.names}
        if encoding == "cp932":
            _shrink(columns, first, written)
        faults = judge.faults(columns)
        left_out = {report.row - first for report in written.unwritten if report.row >= first}
        for at, wrong in faults.items():
            if at not in left_out:
                one, fault = wrong[0]
                written.unwritten.append(
                    Unwritten(first + at, one.name, one.label, fault.code, fault.reason)
                )
                left_out.add(at)
        for at, cells in enumerate(zip(*(columns[name] for name in layout.names), strict=True)):
            if at in left_out:
                continue
            try:
                _write(stream, layout, cells, body, encoding)
            except _DoesNotFit as refusal:
                one = refusal.field
                written.unwritten.append(
                    Unwritten(first + at, one.name, one.label, "E0003", "桁数を超えている。")
                )
            else:
                written.rows += 1
    _end(stream, layout, written.rows, body, encoding)
    written.unwritten.sort(key=lambda report: report.row)
    return written


class _DoesNotFit(Exception):
    def __init__(self, field: Field) -> None:
        super().__init__(field.name)
        self.field = field


def _batches(
    rows: Iterable[Mapping[str, str]],
) -> Iterator[tuple[int, list[Mapping[str, str]]]]:
    remaining = iter(rows)
    first = 1
    while batch := list(itertools.islice(remaining, _BATCH)):
        yield first, batch
        first += len(batch)


def _shrink(columns: dict[str, Column], first: int, written: Written) -> None:
    for name, column in columns.items():
        if "".join(column).isascii():
            continue
        for at, value in enumerate(column):
            shrunk = shrink(value, CharacterSet.CP932)
            column[at] = for_cp932(shrunk.text)
            if shrunk.losses:
                written.losses.append(LostCharacters(first + at, name, shrunk.losses))
            if shrunk.unmappable:
                written.unwritten.append(
                    Unwritten(first + at, name, name, "E0002", "相手の文字集合にない文字がある。")
                )


def _begin(stream: Sink, layout: LayoutSpecification, body: io.StringIO, encoding: str) -> None:
    if encoding == "utf-8-sig":
        stream.write(b"\xef\xbb\xbf")
    elif encoding == "utf-16":
        stream.write(b"\xff\xfe")
    if layout.header:
        _put(stream, layout, layout.labels, body, encoding)


def _end(
    stream: Sink, layout: LayoutSpecification, rows: int, body: io.StringIO, encoding: str
) -> None:
    if not layout.trailer:
        return
    if layout.form == "csv":
        _put(stream, layout, ("T", str(rows)), body, encoding)
        return
    text = f"T{rows}".ljust(layout.record_length) + layout.newline
    stream.write(text.encode(_codec(encoding)))


def _codec(encoding: str) -> str:
    """The codec that writes no mark of its own at each call."""
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)


def _put(
    stream: Sink,
    layout: LayoutSpecification,
    cells: Iterable[str],
    body: io.StringIO,
    encoding: str,
) -> None:
    csv.writer(body, lineterminator=layout.newline).writerow(cells)
    stream.write(body.getvalue().encode(_codec(encoding)))
    body.seek(0)
    body.truncate()


def _write(
    stream: Sink,
    layout: LayoutSpecification,
    cells: tuple[str, ...],
    body: io.StringIO,
    encoding: str,
) -> None:
    if layout.form == "csv":
        _put(stream, layout, cells, body, encoding)
        return
    codec = _codec(encoding)
    record = b"".join(
        _padded(one, value, layout.unit, codec)
        for one, value in zip(layout.fields, cells, strict=True)
    )
    stream.write(record + layout.newline.encode(codec))


def _padded(field: Field, value: str, unit: str, codec: str) -> bytes:
    if field.type == "DATE":
        value = value.replace("-", "")
    filler = "　" if field.type == "N" else " "
    if unit == "characters":
        if len(value) > field.length:
            raise _DoesNotFit(field)
        text = value.rjust(field.length) if _is_number(field) else value.ljust(field.length, filler)
        return text.encode(codec)
    encoded = value.encode(codec)
    missing = field.length - len(encoded)
    if missing < 0:
        raise _DoesNotFit(field)
    if _is_number(field):
        return b" " * missing + encoded
    wide = filler.encode(codec)
    return encoded + wide * (missing // len(wide)) + b" " * (missing % len(wide))


def _is_number(field: Field) -> bool:
    return field.type in {"9", "9V", "S9"}
