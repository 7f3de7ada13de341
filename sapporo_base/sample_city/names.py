"""Names of people: drawn by frequency and generation, with readings, half-width 全銀 kana and rare characters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

import jaconv
import numpy as np
import numpy.typing as npt

from sapporo_base.sample_city import name_lists

Integers = npt.NDArray[np.int64]

RARE_SHARE: Final = 0.012
_TAIL_SHARE: Final = 0.27
"""Share of people whose surname is put together from two parts: the long tail of rarer names."""
_COMMON_SHARE: Final = 0.62
"""Share of people whose given name is one of the favourites of its generation."""
_GENERATIONS: Final = (1945, 1965, 1985, 2005)
_WRITTEN = re.compile(r"^(.*?)([ァ-ヶー]+)$")
_ENLARGED: Final = str.maketrans("ァィゥェォャュョッヮ", "アイウエオヤユヨツワ")


@dataclass(frozen=True)
class NameStock:
    """Names as parallel lists: written, full-width kana, half-width 全銀 kana, and the weights of drawing."""

    written: list[str]
    kana: list[str]
    zengin: list[str]
    weights: npt.NDArray[np.float64]

    def draw(self, rng: np.random.Generator, count: int) -> Integers:
        """Draw positions in the stock by weight."""
        edges = np.cumsum(self.weights)
        found: Integers = np.searchsorted(edges, rng.random(count) * edges[-1], side="right")
        return found


def zengin_kana(kana: str) -> str:
    """Write a reading in the half-width characters of 全銀: small kana become large, a space stays."""
    return str(
        jaconv.z2h(kana.translate(_ENLARGED).replace("ー", "-"), kana=True, ascii=True)
    ).replace("ｰ", "-")


def is_rare(name: str) -> bool:
    """Say whether a name has a character outside JIS X 0208 (or a variation selector)."""
    try:
        name.encode("iso2022_jp")
    except UnicodeEncodeError:
        return True
    return False


@cache
def surnames() -> NameStock:
    """Put together the stock of surnames: the frequent, the rare characters, the tail."""
    common, rare = _split(name_lists.SURNAMES), _split(name_lists.RARE_SURNAMES)
    tail = _combine(
        name_lists.SURNAME_FRONTS, name_lists.SURNAME_BACKS, {name for name, _ in common}
    )
    ranks = 1.0 / (np.arange(len(common)) + 6.0)
    weights = np.concatenate(
        [
            ranks / ranks.sum() * (1 - RARE_SHARE - _TAIL_SHARE),
            np.full(len(rare), RARE_SHARE / len(rare)),
            np.full(len(tail), _TAIL_SHARE / len(tail)),
        ]
    )
    return _stock(common + rare + tail, weights)


@cache
def given_names(sex: str, generation: int) -> NameStock:
    """Put together the stock of given names of a sex (1, 2) and a generation (0 … 4)."""
    common = _split(name_lists.GIVEN_NAMES[sex][generation])
    tail = _combine(
        name_lists.GIVEN_FRONTS[sex], name_lists.GIVEN_BACKS[sex], {name for name, _ in common}
    )
    ranks = 1.0 / (np.arange(len(common)) + 9.0)
    weights = np.concatenate(
        [ranks / ranks.sum() * _COMMON_SHARE, np.full(len(tail), (1 - _COMMON_SHARE) / len(tail))]
    )
    return _stock(common + tail, weights)


def generation_of(birth_years: Integers) -> Integers:
    """Sort years of birth into the generations of the given names."""
    return np.searchsorted(np.array(_GENERATIONS), birth_years, side="right").astype(np.int64)


def full_width(text: str) -> str:
    """Write letters, digits and spaces in full width, as N fields ask."""
    return str(jaconv.h2z(text, kana=False, ascii=True, digit=True)).replace(" ", "　")


def _split(entries: list[str]) -> list[tuple[str, str]]:
    found = []
    for entry in entries:
        match = _WRITTEN.match(entry)
        if match is None:
            raise ValueError(f"a name without its reading: {entry}")
        written, kana = match.groups()
        if not written:  # written in kana only: キヨキヨ is キヨ read キヨ
            written = kana = kana[: len(kana) // 2]
        found.append((written, kana))
    return found


def _combine(fronts: list[str], backs: list[str], known: set[str]) -> list[tuple[str, str]]:
    found = []
    for front, front_kana in _split(fronts):
        for back, back_kana in _split(backs):
            if front + back not in known and front != back:
                found.append((front + back, front_kana + back_kana))
    return found


def _stock(entries: list[tuple[str, str]], weights: npt.NDArray[np.float64]) -> NameStock:
    return NameStock(
        written=[written for written, _ in entries],
        kana=[kana for _, kana in entries],
        zengin=[zengin_kana(kana) for _, kana in entries],
        weights=weights,
    )
