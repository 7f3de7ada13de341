"""What every 異動 of a made-up city stands on: the people of a block, the clock, and the chronicle."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from sapporo_base.sample_city.claim_writing import ClaimWriter
from sapporo_base.sample_city.claims import Claim
from sapporo_base.sample_city.families import Family
from sapporo_base.sample_city.files import layout
from sapporo_base.sample_city.people import HEAD, SPOUSE, WOMAN
from sapporo_base.sample_city.residents import Register, Serials

NEWBORN_START: Final = 30_000
"""Numbers of a block from here on belong to those born after the reference day."""


@dataclass
class Person:
    """Someone's 住民票 as it stands: all items, changed by each 異動."""

    values: dict[str, str]
    part: Register
    position: int
    gone: bool = False


@dataclass
class Chronicle:
    """The 異動 of a block: rows by day with their time, and how many of each 異動事由."""

    rows: dict[date, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    reasons: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    happenings: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    claims: dict[date, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    residents: dict[date, int] = field(default_factory=dict)


class Passing:
    """A block on which days pass: whom it happens to, and how a row comes to be."""

    def __init__(
        self, rng: np.random.Generator, serials: Serials, part: Register, newcomers: Register, former: Register,
        families: list[Family], writers: tuple[ClaimWriter, ClaimWriter], newcomer_families: list[Family],
        calendar: list[date], left_alone: set[int],
    ) -> None:  # fmt: skip
        self._rng, self._serials, self._part, self._newcomers = rng, serials, part, newcomers
        self._calendar = calendar
        self._former = [
            n for n, status in enumerate(former.columns["resident_status"]) if status == "2"
        ]
        self._former_part = former
        self._writer, self._newcomer_writer = writers
        self._family_of = {p: f for f in families for p in (f.claimant, f.spouse) if p >= 0}
        self._newcomer_family_of = {f.claimant: f for f in newcomer_families}
        self._order = rng.permutation(part.people.household_count).tolist()
        self._arriving = _arrivals(rng, newcomers)
        self._starts = np.searchsorted(
            part.people.household, np.arange(part.people.household_count + 1)
        ).tolist()
        self._newcomer_starts = np.searchsorted(
            newcomers.people.household, np.arange(newcomers.people.household_count + 1)
        ).tolist()
        self._touched = set(left_alone)
        self._later: dict[int, list[Callable[[date], None]]] = defaultdict(list)
        self._serial = 0
        self._born = 0
        self._households = part.people.household_count
        self._clock = self._index = 0
        self._residents = len(part)
        self._weights = np.cumsum(np.exp((part.people.age - 82.0) / 9.5))
        self._mothers = self._possible_mothers()
        self.chronicle = Chronicle()

    def _emit(
        self, person: Person, day: date, reason: str, changed_on: date, changes: dict[str, str]
    ) -> None:
        self._clock += 1 + int(self._rng.integers(0, 3))
        self._serial += 1
        clock = self._clock
        person.values |= {
            "changed_on_unknown": "0", "changed_on_text": "", "changed_on": changed_on.isoformat(),
            "notified_on": day.isoformat(), **changes,
            "event_id": f"{day:%Y%m%d}D{self._serials.block:04d}{self._serial:06d}",
            "change_reason": reason,
            "processed_on": day.isoformat(),
            "processed_time": f"{clock // 3600:02d}:{clock // 60 % 60:02d}:{clock % 60:02d}",
            "history_number": str(int(person.values["history_number"]) + 1),
        }  # fmt: skip
        row = layout("juki_resident").row(person.values)
        self.chronicle.rows[day].append(
            (person.values["processed_time"] + person.values["event_id"], row)
        )
        self.chronicle.reasons[day][reason] += 1

    def _happened(self, day: date, kind: str, people: int = 1) -> None:
        self.chronicle.happenings[day][kind] += people

    def _in(self, working_days: int, act: Callable[[date], None]) -> None:
        self._later[self._index + working_days].append(act)

    def _home(self, household: int) -> list[Person]:
        self._touched.add(household)
        return [
            Person(self._part.values(p), self._part, p)
            for p in range(self._starts[household], self._starts[household + 1])
        ]

    def _some_home(self, suits: Callable[[list[int]], bool] | None = None) -> list[Person]:
        """Take a household to which nothing has happened yet; empty if none suits."""
        for _ in range(400):
            if not self._order:
                return []
            household = self._order.pop()
            if household in self._touched:
                continue
            if suits is None or suits(
                list(range(self._starts[household], self._starts[household + 1]))
            ):
                return self._home(household)
            self._order.insert(int(self._rng.integers(0, len(self._order) + 1)), household)
        return []

    def _possible_mothers(self) -> list[int]:
        crowd = self._part.people
        able = (crowd.sex == WOMAN) & (crowd.age > 20) & (crowd.age < 44) & (crowd.spouse >= 0)
        able &= (crowd.role == HEAD) | (crowd.role == SPOUSE)
        with_baby = {
            m for m, age in zip(crowd.mother.tolist(), crowd.age.tolist(), strict=True) if age < 1
        }
        found = [p for p in np.flatnonzero(able).tolist() if p not in with_baby]
        self._rng.shuffle(found)
        return found

    def _new_household(self) -> str:
        self._households += 1
        return f"{int(self._serials.households(self._households - 1, 1)[0]):015d}"


def _arrivals(rng: np.random.Generator, newcomers: Register) -> list[int]:
    """Order the households that may move in, the young ones mostly first out of the list."""
    crowd = newcomers.people
    heads = np.searchsorted(crowd.household, np.arange(crowd.household_count))
    chance = np.where(crowd.age[heads] < 42, 1.0, 0.15)
    order: list[int] = np.argsort(rng.random(len(heads)) ** (1 / chance), kind="stable").tolist()
    return order
