"""Decoding a chunk: records into columns, good rows apart from rejects, 個人番号 sealed."""

import csv
import hashlib
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from sapporo_base.layouts.columns import Column, Fault, Judge
from sapporo_base.layouts.specification import Codes, Field, LayoutSpecification

_FINGERPRINT_BYTES: Final = 16

Seal = Callable[[Sequence[str]], Sequence[str]]

_FOUR: Final = "[0-9０-９]{4}"
_GAP: Final = r"[ 　\-－]?"
_TWELVE_DIGITS: Final = re.compile(
    f"(?<![0-9０-９]){_FOUR}{_GAP}{_FOUR}{_GAP}{_FOUR}(?![0-9０-９])"
)

COLUMN_COUNT: Final = Fault("E0101", "項目の数が違う。")
BROKEN_QUOTES: Final = Fault("E0102", "引用符が閉じていない。")
RECORD_LENGTH: Final = Fault("E0103", "レコードの長さが違う。")
UNDECODABLE: Final = Fault("E0104", "文字として読めないバイトがある。")


@dataclass(frozen=True)
class Reject:
    """
    A row that was not taken: its number (data rows from 1), the item, why, and the row itself.

    `raw` has every 個人番号 sealed, and every other run of twelve digits with it, since a broken
    row may have its 個人番号 anywhere. `item` is the name of the field, "" where the row as a whole
    is wrong; `more` are the further faults of the same row as (item, label, fault).
    """

    row: int
    item: str
    label: str
    code: str
    reason: str
    raw: str
    more: tuple[tuple[str, str, Fault], ...] = ()


@dataclass(frozen=True)
class Chunk:
    """
    A stretch of the file: the good rows as columns, and the rejects.

    `rows` are the numbers of the good rows, `columns` their values by field name, all texts, "" is
    absent, dates YYYY-MM-DD. `number` counts from 0; a chunk has the same rows whenever it is read.
    `lines` are the same rows as CSV, for COPY as they are, with every 個人番号 left out;
    `fingerprints` tell in hex whether a record is byte for byte one that was read before. Both are
    made where the reader gave a key for them.
    """

    number: int
    rows: list[int]
    columns: dict[str, Column] = field(repr=False)
    rejects: list[Reject] = field(repr=False)
    lines: list[str] = field(default_factory=list, repr=False)
    fingerprints: list[str] = field(default_factory=list, repr=False)

    def copy_text(self, names: Sequence[str], *, with_row: bool = False) -> bytes:
        """
        Return the good rows for `COPY … FROM STDIN (FORMAT text, NULL '')`, in UTF-8.

        :param names: the fields, in the order of the table's columns.
        :param with_row: put the row number first.
        """
        if not self.rows:
            return b""
        columns = [self.columns[name] for name in names]
        if with_row:
            columns.insert(0, list(map(str, self.rows)))
        text = "\n".join(map("\t".join, zip(*columns, strict=True)))
        cells = len(columns) * len(self.rows)
        if "\\" in text or text.count("\t") + text.count("\n") + 1 != cells or "\r" in text:
            escaped = (list(map(_escape, column)) for column in columns)
            text = "\n".join(map("\t".join, zip(*escaped, strict=True)))
        return (text + "\n").encode()


_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escape(value: str) -> str:
    return value.translate(_ESCAPES)


@dataclass(frozen=True)
class RawChunk:
    """Records of a chunk as they stand in the file, with their row numbers, not yet cut into cells."""

    number: int
    rows: Sequence[int]
    records: list[str] | list[bytes]


def refuse_sealing(column: Sequence[str]) -> Sequence[str]:
    """The seal of a reader that gave none: a layout with 個人番号 is not decoded without one."""
    raise ValueError(f"a layout with sealed items needs a seal ({len(column)} to seal)")


def mask(column: Sequence[str]) -> Sequence[str]:
    """A seal for previews: nothing of the number remains."""
    return ["(個人番号)"] * len(column)


@dataclass
class Decoder:
    """Turns raw records into a `Chunk`. Picklable, so that another process may do it."""

    layout: LayoutSpecification
    codes: Codes
    encoding: str
    seal: Seal
    fingerprint_key: bytes = field(default=b"", repr=False)
    _judge: Judge | None = None

    def decode(self, raw: RawChunk) -> Chunk:
        cells, broken = self._cut(raw)
        columns = dict(zip(self.layout.names, cells, strict=True))
        places = [place for place in range(len(raw.records)) if place not in broken]
        if self._judge is None:
            self._judge = Judge(self.layout, self.codes)
        faults = self._judge.faults(columns) if places else {}
        rejects = [
            Reject(raw.rows[place], "", "", fault.code, fault.reason, self._sealed_text(text))
            for place, (fault, text) in broken.items()
        ]
        rows = [raw.rows[place] for place in places] if broken else list(raw.rows)
        records = self._records(raw, columns, places)
        if faults:
            rejects += self._rejects(rows, columns, faults)
            rejects.sort(key=lambda reject: reject.row)
            keep = [True] * len(rows)
            for at in faults:
                keep[at] = False
            rows = list(itertools.compress(rows, keep))
            records = list(itertools.compress(records, keep))
            columns = {
                name: list(itertools.compress(column, keep)) for name, column in columns.items()
            }
        amended = self._judge.settle_days(columns)
        chunk = Chunk(raw.number, rows, columns, rejects)
        if self.fingerprint_key:
            chunk.fingerprints.extend(fingerprints(records, self.fingerprint_key))
            chunk.lines.extend(self._lines(records, columns, amended))
        for name in self._sealed_names:
            columns[name] = self._sealed(columns[name])
        return chunk

    @property
    def _sealed_names(self) -> list[str]:
        return [self.layout.names[place] for place in self.layout.sealed_places]

    def _records(self, raw: RawChunk, columns: dict[str, Column], places: list[int]) -> list[str]:
        """Return the well-formed records as CSV, 個人番号 and all."""
        if not self.fingerprint_key:
            return []
        if self.layout.form == "csv":
            records = cast(list[str], raw.records)
            return [records[place] for place in places]
        return list(map(csv_line, zip(*columns.values(), strict=True)))

    def _lines(
        self, records: list[str], columns: dict[str, Column], amended: frozenset[int]
    ) -> Iterator[str]:
        """
        Give the records without any 個人番号.

        A number that stands in its record once is taken out there: to cut a record into cells and
        join them again takes ten times as long.
        """
        sealed = [columns[name] for name in self._sealed_names]
        kept = [name not in self._sealed_names for name in columns]
        for at, record in enumerate(records):
            line = record
            whole = at not in amended and '"' not in record
            for column in sealed:
                number = column[at]
                if number:
                    whole = whole and record.count(number) == 1
                    line = line.replace(number, "", 1)
            if not whole:
                cells = zip(columns.values(), kept, strict=True)
                line = csv_line(column[at] if keep else "" for column, keep in cells)
            yield line

    # Cutting records into cells ----------------------------------------------------------

    def _cut(self, raw: RawChunk) -> tuple[list[Column], dict[int, tuple[Fault, str]]]:
        """Return the columns of the well-formed records, and the others by place."""
        if self.layout.form == "csv":
            return self._cut_csv(cast(list[str], raw.records))
        return self._cut_fixed(raw.records)

    def _cut_csv(self, records: list[str]) -> tuple[list[Column], dict[int, tuple[Fault, str]]]:
        width = len(self.layout.fields)
        broken: dict[int, tuple[Fault, str]] = {}
        joined = ",".join(records)
        if '"' in joined:
            cells = self._cut_quoted(records, broken)
        elif {record.count(",") for record in records} == {width - 1}:
            cells = joined.split(",")
        else:
            good = []
            for place, record in enumerate(records):
                if record.count(",") == width - 1:
                    good.append(record)
                else:
                    broken[place] = COLUMN_COUNT, record
            cells = ",".join(good).split(",") if good else []
        return [cells[place::width] for place in range(width)], broken

    def _cut_quoted(self, records: list[str], broken: dict[int, tuple[Fault, str]]) -> list[str]:
        width = len(self.layout.fields)
        cells: list[str] = []
        for place, record in enumerate(records):
            if '"' not in record:
                row = record.split(",")
            elif record.count('"') % 2:
                broken[place] = BROKEN_QUOTES, record
                continue
            else:
                row = next(csv.reader([record.replace("\r", "\ufffd")]))
            if len(row) != width:
                broken[place] = COLUMN_COUNT, record
                continue
            cells += row
        return cells

    def _cut_fixed(
        self, records: Sequence[str] | Sequence[bytes]
    ) -> tuple[list[Column], dict[int, tuple[Fault, str]]]:
        broken: dict[int, tuple[Fault, str]] = {}
        rows: list[list[str]] = []
        for place, record in enumerate(cast(Sequence[str | bytes], records)):
            if len(record) != self.layout.record_length:
                broken[place] = RECORD_LENGTH, self._as_text(record)
                continue
            try:
                rows.append(self._cut_record(record))
            except UnicodeDecodeError:
                broken[place] = UNDECODABLE, self._as_text(record)
        columns = [list(column) for column in zip(*rows, strict=True)]
        return columns or [[] for _ in self.layout.fields], broken

    def _cut_record(self, record: str | bytes) -> list[str]:
        cells: list[str] = []
        start = 0
        for one in self.layout.fields:
            piece = record[start : start + one.length]
            text = piece.decode(self.encoding) if isinstance(piece, bytes) else piece
            text = text.strip(" 　") if one.type in {"X", "N"} else text.strip(" ")
            if one.type == "DATE" and re.fullmatch("[0-9]{8}", text):
                text = f"{text[:4]}-{text[4:6]}-{text[6:]}" if text != "00000000" else ""
            cells.append(text)
            start += one.length
        return cells

    def _as_text(self, record: str | bytes) -> str:
        return record.decode(self.encoding, "replace") if isinstance(record, bytes) else record

    # Rejects -----------------------------------------------------------------------------

    def _rejects(
        self,
        rows: list[int],
        columns: dict[str, Column],
        faults: dict[int, list[tuple[Field, Fault]]],
    ) -> list[Reject]:
        rejects = []
        for at, wrong in faults.items():
            first, fault = wrong[0]
            raw = csv_line(self._sealed_row([columns[name][at] for name in self.layout.names]))
            more = tuple((other.name, other.label, why) for other, why in wrong[1:])
            rejects.append(
                Reject(rows[at], first.name, first.label, fault.code, fault.reason, raw, more)
            )
        return rejects

    def _sealed_row(self, cells: list[str]) -> list[str]:
        sealed = set(self.layout.sealed_places)
        return [
            (self._sealed([cell])[0] if cell else cell)
            if place in sealed
            else self._sealed_text(cell)
            for place, cell in enumerate(cells)
        ]

    def _sealed_text(self, text: str) -> str:
        if not self.layout.sealed_places:
            return text
        return _TWELVE_DIGITS.sub(lambda found: self.seal([found[0]])[0], text)

    def _sealed(self, column: Column) -> Column:
        present = [value for value in column if value]
        if not present:
            return column
        sealed = list(self.seal(present))
        if len(present) == len(column):
            return sealed
        remaining = iter(sealed)
        return [next(remaining) if value else "" for value in column]


def fingerprints(records: Iterable[str | bytes], key: bytes) -> Iterator[str]:
    """Give the keyed fingerprint of each record, in hex; bytes are records in UTF-8."""
    keyed = hashlib.blake2b(digest_size=_FINGERPRINT_BYTES, key=key)
    for record in records:
        one = keyed.copy()
        one.update(record if isinstance(record, bytes) else record.encode())
        yield one.hexdigest()


def csv_line(cells: Iterable[str]) -> str:
    """Return cells as a line of CSV, without its end."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="").writerow(cells)
    return stream.getvalue()
