"""
What a score of matching is worth, from whom it is known that they are nobody else. Pure.

Whoever has a 個人番号 is nobody else who has one. Asked for as if theirs was not registered, such people show
how many others are like them by chance; nobody has to label a pair for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

STEP: Final = 0.5
"""Of scores, in bits."""
HIGHEST: Final = 40.0
"""The score above which steps are no longer told apart."""
_FEWEST: Final = 30
"""Pairs below which a share of them says nothing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What is found from a score on, for one person who is asked for: pairs, and mistaken ones among them.

    `found`: of people without a 個人番号. `mistaken`: of people of whom it is known that they are nobody else.
    """

    score: float
    found: float
    mistaken: float
    is_counted: bool
    """Whether enough pairs were counted to say anything."""

    @property
    def share(self) -> float:
        """Return which share of the pairs is one person, 0 to 1."""
        return min(max(1 - self.mistaken / self.found, 0.0), 1.0) if self.found else 0.0


def standings(counted: Iterable[tuple[int, int, int]], *, asked: int, known: int) -> list[Standing]:
    """
    Return what is found from each score on, the lowest first.

    :param counted: step of the score (score / STEP, from 0 on), pairs found there, mistaken ones there.
    :param asked: people without a 個人番号 who were asked for. :param known: people with one.
    """
    last = int(HIGHEST / STEP)
    at: list[list[int]] = [[0, 0] for _ in range(last + 1)]
    for step, found, mistaken in counted:
        place = at[min(step, last)]
        place[0] += found
        place[1] += mistaken
    found_from = list(accumulate((one for one, _ in reversed(at))))[::-1]
    mistaken_from = list(accumulate((one for _, one in reversed(at))))[::-1]
    return [
        Standing(step * STEP, found / max(asked, 1), mistaken / max(known, 1), found >= _FEWEST)
        for step, (found, mistaken) in enumerate(zip(found_from, mistaken_from, strict=True))
    ]


def standings_at(
    stand: Sequence[Standing], scores: Iterable[float], *, lowered: float
) -> dict[float, Standing]:
    """
    Return score → what is found from it on, once all scores are lowered by so many bits.

    Scores of which too little was counted to say anything are left out.
    """
    by_score = {one.score - lowered: one for one in stand if one.is_counted}
    return {score: by_score[score] for score in scores if score in by_score}


def bits_too_sure(stand: Sequence[Standing], *, meant: float) -> float:
    """
    Return by how many bits scores say too much: 0 if they do not, or if there is too little to tell by.

    From `meant` on, at most one pair in 2 ** meant + 1 may be two people.
    """
    wanted = 1 - 1 / (1 + 2**meant)
    enough = (one.score for one in stand if one.is_counted and one.share >= wanted)
    return max(next(enough, meant) - meant, 0.0)
