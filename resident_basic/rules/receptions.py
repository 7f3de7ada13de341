"""Whether a file may be what it seems: what its name says, and what makes it suspicious. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

FULL: Final = "full"
DAILY: Final = "daily"
OTHER: Final = "other"

_NAME: Final = re.compile(r"juki_(full|daily)_([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file holds: scope (full, daily, other) and the day it is of."""

    scope: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How many may differ: a share of all, and an absolute number below which nobody asks."""

    share: float
    floor: int

    def exceeded(self, count: int, of: int) -> bool:
        """Say whether so many of so many are too many."""
        return count > max(self.floor, self.share * of)


@dataclass(frozen=True, slots=True)
class Received:
    """What was received before: the day of the last daily file, day and rows of the last full set."""

    last_daily: date | None = None
    last_full: date | None = None
    last_full_rows: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """A full set beside the register: residents in either, absent from the set, changed by it."""

    residents: int
    absent: int
    changed: int


def kind_of(file_name: str) -> Kind:
    """Return what a file of 既存住基 says by its name (juki_full_20261101.csv)."""
    found = _NAME.match(file_name)
    if not found:
        return Kind(OTHER, None)
    try:
        day = date(int(found[2]), int(found[3]), int(found[4]))
    except ValueError:
        return Kind(OTHER, None)
    return Kind(found[1], day)


def findings_of_order(kind: Kind, received: Received) -> list[str]:
    """Return in words why the file comes at a suspicious place in the order of the days."""
    if kind.day is None or received.last_daily is None or kind.day >= received.last_daily:
        return []
    name = "全件" if kind.scope == FULL else "異動差分"
    return [
        f"{kind.day:%Y-%m-%d}の{name}ですが、{received.last_daily:%Y-%m-%d}の異動差分を"
        "既に受領しています。"
    ]


def findings_of_size(rows: int, received: Received, tolerance: Tolerance) -> list[str]:
    """Return in words why the number of rows of a full set is suspicious."""
    before = received.last_full_rows
    if not before or not tolerance.exceeded(abs(rows - before), before):
        return []
    more = "多い" if rows > before else "少ない"
    return [
        f"行数{rows:,}が、前回の全件({received.last_full:%Y-%m-%d}、{before:,}行)より"
        f"{abs(rows - before):,}行({_share(abs(rows - before), before)}){more}です。"
    ]


def findings_of_comparison(comparison: Comparison, tolerance: Tolerance) -> list[str]:
    """Return in words why a full set is suspicious beside the register."""
    found = []
    if tolerance.exceeded(comparison.absent, comparison.residents):
        found.append(
            f"現在の住民のうち{comparison.absent:,}人"
            f"({_share(comparison.absent, comparison.residents)})が全件にいません。"
        )
    if tolerance.exceeded(comparison.changed, comparison.residents):
        found.append(
            f"受領済みの住民のうち{comparison.changed:,}人"
            f"({_share(comparison.changed, comparison.residents)})の内容が変わります。"
        )
    return found


def _share(count: int, of: int) -> str:
    return f"{count / of:.1%}" if of else "100.0%"
