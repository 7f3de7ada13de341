"""Cutting records of fixed length into columns: compiled once, then a column at a time."""

import itertools
import re
import struct
from collections.abc import Sequence
from typing import Final, cast

from sapporo_base.layouts.columns import Column
from sapporo_base.layouts.specification import LayoutSpecification
from sapporo_base.layouts.values import Remembering, date_form

# Between the pieces of a column while it is decoded as one text; no text holds it.
_BETWEEN: Final = "\0"
_DIGITS_OF_A_DAY: Final = re.compile("[0-9]{8}")
_NO_DAY: Final = "00000000"


class FixedCutter:
    """Cuts records of one layout, all of the right length."""

    def __init__(self, layout: LayoutSpecification, encoding: str) -> None:
        self._layout, self._encoding = layout, encoding
        self._struct = struct.Struct("".join(f"{one.length}s" for one in layout.fields))
        ends = list(itertools.accumulate(one.length for one in layout.fields))
        self._slices = [
            slice(end - one.length, end) for one, end in zip(layout.fields, ends, strict=True)
        ]
        self._days = Remembering(_day)
        self._between = _BETWEEN.encode("utf-16-le" if encoding == "utf-16" else encoding)
        if encoding == "utf-8-sig":
            self._between = b"\0"

    def columns(self, records: Sequence[str | bytes]) -> tuple[list[Column], list[int]]:
        """Return the columns, and the places of the records that can't be decoded, which are left out."""
        if not records:
            return [[] for _ in self._slices], []
        if isinstance(records[0], str):
            texts = cast(Sequence[str], records)
            return self._settled([[one[part] for one in texts] for part in self._slices]), []
        whole = cast(Sequence[bytes], records)
        try:
            return self._settled(self._decoded(whole)), []
        except UnicodeDecodeError:
            bad = [at for at, record in enumerate(whole) if not self._can_be_decoded(record)]
        wrong = set(bad)
        good = [record for at, record in enumerate(whole) if at not in wrong]
        return self._settled(self._decoded(good)) if good else [[] for _ in self._slices], bad

    def _decoded(self, records: Sequence[bytes]) -> list[Column]:
        pieces = zip(*self._struct.iter_unpack(b"".join(records)), strict=True)
        codec = "utf-8" if self._encoding == "utf-8-sig" else self._encoding
        columns = []
        for column in pieces:
            texts = self._between.join(column).decode(codec).split(_BETWEEN)
            if len(texts) != len(records):
                # A zero byte within a value: piece by piece, and judged as it is.
                texts = [piece.decode(codec) for piece in column]
            columns.append(texts)
        return columns

    def _can_be_decoded(self, record: bytes) -> bool:
        try:
            for piece in self._struct.unpack(record):
                piece.decode(self._encoding)
        except UnicodeDecodeError:
            return False
        return True

    def _settled(self, columns: list[Column]) -> list[Column]:
        """Take off what fills the places up."""
        for at, one in enumerate(self._layout.fields):
            blanks = " 　" if one.type in {"X", "N"} or one.unknown_inline else " "
            column = [value.strip(blanks) for value in columns[at]]
            if one.type == "DATE" and date_form(one, "fixed") == "compact":
                column = [self._days[value] for value in column]
            columns[at] = column
        return columns


def _day(value: str) -> str:
    if not _DIGITS_OF_A_DAY.fullmatch(value):
        return value
    return f"{value[:4]}-{value[4:6]}-{value[6:]}" if value != _NO_DAY else ""
