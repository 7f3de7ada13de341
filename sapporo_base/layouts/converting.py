"""Values on their way out or in by a layout, before they are bytes or after: the same for files and messages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sapporo_base.layouts.columns import NOT_IN_CHARACTERS, Column, Fault, Judge
from sapporo_base.layouts.emitting import file_codec
from sapporo_base.layouts.specification import BadLayout, Field, LayoutSpecification
from sapporo_base.layouts.tables import Tables, UnmappedCodes
from sapporo_base.layouts.values import Columns, Inward, Outward, note_strange
from sapporo_base.rules.characters import (
    CharacterSet,
    Loss,
    Shrunk,
    for_codec,
    shrink,
    touched_characters,
    untouched,
)
from sapporo_base.rules.zengin import is_zengin, zengin_shrunk

_ZENGIN: Final = "zengin"
_OF_ENCODING: Final[Mapping[str, CharacterSet]] = {
    "cp932": CharacterSet.CP932,
    "shift_jis_2004": CharacterSet.JIS_X_0213,
    "euc_jis_2004": CharacterSet.JIS_X_0213,
    "euc_jp": CharacterSet.JIS_X_0208,
}

Bad = dict[int, tuple[Field, Fault]]
"""What is wrong with rows, by place: the first item and why."""


@dataclass(frozen=True)
class LostCharacters:
    """What an item of a row (from 1) lost on the way into the receiver's character set."""

    row: int
    item: str
    losses: tuple[Loss, ...]


class Outgoing:
    """Turns values into what a receiver has, judged; compiled once for a layout."""

    def __init__(self, layout: LayoutSpecification, tables: Tables, encoding: str = "") -> None:
        """
        Compile.

        :raises BadLayout: a table that the layout names is not given.
        """
        try:
            self._judge = Judge(layout, tables.codes)
            self._outward = Outward(layout, tables)
        except KeyError as missing:
            raise BadLayout(f"{layout.code}: table {missing} is missing") from None
        self._shrinks = list(_shrinkers(layout, tables, encoding or layout.encoding))

    @property
    def unmapped(self) -> UnmappedCodes:
        """The codes of ours that the receiver's table lacks, and those that our own lacks."""
        return self._outward.unmapped

    def convert(self, columns: Columns, rows: Sequence[int]) -> tuple[Bad, list[LostCharacters]]:
        """Convert in place; return which rows can't be, and what texts lost."""
        bad: Bad = {}
        losses = list(self._shrink(columns, rows, bad))
        self._outward.open_ends(columns)
        judged = self._judge.faults(columns)
        note_strange(judged, columns, rows, self.unmapped)
        for at, wrong in judged.items():
            bad.setdefault(at, wrong[0])
        for one, fault, places in self._outward.convert(columns, list(rows)):
            for at in places:
                bad.setdefault(at, (one, fault))
        return bad, losses

    def _shrink(self, columns: Columns, rows: Sequence[int], bad: Bad) -> Iterator[LostCharacters]:
        for one, shrinker in self._shrinks:
            column = columns[one.name]
            places = shrinker.places(column)
            if not places:
                continue
            columns[one.name] = written = list(column)
            for at in places:
                shrunk = shrinker(column[at])
                written[at] = shrunk.text
                if shrunk.losses:
                    yield LostCharacters(rows[at], one.name, shrunk.losses)
                    if shrunk.unmappable:
                        bad.setdefault(at, (one, NOT_IN_CHARACTERS))


class Incoming:
    """Turns what a sender has into values, judged; compiled once for a layout."""

    def __init__(self, layout: LayoutSpecification, tables: Tables) -> None:
        """
        Compile.

        :raises BadLayout: a table that the layout names is not given.
        """
        try:
            self._judge = Judge(layout, tables.codes)
            self._inward = Inward(layout, tables)
        except KeyError as missing:
            raise BadLayout(f"{layout.code}: table {missing} is missing") from None

    @property
    def unmapped(self) -> UnmappedCodes:
        """The codes of the sender that its table lacks, and those that our own lacks."""
        return self._inward.unmapped

    def convert(
        self, columns: Columns, rows: Sequence[int]
    ) -> dict[int, list[tuple[Field, Fault]]]:
        """Convert in place; return what is wrong by row: such values stay as they came."""
        found: dict[int, list[tuple[Field, Fault]]] = {}
        for one, fault, places in self._inward.convert(columns, list(rows)):
            for at in places:
                found.setdefault(at, []).append((one, fault))
        judged = self._judge.faults(columns)
        note_strange(judged, columns, rows, self.unmapped)
        for at, wrong in judged.items():
            named = {one.name for one, _ in found.get(at, ())}
            found.setdefault(at, []).extend(pair for pair in wrong if pair[0].name not in named)
        return found


class _Shrinker:
    """Brings texts into the characters of a receiver; finds those that need it in one look."""

    def __init__(self, target: CharacterSet, own: Mapping[str, str], codec: str) -> None:
        self._target, self._own, self._codec = target, own, codec

    def __call__(self, value: str) -> Shrunk:
        """Return one text in the receiver's characters."""
        shrunk = shrink(value, self._target, own=self._own)
        return Shrunk(for_codec(shrunk.text, self._codec), shrunk.losses)

    def places(self, column: Column) -> list[int]:
        """Return where a column has texts that may have to change."""
        joined = "".join(column)
        if joined.isascii() and not self._own:
            return []
        if untouched(joined, self._target, self._codec, self._own):
            return []
        touched = touched_characters(joined, self._target, self._codec, self._own)
        if not touched:
            return []
        search = re.compile(f"[{re.escape(''.join(sorted(touched)))}]").search
        return [at for at, value in enumerate(column) if search(value)]


class _BankShrinker:
    """Brings texts into the characters of 全銀 records."""

    def __call__(self, value: str) -> Shrunk:
        """Return one text in those characters."""
        return zengin_shrunk(value)

    def places(self, column: Column) -> list[int]:
        """Return where a column has texts that may have to change."""
        return [at for at, value in enumerate(column) if value and not is_zengin(value)]


def _shrinker_of(
    one: Field, layout: LayoutSpecification, tables: Tables, encoding: str
) -> _Shrinker | _BankShrinker | None:
    """Return what brings an item's texts into the characters of its receiver; None: nothing is to be done."""
    if one.type not in {"X", "N"}:
        return None
    named = one.characters or layout.characters
    own: Mapping[str, str] = {}
    target = _OF_ENCODING.get(encoding)
    if named == _ZENGIN:
        return _BankShrinker()
    if named in tables.characters:
        rules = tables.characters[named]
        own, target = rules.outward, rules.target or target
    elif named:
        target = CharacterSet(named)
    if own or target not in {None, CharacterSet.MJ}:
        return _Shrinker(target or CharacterSet.MJ, own, file_codec(encoding))
    return None


def _shrinkers(
    layout: LayoutSpecification, tables: Tables, encoding: str
) -> Iterator[tuple[Field, _Shrinker | _BankShrinker]]:
    for one in layout.fields:
        if shrinker := _shrinker_of(one, layout, tables, encoding):
            yield one, shrinker
