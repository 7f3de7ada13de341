"""
Writing records by a layout: what fits is written, what is lost or does not fit is said.

A writer is compiled once for a layout and works column by column, some thousand rows at a time.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sapporo_base.layouts.columns import Column, Fault
from sapporo_base.layouts.converting import LostCharacters, Outgoing
from sapporo_base.layouts.emitting import Sink, emitter_of, mark_of
from sapporo_base.layouts.specification import (
    Codes,
    Field,
    LayoutSpecification,
    load_codes,
)
from sapporo_base.layouts.tables import Tables, Unmapped
from sapporo_base.layouts.values import Columns

_BATCH: Final = 2_000


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
    unmapped: list[Unmapped] = field(default_factory=list)


def write_records(
    stream: Sink,
    layout: LayoutSpecification,
    rows: Iterable[Mapping[str, str]],
    *,
    codes: Codes | None = None,
    tables: Tables | None = None,
    encoding: str = "",
) -> Written:
    """
    Write rows in the layout: header, records, trailer.

    A row that does not fit is left out and reported, the rest is written (共通機能標準仕様書: send
    what can be converted, list the rest). Characters that the receiver lacks are replaced by the
    縮退マップ and reported; a row with a character or a code that nothing maps is left out.

    :param rows: values by field name, absent or "" for nothing; dates YYYY-MM-DD.
    :param tables: codes and characters as in force on the day; those shipped, if absent.
    """
    writer = RecordWriter(stream, layout, codes=codes, tables=tables, encoding=encoding)
    remaining = iter(rows)
    names = layout.value_names
    while batch := list(itertools.islice(remaining, _BATCH)):
        writer.write({name: [row.get(name, "") for row in batch] for name in names})
    return writer.end()


class RecordWriter:
    """Writes columns of values by a layout; `end` writes what ends the file and says what became of them."""

    def __init__(
        self,
        stream: Sink,
        layout: LayoutSpecification,
        *,
        codes: Codes | None = None,
        tables: Tables | None = None,
        encoding: str = "",
    ) -> None:
        """
        Begin a file.

        :raises BadLayout: the layout is of messages, or a table that it names is not given.
        """
        if tables is None:
            tables = Tables(load_codes(layout.tables) if codes is None else codes)
        encoding = encoding or layout.encoding
        self._stream, self._layout = stream, layout
        self._outgoing = Outgoing(layout, tables, encoding)
        self._emit = emitter_of(layout, encoding)
        self._row = 1
        self._written = Written()
        self._stream.write(mark_of(encoding) + self._emit.begin())

    def write(self, columns: Columns) -> None:
        """
        Write a batch of rows.

        :param columns: values by name (`layout.value_names`), all of one length; left as they are.
        """
        columns = dict(columns)
        count = len(columns[self._layout.names[0]])
        rows = list(range(self._row, self._row + count))
        self._row += count
        bad, losses = self._outgoing.convert(columns, rows)
        self._written.losses += losses
        cells = [columns[name] for name in self._layout.names]
        if bad:
            cells = self._without(bad, cells, rows)
        data, misfits = self._emit.records(cells)
        if misfits:
            kept = list(itertools.compress(rows, (at not in bad for at in range(count))))
            cells = self._without(misfits, cells, kept)
            data, _ = self._emit.records(cells)
        self._written.rows += len(cells[0])
        self._stream.write(data)

    def end(self) -> Written:
        """End the file; return what became of the rows."""
        self._stream.write(self._emit.end(self._written.rows))
        self._written.unwritten.sort(key=lambda report: report.row)
        self._written.unmapped = list(self._outgoing.unmapped)
        return self._written

    def _without(
        self,
        bad: Mapping[int, tuple[Field, Fault]],
        cells: Sequence[Column],
        rows: Sequence[int],
    ) -> list[Column]:
        """Report the bad rows; return the others."""
        for at, (one, fault) in bad.items():
            self._written.unwritten.append(
                Unwritten(rows[at], one.name, one.label, fault.code, fault.reason)
            )
        keep = [at not in bad for at in range(len(rows))]
        return [list(itertools.compress(column, keep)) for column in cells]
