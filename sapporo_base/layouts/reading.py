"""
Reading a file by its layout: surveyed as a whole first, then decoded chunk by chunk.

Nothing is handed out before the survey has found the file whole, so a cut or foreign file leaves no
trace. A chunk has a number; reading goes on from any of them.
"""

import bisect
import itertools
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final, TypeVar, cast

from sapporo_base.layouts.decoding import (
    Chunk,
    Decoder,
    RawChunk,
    Reject,
    Seal,
    mask,
    refuse_sealing,
)
from sapporo_base.layouts.markup import Record, markup_records
from sapporo_base.layouts.records import Stretch, csv_records, fixed_records
from sapporo_base.layouts.specification import (
    BadLayout,
    Codes,
    LayoutSpecification,
    judged_by,
    load_codes,
)
from sapporo_base.layouts.survey import Survey, survey
from sapporo_base.layouts.tables import Tables

T = TypeVar("T")

# Cells of one chunk stay in the processor's cache: five times as many rows take half as long again.
CHUNK_ROWS: Final = 2_000
# Enough to work on while who takes the chunks commits what it has.
_AHEAD: Final = 6


class Source:
    """A file found whole, ready to be read by its layout. Made by `open_source`."""

    def __init__(
        self,
        path: Path,
        layout: LayoutSpecification,
        tables: Tables,
        survey: Survey,
        chunk_rows: int,
    ) -> None:
        self.path = path
        self.layout = layout
        self.survey = survey
        self._tables = tables
        self._chunk_rows = chunk_rows

    @cached_property
    def judged_by(self) -> str:
        """Tell by which layout and codes its rows are judged (see `specification.judged_by`)."""
        return judged_by(self.layout, self._tables.codes)

    def chunks(self, *, seal: Seal = refuse_sealing, start: int = 0) -> Iterator[Chunk]:
        """
        Give the chunks in order, from chunk number `start` on (a checkpoint after a stop).

        :param seal: gets 個人番号 in lists and returns what may be kept instead of each.
        :raises ValueError: the layout holds 個人番号 and there is no seal.
        """
        decoder = self._decoder(seal)
        for part in self._parts(start):
            yield decoder.decode(part.raw())

    def map(
        self,
        work: Callable[[Chunk], T],
        *,
        seal: Seal = refuse_sealing,
        start: int = 0,
        processes: int = 1,
        rows: Collection[int] | None = None,
        fingerprint_key: bytes = b"",
    ) -> Iterator[T]:
        """
        Give `work(chunk)` for each chunk, in order, computed by so many processes.

        `work` and `seal` must be importable by name where `processes` is above 1. What is returned
        travels back to this process, so it should be small or bytes (see `Chunk.copy_text`).
        Inside a process that may have no children (a worker's) it is computed in that process.

        :param rows: only the rows with these numbers; chunks without any are left out.
        :param fingerprint_key: have lines and fingerprints made, under this key.
        """
        decoder = self._decoder(seal, fingerprint_key)
        parts = self._parts(start)
        if rows is not None:
            parts = _narrowed(parts, sorted(rows))
        return _spread(partial(_decoded, decoder, work), parts, processes)

    def map_records(
        self, work: Callable[[RawChunk], T], *, processes: int = 1, start: int = 0
    ) -> Iterator[T]:
        """Give `work(raw chunk)` for each chunk as it stands in the file, not yet decoded."""
        return _spread(partial(_raw, work), self._parts(start), processes)

    def _decoder(self, seal: Seal, fingerprint_key: bytes = b"") -> Decoder:
        if self.layout.sealed_places and seal is refuse_sealing:
            refuse_sealing([])
        return Decoder(self.layout, self._tables, self.survey.encoding, seal, fingerprint_key)

    # Records in the file -----------------------------------------------------------------

    def _parts(self, start: int) -> Iterator["_Part"]:
        """Give the stretches of the file from a number on, each to be read by whoever works on it."""
        if self.survey.stretches is None:
            row = 1
            for number, records in enumerate(self._batches()):
                if number >= start:
                    yield _Part(number, row, len(records), records=records)
                row += len(records)
            return
        for number, stretch in enumerate(self.survey.stretches[start:], start):
            yield _Part(
                number,
                stretch.first_row,
                stretch.rows,
                stretch=(stretch, self.path, self.survey.encoding),
            )

    def _batches(self) -> Iterator[list[str] | list[bytes] | list[Record]]:
        if self.layout.form == "fixed":
            yield from self._fixed_batches()
            return
        if self.layout.form in {"xml", "json"}:
            found = markup_records(self.path, self.layout, self.survey.encoding)
            while some := list(itertools.islice(found, self._chunk_rows)):
                yield some
            return
        with self.path.open(encoding=self.survey.encoding, newline="\n") as stream:
            records = csv_records(stream)
            if self.layout.header:
                next(records)
            wanted = itertools.islice(records, self.survey.rows)
            while batch := list(itertools.islice(wanted, self._chunk_rows)):
                yield batch

    def _fixed_batches(self) -> Iterator[list[str] | list[bytes]]:
        records = fixed_records(self.path, self.layout, self.survey.encoding)
        wanted = itertools.islice(records, self.survey.rows)
        while batch := list(itertools.islice(wanted, self._chunk_rows)):
            # All of one kind: bytes where the unit is bytes, texts where it is characters.
            yield cast(list[bytes] | list[str], batch)


@dataclass(frozen=True)
class _Part:
    """A chunk on its way to whoever works on it: its records, or where in the file they stand."""

    number: int
    first_row: int
    count: int
    records: list[str] | list[bytes] | list[Record] | None = None
    stretch: tuple[Stretch, Path, str] | None = None
    wanted: tuple[int, ...] | None = None

    def lines(self) -> RawChunk:
        """Return it to be compared as it stands, not to be decoded."""
        if not self.stretch or self.wanted is not None:
            return self.raw()
        stretch, path, encoding = self.stretch
        rows = range(self.first_row, self.first_row + self.count)
        return RawChunk(self.number, rows, stretch.lines(path, encoding))

    def raw(self) -> RawChunk:
        if self.stretch and self.wanted is not None:
            return RawChunk(self.number, self.wanted, self._picked(*self.stretch, self.wanted))
        records = self.records
        if self.stretch:
            stretch, path, encoding = self.stretch
            records = stretch.records(path, encoding)
        records = cast(list[str] | list[bytes] | list[Record], records)
        if self.wanted is None:
            return RawChunk(
                self.number, range(self.first_row, self.first_row + self.count), records
            )
        some = [records[row - self.first_row] for row in self.wanted]
        return RawChunk(self.number, self.wanted, cast(list[str] | list[bytes], some))

    def _picked(
        self, stretch: Stretch, path: Path, encoding: str, wanted: Sequence[int]
    ) -> list[str]:
        """Return a few of its records: of a week's full set nobody decodes the others."""
        lines = stretch.lines(path, encoding)
        some = (lines[row - self.first_row] for row in wanted)
        return [one.decode() if isinstance(one, bytes) else one for one in some]


def _narrowed(parts: Iterable[_Part], rows: Sequence[int]) -> Iterator[_Part]:
    for part in parts:
        first = bisect.bisect_left(rows, part.first_row)
        until = bisect.bisect_left(rows, part.first_row + part.count)
        if first < until:
            yield replace(part, wanted=tuple(rows[first:until]))


def _decoded(decoder: Decoder, work: Callable[[Chunk], T], part: _Part) -> T:
    return work(decoder.decode(part.raw()))


def _raw(work: Callable[[RawChunk], T], part: _Part) -> T:
    return work(part.lines())


def _spread(work: Callable[[_Part], T], parts: Iterable[_Part], processes: int) -> Iterator[T]:
    """Give the work on each part in order; processes keep some parts ahead of who takes."""
    if processes <= 1:
        yield from map(work, parts)
        return
    with ProcessPoolExecutor(
        processes,
        mp_context=get_context("forkserver"),
        initializer=_begin_worker,
        initargs=(work,),
    ) as pool:
        waiting: deque[Future[T]] = deque()
        for part in parts:
            waiting.append(cast(Future[T], pool.submit(_work, part)))
            if len(waiting) > processes + _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_worker: list[Callable[[_Part], object]] = []


def _begin_worker(work: Callable[[_Part], object]) -> None:
    _worker[:] = [work]


def _work(part: _Part) -> object:
    return _worker[0](part)


def open_source(
    path: Path,
    layout: LayoutSpecification,
    *,
    codes: Codes | None = None,
    tables: Tables | None = None,
    encoding: str = "",
    chunk_rows: int = CHUNK_ROWS,
) -> Source:
    """
    Survey a file and return it ready to be read.

    :param codes: the code tables of the layout; those shipped with the project if absent.
    :param tables: codes and characters as in force on the day, in the place of `codes`.
    :param encoding: what the sender said, where it differs from the layout.
    :raises UnreadableFile: it is not there, empty, no text, cut, in another encoding, or has other
        columns. Nothing of such a file may be stored.
    """
    if tables is None:
        tables = Tables(load_codes(layout.tables) if codes is None else codes)
    for table in layout.code_maps - tables.maps.keys():
        raise BadLayout(f"{layout.code}: table {table} is missing")
    encoding = encoding or layout.encoding
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    return Source(path, layout, tables, survey(path, layout, encoding, chunk_rows), chunk_rows)


@dataclass(frozen=True)
class Preview:
    """The first rows of a file as a reader would get them, 個人番号 hidden."""

    labels: tuple[str, ...]
    rows: list[tuple[str, ...]]
    rejects: list[Reject]


def preview(source: Source, rows: int = 20) -> Preview:
    """Return the first rows of a source, and what is wrong with those that are rejected."""
    first = next(source.chunks(seal=mask), None)
    if first is None:
        return Preview(source.layout.labels, [], [])
    columns = [first.columns[name] for name in source.layout.names]
    shown = list(itertools.islice(zip(*columns, strict=True), rows))
    rejects = [reject for reject in first.rejects if reject.row <= rows]
    return Preview(source.layout.labels, shown, rejects)
