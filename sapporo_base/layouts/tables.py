"""The tables by which values are converted: codes both ways, characters both ways. Data, no Django."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sapporo_base.rules.characters import CharacterSet


@dataclass(frozen=True)
class CodeMap:
    """A neighbour's code table: which of its codes stands for which of ours, in each direction."""

    inward: Mapping[str, str]
    outward: Mapping[str, str]


@dataclass(frozen=True)
class CharacterRules:
    """
    文字対応表: replacements of the receiver's own, before the general rules for its character set.

    `outward` replaces what is sent (a character or a sequence), `inward` what was received (a 外字 in
    the private area becomes its MJ character).
    """

    target: CharacterSet | None
    outward: Mapping[str, str] = field(default_factory=dict)
    inward: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tables:
    """What a layout needs beside its fields, as in force on one day."""

    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    maps: Mapping[str, CodeMap] = field(default_factory=dict)
    characters: Mapping[str, CharacterRules] = field(default_factory=dict)


INWARD: Final = "inward"
OUTWARD: Final = "outward"


@dataclass(frozen=True)
class Unmapped:
    """A code that its table does not have: where it was met first (row from 1) and how often."""

    table: str
    direction: str
    code: str
    item: str
    count: int
    row: int


class UnmappedCodes:
    """Collects the codes that no table has; a file with a million of one makes one entry."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._first: dict[tuple[str, str, str], tuple[str, int]] = {}

    def note(self, table: str, direction: str, code: str, item: str, rows: list[int]) -> None:
        """Note a code that was met in these rows."""
        key = (table, direction, code)
        self._counts[key] += len(rows)
        self._first.setdefault(key, (item, rows[0]))

    def __iter__(self):  # type: ignore[no-untyped-def]
        for (table, direction, code), count in self._counts.items():
            item, row = self._first[table, direction, code]
            yield Unmapped(table, direction, code, item, count, row)

    def __bool__(self) -> bool:
        return bool(self._counts)
