"""How often things happen in the city: yearly numbers, and how they fall on working days."""

from __future__ import annotations

from datetime import date
from typing import Final

PEOPLE: Final = 1_970_000
WORKING_DAYS: Final = 243

YEARLY: Final = {
    "birth": 10_500, "death": 23_500, "move_in": 44_000, "move_out": 44_000, "move_within": 58_000,
    "leave_home": 9_000, "split": 2_500, "merge": 1_500, "new_head": 1_500, "marriage": 8_000, "new_number": 600,
    "former_name": 900, "alias": 150, "reading": 3_000, "mistake": 500, "ex_officio": 200, "renewal": 8_000,
    "protect": 500, "protect_end": 300, "resident_record_code": 250,
}  # fmt: skip
"""
Happenings a year in a city of `PEOPLE`: persons for births, deaths and names, households for moves.

A household that moves in or out has 1.4 people, one that moves within the city 1.7 on average, which gives about 62,000
and 100,000 people a year.
"""
_MOVES: Final = frozenset({"move_in", "move_out", "move_within", "leave_home"})
_MONDAY: Final = 1.3
_OTHER_DAYS: Final = 0.93
_PEAK: Final = 4.6


def expected(kind: str, day: date, people: int) -> float:
    """Return how many happenings of a kind are expected on a working day among so many people."""
    usual = YEARLY[kind] / WORKING_DAYS * people / PEOPLE
    return usual * (_MONDAY if day.weekday() == 0 else _OTHER_DAYS) * season(kind, day)


def season(kind: str, day: date) -> float:
    """Return the weight of a day in the year: people move at the turn of the 年度, and more die in winter."""
    if kind in _MOVES:
        if (3, 20) <= (day.month, day.day) <= (4, 10):
            return _PEAK
        return {3: 1.7, 4: 1.2, 9: 0.85, 10: 0.8}.get(day.month, 0.68)
    if kind == "death":
        return 1.1 if day.month in (12, 1, 2) else 0.97
    return 1.0
