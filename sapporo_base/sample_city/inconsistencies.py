"""Inconsistencies: rows that are valid one by one and contradict one another, planted and counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sapporo_base.sample_city.people import HEAD, MAN, SPOUSE
from sapporo_base.sample_city.residents import Register, Serials

KINDS: Final = (
    "no_head", "dead_in_household", "two_heads", "relationship_contradiction", "duplicate_four_items",
)  # fmt: skip
HOUSEHOLD_START: Final = 21_900
"""世帯番号 of a block from here on belong to heads who left their household."""
DEAD_HEADS: Final = 2
_OF_EACH: Final = 2
_OLD: Final = 60
_HUSBAND, _WIFE, _CHILD, _RELATIVE, _SELF = "11", "12", "20", "96", "02"
_PLACE: Final = (
    "municipality_code", "town_code", "prefecture", "municipality", "town", "block", "building", "postal_code",
)  # fmt: skip
_OWN: Final = frozenset(
    {
        "resident_number", "household_number", "head_resident_number", "individual_number",
        "resident_record_code", "event_id",
    }
)  # fmt: skip
"""What a person who is registered twice has of his own in each registration."""


@dataclass
class Inconsistencies:
    """世帯番号 or 宛名番号 by kind, and the households that nothing else may happen to."""

    found: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    households: set[int] = field(default_factory=set)


def contradict(
    rng: np.random.Generator, part: Register, former: Register, serials: Serials
) -> Inconsistencies:
    """
    Change some childless households of a register, in place, so that their rows contradict one another.

    Couples and single people are taken, never a child or a parent, and nobody is added: claims and
    the number of residents stay as they are.

    :param former: 除票; those of dead people become heads of households that still name them.
    """
    planted = Inconsistencies()
    couples, singles = _childless_homes(rng, part)
    for number in serials.households(HOUSEHOLD_START, _OF_EACH).tolist():
        _head_left(part, next(couples), f"{number:015d}", planted)
    for _ in range(_OF_EACH):
        _two_heads(part, next(couples), planted)
    _wrong_sex(part, next(couples), planted)
    older = next(home for home in couples if part.born[home[1]] < part.born[home[0]])
    _child_older_than_head(part, older, planted)
    for _ in range(_OF_EACH):
        _registered_twice(part, next(singles)[0], next(singles)[0], planted)
    dead = [n for n, status in enumerate(former.columns["resident_status"]) if status == "3"]
    for place in dead[:DEAD_HEADS]:
        widowed = next(home[0] for home in singles if part.people.age[home[0]] > _OLD)
        _dead_head(part, widowed, former, place, planted)
    return planted


def _childless_homes(
    rng: np.random.Generator, part: Register
) -> tuple[Iterator[list[int]], Iterator[list[int]]]:
    """Return married couples without anybody else, and people who live alone, in an order drawn by lot."""
    crowd = part.people
    starts = np.searchsorted(crowd.household, np.arange(crowd.household_count + 1))
    order = rng.permutation(crowd.household_count).tolist()

    def homes(size: int) -> Iterator[list[int]]:
        """Look no further than is asked: a few are wanted of many thousands."""
        for household in order:
            home = list(range(int(starts[household]), int(starts[household + 1])))
            if len(home) == size and not any(
                part.foreign[p] or crowd.age[p] < 25 or _is_special(part, p) for p in home
            ):
                yield home

    couples = (
        home
        for home in homes(2)
        if [int(crowd.role[p]) for p in home] == [HEAD, SPOUSE] and not crowd.unregistered[home[1]]
    )
    return couples, homes(1)


def _is_special(part: Register, position: int) -> bool:
    columns = part.columns
    return bool(
        columns["support_measure"][position]
        or columns["born_on_unknown"][position] == "1"
        or not columns["individual_number"][position]
    )


def _note(planted: Inconsistencies, kind: str, number: str, part: Register, *people: int) -> None:
    planted.found[kind].append(number)
    planted.households |= {int(part.people.household[p]) for p in people}


def _head_left(part: Register, home: list[int], household: str, planted: Inconsistencies) -> None:
    """The head became a household of his own, and nobody was made head of those who stayed."""
    head, spouse = home
    part.columns["household_number"][head] = household
    _note(planted, "no_head", part.columns["household_number"][spouse], part, head, spouse)


def _two_heads(part: Register, home: list[int], planted: Inconsistencies) -> None:
    _, spouse = home
    columns = part.columns
    columns["relationship_1"][spouse] = _SELF
    columns["head_name"][spouse] = columns["name"][spouse]
    columns["head_resident_number"][spouse] = columns["resident_number"][spouse]
    _note(planted, "two_heads", columns["household_number"][spouse], part, spouse)


def _wrong_sex(part: Register, home: list[int], planted: Inconsistencies) -> None:
    """A woman is 夫, or a man is 妻."""
    spouse = home[1]
    part.columns["relationship_1"][spouse] = _WIFE if part.people.sex[spouse] == MAN else _HUSBAND
    _note(
        planted, "relationship_contradiction", part.columns["resident_number"][spouse], part, spouse
    )


def _child_older_than_head(part: Register, home: list[int], planted: Inconsistencies) -> None:
    spouse = home[1]
    part.columns["relationship_1"][spouse] = _CHILD
    _note(
        planted, "relationship_contradiction", part.columns["resident_number"][spouse], part, spouse
    )


def _registered_twice(part: Register, one: int, other: int, planted: Inconsistencies) -> None:
    """One registration becomes that of the other's person: the same 基本4情報 under two 宛名番号."""
    for name, column in part.columns.items():
        if name not in _OWN:
            column[other] = column[one]
    for values in (
        part.people.age, part.people.sex, part.born, part.became, part.fixed, part.from_outside,
    ):  # fmt: skip
        values[other] = values[one]
    part.zengin[other] = part.zengin[one]
    homes = part.people.household
    part.sites[int(homes[other])] = part.sites[int(homes[one])]
    for person in (one, other):
        number = part.columns["resident_number"][person]
        _note(planted, "duplicate_four_items", number, part, person)


def _dead_head(
    part: Register, person: int, former: Register, dead: int, planted: Inconsistencies
) -> None:
    """A dead person is still named as the head of the one who stayed; that household has no head either."""
    gone, left = former.columns, part.columns
    household = left["household_number"][person]
    for name in _PLACE:
        gone[name][dead] = left[name][person]
    former.sites[int(former.people.household[dead])] = part.site(person)
    gone["household_number"][dead] = household
    married = former.people.sex[dead] != part.people.sex[person]
    spouse = _HUSBAND if part.people.sex[person] == MAN else _WIFE
    left["relationship_1"][person] = spouse if married else _RELATIVE
    left["head_name"][person] = gone["name"][dead]
    left["head_resident_number"][person] = gone["resident_number"][dead]
    left["entry_order"][person] = "2"
    _note(planted, "dead_in_household", gone["resident_number"][dead], part, person)
    _note(planted, "no_head", household, part, person)
