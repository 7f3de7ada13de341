"""People in households: ages as in the city's pyramid, families, couples, singles, three generations under one roof."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

OLDEST: Final = 104
ADULT: Final = 18
_PYRAMID: Final = {
    0: 5.4, 1: 5.5, 3: 6.2, 6: 7.1, 10: 8.0, 14: 8.4, 17: 8.5, 18: 9.0, 20: 10.2, 22: 10.6, 25: 10.6, 30: 10.6,
    35: 11.4, 40: 12.6, 45: 14.2, 50: 16.5, 53: 16.7, 57: 14.7, 60: 13.0, 65: 12.4, 70: 12.9, 74: 13.9, 77: 13.4,
    79: 11.2, 82: 9.0, 85: 7.3, 90: 4.2, 95: 1.5, 100: 0.3, 104: 0.03,
}  # fmt: skip
"""People per mille of the city at an age; between the ages named, a straight line. My reading of the city's pyramid."""
_WOMEN: Final = {
    0: 0.487,
    17: 0.488,
    22: 0.50,
    35: 0.515,
    60: 0.53,
    75: 0.56,
    85: 0.64,
    95: 0.78,
    104: 0.88,
}
_CHILDREN_IN_FAMILY: Final = (0.41, 0.43, 0.13, 0.03)
_SPACING: Final = (0.01, 0.05, 0.32, 0.31, 0.17, 0.08, 0.06)
"""Years from a child to the next older one; 0 = twins."""
_LEAVES_AT: Final = {18: 0.35, 20: 0.45, 23: 0.6, 26: 0.8}
_MARRIED_MEN: Final = {
    18: 0.0,
    24: 0.07,
    28: 0.3,
    35: 0.38,
    45: 0.55,
    55: 0.72,
    65: 0.82,
    75: 0.84,
    85: 0.72,
    100: 0.3,
}
_MARRIED_WOMEN: Final = {
    18: 0.0,
    24: 0.08,
    28: 0.3,
    35: 0.38,
    45: 0.56,
    55: 0.7,
    65: 0.73,
    75: 0.58,
    85: 0.25,
    100: 0.0,
}
_AT_HOME: Final = {18: 0.75, 21: 0.62, 25: 0.5, 30: 0.46, 40: 0.42, 50: 0.36, 60: 0.2, 66: 0.0}
_ONE_PARENT: Final = 0.15
_MOTHER_STAYS: Final = 0.88
_THREE_GENERATIONS: Final = 0.055
_SHARED: Final = 0.03
_WOMAN_HEADS: Final = 0.04
_UNREGISTERED_COUPLE: Final = 0.02

HEAD, SPOUSE, CHILD, PARENT, SIBLING, LODGER, GRANDCHILD, CHILD_IN_LAW, SPOUSE_PARENT = range(9)
"""What someone is to the head of the household; decides the 続柄."""
MAN, WOMAN = 1, 2


@dataclass(frozen=True)
class People:
    """
    Residents of a block, household by household, the head first.

    Positions are within the block; -1 means nobody.
    """

    age: Floats
    sex: Integers
    household: Integers
    role: Integers
    father: Integers
    mother: Integers
    spouse: Integers
    unregistered: Flags
    """夫(未届)・妻(未届)."""
    household_count: int

    def __len__(self) -> int:
        return len(self.age)


class _Builder:
    """Collects people before they are sorted into households."""

    def __init__(self) -> None:
        self.parts: dict[str, list[npt.NDArray[np.generic]]] = {
            name: [] for name in ("age", "sex", "household", "role")
        }
        self.parents: list[tuple[Integers, Integers, Integers]] = []
        self.couples: list[tuple[Integers, Integers]] = []
        self.unregistered: list[Integers] = []
        self.count = 0
        self.households = 0

    def add(
        self, age: Floats, sex: Integers | int, household: Integers, role: Integers | int
    ) -> Integers:
        positions = np.arange(self.count, self.count + len(age))
        self.count += len(age)
        self.parts["age"].append(age)
        self.parts["sex"].append(np.broadcast_to(np.asarray(sex, dtype=np.int64), age.shape))
        self.parts["household"].append(household)
        self.parts["role"].append(np.broadcast_to(np.asarray(role, dtype=np.int64), age.shape))
        return positions

    def new_households(self, count: int) -> Integers:
        found = np.arange(self.households, self.households + count)
        self.households += count
        return found

    def people(self) -> People:
        household = np.concatenate(self.parts["household"]).astype(np.int64)
        role = np.concatenate(self.parts["role"]).astype(np.int64)
        age = np.concatenate(self.parts["age"]).astype(np.float64)
        order = np.lexsort((-age, np.array([0, 1, 3, 5, 6, 7, 4, 2, 5])[role], household))
        place = np.empty(self.count, dtype=np.int64)
        place[order] = np.arange(self.count)
        father, mother, spouse = (np.full(self.count, -1, dtype=np.int64) for _ in range(3))
        for child, dad, mum in self.parents:
            father[place[child]] = np.where(dad >= 0, place[dad], -1)
            mother[place[child]] = np.where(mum >= 0, place[mum], -1)
        for one, other in self.couples:
            spouse[place[one]], spouse[place[other]] = place[other], place[one]
        unregistered = np.zeros(self.count, dtype=np.bool_)
        for some in self.unregistered:
            unregistered[place[some]] = True
        sex = np.concatenate(self.parts["sex"]).astype(np.int64)
        return People(
            age[order],
            sex[order],
            household[order],
            role[order],
            father,
            mother,
            spouse,
            unregistered,
            self.households,
        )


def settle(rng: np.random.Generator, size: int) -> People:
    """Settle exactly `size` people in households whose sizes and ages are those of the city."""
    builder = _Builder()
    families = _settle_families(rng, builder, size)
    ages, sexes = _remaining_adults(rng, builder, size)
    _settle_the_others(rng, builder, ages, sexes, families)
    return builder.people()


def singles(rng: np.random.Generator, count: int) -> People:
    """Make adults who live alone: former residents, and those who exist in defective rows only."""
    ages = (
        20
        + rng.choice(OLDEST - 20, size=count, p=pyramid()[20:OLDEST] / pyramid()[20:OLDEST].sum())
        + rng.random(count)
    )
    nobody = np.full(count, -1, dtype=np.int64)
    return People(
        ages, np.where(rng.random(count) < _curve(_WOMEN, ages), WOMAN, MAN), np.arange(count),
        np.full(count, HEAD, dtype=np.int64), nobody, nobody, nobody, np.zeros(count, dtype=np.bool_), count,
    )  # fmt: skip


def pyramid() -> Floats:
    """Return the share of the people at each age 0 … 104."""
    density = np.interp(np.arange(OLDEST + 1), list(_PYRAMID), list(_PYRAMID.values()))
    share: Floats = density / density.sum()
    return share


def _curve(points: dict[int, float], ages: Floats) -> Floats:
    return np.interp(ages, list(points), list(points.values()))


@cache
def _youngest_children() -> tuple[float, ...]:
    """
    Solve for the number of families by the age of their youngest child, per head of the city.

    The children of all families together must have the ages of the pyramid; the equations are triangular, because
    brothers and sisters are older than the youngest.
    """
    spacing = np.array(_SPACING)
    reach = np.zeros(ADULT)
    reach[0] = 1.0
    step = np.array([1.0])
    for at_least in np.cumsum(_CHILDREN_IN_FAMILY[::-1])[::-1][1:]:
        step = np.convolve(step, spacing)
        upto = min(ADULT, len(step))
        reach[:upto] += at_least * step[:upto]
    equations = np.array(
        [[reach[a - y] if a >= y else 0.0 for y in range(ADULT)] for a in range(ADULT)]
    )
    return tuple(np.clip(np.linalg.solve(equations, pyramid()[:ADULT]), 0.0, None).tolist())


def _settle_families(
    rng: np.random.Generator, builder: _Builder, size: int
) -> tuple[Integers, Floats]:
    """Settle parents with children under age; return the households and the ages of their heads."""
    wanted = np.array(_youngest_children()) * size
    count = int(wanted.sum() + rng.random())
    youngest = rng.choice(ADULT, size=count, p=wanted / wanted.sum())
    kids = rng.choice(4, size=count, p=_CHILDREN_IN_FAMILY) + 1
    gaps = rng.choice(len(_SPACING), size=(count, 3), p=_SPACING)
    fraction = rng.random(count)
    household = builder.new_households(count)
    oldest = np.zeros(count)
    children = []
    years = youngest.astype(np.float64)
    for order in range(4):
        there = kids > order
        if order:
            years = years + gaps[:, order - 1]
        same_day = (gaps[:, order - 1] == 0) if order else np.zeros(count, dtype=np.bool_)
        if order == 0:
            part = np.where(
                kids > 1, np.clip(fraction + rng.uniform(-0.1, 0.1, count), 0.001, 0.999), fraction
            )
        else:
            part = np.where(
                same_day, part, np.clip(fraction + rng.uniform(-0.1, 0.1, count), 0.001, 0.999)
            )
        age = years + part
        oldest = np.where(there, age, oldest)
        stays = there & ((age < ADULT) | (rng.random(count) > _curve(_LEAVES_AT, age)))
        children.append((np.flatnonzero(stays), age[stays]))
    mother_age = oldest + np.clip(rng.normal(30.3, 4.8, count), 18.2, 44.0)
    father_age = np.maximum(mother_age + rng.normal(1.8, 4.0, count), oldest + 18.5)
    alone = rng.random(count) < _ONE_PARENT
    mother_there = ~alone | (rng.random(count) < _MOTHER_STAYS)
    father_there = ~alone | ~mother_there
    woman_heads = mother_there & (~father_there | (rng.random(count) < _WOMAN_HEADS))
    father, mother = np.full(count, -1, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    some = np.flatnonzero(father_there)
    father[some] = builder.add(
        father_age[some], MAN, household[some], np.where(woman_heads[some], SPOUSE, HEAD)
    )
    some = np.flatnonzero(mother_there)
    mother[some] = builder.add(
        mother_age[some], WOMAN, household[some], np.where(woman_heads[some], HEAD, SPOUSE)
    )
    both = np.flatnonzero(father_there & mother_there)
    builder.couples.append((father[both], mother[both]))
    unregistered = both[rng.random(len(both)) < _UNREGISTERED_COUPLE]
    builder.unregistered.append(
        np.where(woman_heads[unregistered], father[unregistered], mother[unregistered])
    )
    for where, age in children:
        sex = np.where(rng.random(len(where)) < _curve(_WOMEN, age), WOMAN, MAN)
        child = builder.add(age, sex, household[where], CHILD)
        builder.parents.append((child, father[where], mother[where]))
    return household, np.where(woman_heads, mother_age, father_age)


def _remaining_adults(
    rng: np.random.Generator, builder: _Builder, size: int
) -> tuple[Floats, Integers]:
    """Draw the adults whom the pyramid still asks for, so that all together are `size`."""
    used_age = np.concatenate(builder.parts["age"]).astype(np.float64)
    used_sex = np.concatenate(builder.parts["sex"]).astype(np.int64)
    years = np.arange(OLDEST + 1)
    women = _curve(_WOMEN, years.astype(np.float64))
    residual = []
    for sex, share in ((MAN, 1 - women), (WOMAN, women)):
        used = np.bincount(
            np.clip(used_age[used_sex == sex].astype(np.int64), 0, OLDEST), minlength=OLDEST + 1
        )
        missing = np.clip(pyramid() * share * size - used, 0.0, None)
        missing[:ADULT] = 0
        residual.append(missing)
    both = np.concatenate(residual)
    count = size - builder.count
    if count < 0:
        raise ValueError(f"a block of {size} people is too small for its families")
    picked = np.sort(rng.choice(len(both), size=count, p=both / both.sum()))
    ages = (picked % (OLDEST + 1)).astype(np.float64) + rng.random(count)
    return ages, np.where(picked > OLDEST, WOMAN, MAN)


def _settle_the_others(  # noqa: PLR0915 - one step after another, in the order they happen
    rng: np.random.Generator,
    builder: _Builder,
    ages: Floats,
    sexes: Integers,
    families: tuple[Integers, Floats],
) -> None:
    """Settle the adults outside families: couples, grandparents, the single, grown children."""
    free = np.ones(len(ages), dtype=np.bool_)
    married = rng.random(len(ages)) < np.where(
        sexes == MAN, _curve(_MARRIED_MEN, ages), _curve(_MARRIED_WOMEN, ages)
    )
    men = _by_rank(rng, ages, np.flatnonzero(married & (sexes == MAN)), 2.2)
    women = _by_rank(rng, ages, np.flatnonzero(married & (sexes == WOMAN)), 2.2)
    men, women = _equally_many(rng, men, women)
    free[men] = free[women] = False
    at_home = free & (rng.random(len(ages)) < _curve(_AT_HOME, ages))
    grown = np.flatnonzero(at_home)
    singles = np.flatnonzero(free & ~at_home)
    free[grown] = False

    # Couples, each a household.
    household = builder.new_households(len(men))
    woman_heads = rng.random(len(men)) < _WOMAN_HEADS
    husband = builder.add(ages[men], MAN, household, np.where(woman_heads, SPOUSE, HEAD))
    wife = builder.add(ages[women], WOMAN, household, np.where(woman_heads, HEAD, SPOUSE))
    builder.couples.append((husband, wife))

    # Grandparents move in with families: 父 or 母 of the head.
    grandparents = singles[(ages[singles] > 62) & (ages[singles] < 93)]
    wanted = min(int(len(families[0]) * _THREE_GENERATIONS), len(grandparents))
    grandparents = _by_rank(rng, ages, rng.choice(grandparents, size=wanted, replace=False), 2.0)
    hosts = rng.choice(len(families[0]), size=wanted, replace=False)
    hosts = hosts[np.argsort(families[1][hosts], kind="stable")]
    fits = ages[grandparents] - families[1][hosts] > ADULT
    grandparents, hosts = grandparents[fits], hosts[fits]
    role = np.where(rng.random(len(hosts)) < 0.25, SPOUSE_PARENT, PARENT)
    builder.add(ages[grandparents], sexes[grandparents], families[0][hosts], role)
    singles = np.setdiff1d(singles, grandparents)

    # The single, and those who share a roof.
    shared = singles[(ages[singles] < 45) & (rng.random(len(singles)) < _SHARED * 2)]
    shared = _by_rank(rng, ages, shared[: len(shared) // 2 * 2], 3.0)
    guests, alone = shared[1::2], np.setdiff1d(singles, shared[1::2])
    own = builder.new_households(len(alone))
    placed = builder.add(ages[alone], sexes[alone], own, HEAD)
    roof = own[np.searchsorted(alone, shared[0::2])]
    hosts_of = placed[np.searchsorted(alone, shared[0::2])]
    kind = np.where(rng.random(len(guests)) < 0.5, SIBLING, LODGER)
    mixed = (sexes[guests] != sexes[shared[0::2]]) & (kind == LODGER)
    guest = builder.add(ages[guests], sexes[guests], roof, np.where(mixed, SPOUSE, kind))
    builder.couples.append((guest[mixed], hosts_of[mixed]))
    builder.unregistered.append(guest[mixed])

    # Grown children go back to couples and single parents of a fitting age.
    homes = np.concatenate([household, own])
    parent_age = np.concatenate([ages[women], ages[alone]])
    dad = np.concatenate([husband, np.where(sexes[alone] == MAN, placed, -1)])
    mum = np.concatenate([wife, np.where(sexes[alone] == WOMAN, placed, -1)])
    taken = np.isin(homes, roof)
    fitting = np.flatnonzero((parent_age > 40) & ~taken & (rng.random(len(homes)) < 0.75))
    fitting = fitting[np.argsort(parent_age[fitting], kind="stable")]
    target = ages[grown] + rng.normal(29.5, 4.0, len(grown))
    at = np.clip(np.searchsorted(parent_age[fitting], target), 0, len(fitting) - 1)
    found = fitting[at]
    parent_of_age = parent_age[found] - ages[grown] > ADULT
    stay, found = grown[parent_of_age], found[parent_of_age]
    child = builder.add(ages[stay], sexes[stay], homes[found], CHILD)
    builder.parents.append((child, dad[found], mum[found]))
    rest = grown[~parent_of_age]
    builder.add(ages[rest], sexes[rest], builder.new_households(len(rest)), HEAD)


def _by_rank(rng: np.random.Generator, ages: Floats, some: Integers, spread: float) -> Integers:
    """Sort people by age with some play, so that those paired by rank are of about the same age."""
    return some[np.argsort(ages[some] + rng.normal(0.0, spread, len(some)), kind="stable")]


def _equally_many(
    rng: np.random.Generator, one: Integers, other: Integers
) -> tuple[Integers, Integers]:
    count = min(len(one), len(other))
    return tuple(
        some[np.sort(rng.choice(len(some), size=count, replace=False))] for some in (one, other)
    )  # type: ignore[return-value]
