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
from sapporo_base.layouts.cutting import FixedCutter
from sapporo_base.layouts.markup import BrokenRecord, Record
from sapporo_base.layouts.specification import Field, LayoutSpecification
from sapporo_base.layouts.tables import Tables, Unmapped
from sapporo_base.layouts.values import Inward, note_strange

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
    made where the reader gave a key for them. `unmapped` are the codes that no コード表 has.
    """

    number: int
    rows: list[int]
    columns: dict[str, Column] = field(repr=False)
    rejects: list[Reject] = field(repr=False)
    lines: list[str] = field(default_factory=list, repr=False)
    fingerprints: list[str] = field(default_factory=list, repr=False)
    unmapped: list[Unmapped] = field(default_factory=list, repr=False)

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
    records: list[str] | list[bytes] | list[Record]


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
    tables: Tables
    encoding: str
    seal: Seal
    fingerprint_key: bytes = field(default=b"", repr=False)
    _judge: Judge | None = None
    _fixed: FixedCutter | None = None

    def decode(self, raw: RawChunk) -> Chunk:
        cells, broken = self._cut(raw)
        columns = dict(zip(self.layout.names, cells, strict=True))
        places = [place for place in range(len(raw.records)) if place not in broken]
        if self._judge is None:
            self._judge = Judge(self.layout, self.tables.codes)
        inward = Inward(self.layout, self.tables)
        rows = [raw.rows[place] for place in places] if broken else list(raw.rows)
        original = {name: columns[name] for name in columns} if inward.changes else columns
        stuck = inward.convert(columns, rows) if inward.changes else []
        judged = self._judge.faults(columns) if places else {}
        note_strange(judged, columns, rows, inward.unmapped)
        faults = _together(stuck, judged)
        rejects = [
            Reject(raw.rows[place], "", "", fault.code, fault.reason, self._sealed_text(text))
            for place, (fault, text) in broken.items()
        ]
        records = self._records(raw, original, places)
        if faults:
            rejects += self._rejects(rows, original, faults)
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
        if inward.changes:
            amended = frozenset(range(len(rows)))
        chunk = Chunk(raw.number, rows, columns, rejects, unmapped=list(inward.unmapped))
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
        if self.layout.form in {"xml", "json"}:
            return self._cut_markup(cast(list[Record], raw.records))
        return self._cut_fixed(cast(list[str] | list[bytes], raw.records))

    def _cut_markup(
        self, records: Sequence[Record]
    ) -> tuple[list[Column], dict[int, tuple[Fault, str]]]:
        good = [one for one in records if not isinstance(one, BrokenRecord)]
        broken = {
            place: (one.fault, csv_line(one.cells))
            for place, one in enumerate(records)
            if isinstance(one, BrokenRecord)
        }
        columns = [list(column) for column in zip(*good, strict=True)]
        return columns or [[] for _ in self.layout.fields], broken

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
        if self._fixed is None:
            self._fixed = FixedCutter(self.layout, self.encoding)
        length = self.layout.record_length
        broken: dict[int, tuple[Fault, str]] = {
            place: (RECORD_LENGTH, self._as_text(record))
            for place, record in enumerate(cast(Sequence[str | bytes], records))
            if len(record) != length
        }
        places = [place for place in range(len(records)) if place not in broken]
        columns, undecodable = self._fixed.columns([records[place] for place in places])
        for at in undecodable:
            place = places[at]
            broken[place] = UNDECODABLE, self._as_text(records[place])
        return columns, broken

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


def _together(
    stuck: Sequence[tuple[Field, Fault, list[int]]],
    judged: dict[int, list[tuple[Field, Fault]]],
) -> dict[int, list[tuple[Field, Fault]]]:
    """Return the faults by place; what could not be converted is not judged a second time."""
    if not stuck:
        return judged
    found: dict[int, list[tuple[Field, Fault]]] = {}
    for one, fault, places in stuck:
        for place in places:
            found.setdefault(place, []).append((one, fault))
    for place, wrong in judged.items():
        named = {one.name for one, _ in found.get(place, ())}
        found.setdefault(place, []).extend(pair for pair in wrong if pair[0].name not in named)
    return dict(sorted(found.items()))


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
