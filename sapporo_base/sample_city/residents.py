"""The people of a block as they are registered: where each stands, and the numbers that are theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from sapporo_base.sample_city import numbers, places
from sapporo_base.sample_city.days import Integers
from sapporo_base.sample_city.people import (
    People,
)

Flags = npt.NDArray[np.bool_]

SERIAL_STRIDE: Final = 44_200
"""Serials set aside per block; one in eleven has no check digit."""
YEAR: Final = 365.2425


@dataclass
class Register:
    """A part of the city's register: people, and the texts of their 住民票 by column of `juki_resident`."""

    people: People
    as_of: date
    born: Integers
    """Day of birth, as `days.number_of`."""
    became: Integers
    fixed: Integers
    from_outside: Flags
    """Whether the person's 転入 into the city is the latest move of the household."""
    foreign: Flags
    head: Integers
    """Position of the head of each person's household."""
    sites: list[places.Site]
    """Where each household lives."""
    individual_numbers: list[str]
    zengin: list[str]
    columns: dict[str, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.people)

    def values(self, position: int) -> dict[str, str]:
        """Return all filled items of one person."""
        return {name: column[position] for name, column in self.columns.items()}

    def site(self, position: int) -> places.Site:
        """Return where a person lives."""
        return self.sites[int(self.people.household[position])]


@dataclass(frozen=True)
class Serials:
    """The numbers set aside for one block of the city, taken in slices that do not overlap."""

    block: int

    def positions(self, start: int, count: int) -> Integers:
        """Return positions that no other person of the city has."""
        return (
            np.arange(start, start + count, dtype=np.int64)
            + self.block * numbers.SERIALS_OF_A_BLOCK
        )

    def residents(self, start: int, count: int) -> Integers:
        """Return 宛名番号."""
        return self._numbers(numbers.RESIDENT_SERIALS, start, count)

    def households(self, start: int, count: int) -> Integers:
        """Return 世帯番号."""
        return self._numbers(numbers.HOUSEHOLD_SERIALS, start, count)

    def _numbers(self, first: int, start: int, count: int) -> Integers:
        return numbers.numbers_from(first + self.block * SERIAL_STRIDE, start + count)[start:]
