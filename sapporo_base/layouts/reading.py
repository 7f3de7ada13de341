"""
Reading a file by its layout: surveyed as a whole first, then decoded chunk by chunk.

Nothing is handed out before the survey has found the file whole, so a cut or foreign file leaves no
trace. A chunk has a number; reading goes on from any of them.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
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
from sapporo_base.layouts.records import csv_records, fixed_records
from sapporo_base.layouts.specification import Codes, LayoutSpecification, load_codes
from sapporo_base.layouts.survey import Survey, survey

T = TypeVar("T")

# Cells of one chunk stay in the processor's cache: five times as many rows take half as long again.
CHUNK_ROWS: Final = 2_000


class Source:
    """A file found whole, ready to be read by its layout. Made by `open_source`."""

    def __init__(
        self,
        path: Path,
        layout: LayoutSpecification,
        codes: Codes,
        survey: Survey,
        chunk_rows: int,
    ) -> None:
        self.path = path
        self.layout = layout
        self.survey = survey
        self._codes = codes
        self._chunk_rows = chunk_rows

    def chunks(self, *, seal: Seal = refuse_sealing, start: int = 0) -> Iterator[Chunk]:
        """
        Give the chunks in order, from chunk number `start` on (a checkpoint after a stop).

        :param seal: gets 個人番号 in lists and returns what may be kept instead of each.
        :raises ValueError: the layout holds 個人番号 and there is no seal.
        """
        decoder = self._decoder(seal)
        for raw in self._raw(start):
            yield decoder.decode(raw)

    def map(
        self,
        work: Callable[[Chunk], T],
        *,
        seal: Seal = refuse_sealing,
        start: int = 0,
        processes: int = 1,
    ) -> Iterator[T]:
        """
        Give `work(chunk)` for each chunk, in order, computed by so many processes.

        `work` and `seal` must be importable by name where `processes` is above 1. What is returned
        travels back to this process, so it should be small or bytes (see `Chunk.copy_text`).
        """
        decoder = self._decoder(seal)
        if processes <= 1:
            for raw in self._raw(start):
                yield work(decoder.decode(raw))
            return
        with ProcessPoolExecutor(
            processes,
            mp_context=get_context("forkserver"),
            initializer=_begin_worker,
            initargs=(decoder, work),
        ) as pool:
            waiting: deque[Future[T]] = deque()
            for raw in self._raw(start):
                waiting.append(cast(Future[T], pool.submit(_work, raw)))
                if len(waiting) > processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _decoder(self, seal: Seal) -> Decoder:
        if self.layout.sealed_places and seal is refuse_sealing:
            refuse_sealing([])
        return Decoder(self.layout, self._codes, self.survey.encoding, seal)

    # Records in the file -----------------------------------------------------------------

    def _raw(self, start: int) -> Iterator[RawChunk]:
        row = 1
        for number, records in enumerate(self._batches()):
            if number >= start:
                yield RawChunk(number, row, records)
            row += len(records)

    def _batches(self) -> Iterator[list[str] | list[bytes]]:
        if self.layout.form == "fixed":
            yield from self._fixed_batches()
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


_worker: dict[str, object] = {}


def _begin_worker(decoder: Decoder, work: Callable[[Chunk], object]) -> None:
    _worker["decoder"], _worker["work"] = decoder, work


def _work(raw: RawChunk) -> object:
    decoder, work = _worker["decoder"], _worker["work"]
    return work(decoder.decode(raw))  # type: ignore[operator,attr-defined]


def open_source(
    path: Path,
    layout: LayoutSpecification,
    *,
    codes: Codes | None = None,
    encoding: str = "",
    chunk_rows: int = CHUNK_ROWS,
) -> Source:
    """
    Survey a file and return it ready to be read.

    :param codes: the code tables of the layout; those shipped with the project if absent.
    :param encoding: what the sender said, where it differs from the layout.
    :raises UnreadableFile: it is not there, empty, no text, cut, in another encoding, or has other
        columns. Nothing of such a file may be stored.
    """
    codes = load_codes(layout.tables) if codes is None else codes
    encoding = encoding or layout.encoding
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    return Source(path, layout, codes, survey(path, layout, encoding), chunk_rows)


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
