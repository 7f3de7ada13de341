"""What a term of the search for residents names: words of names, birth, places, numbers. No Django."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import Final, NamedTuple

from sapporo_base.rules.check_digits import WARDS_OF_SAPPORO
from sapporo_base.rules.dates import NotADate, parse_date, unknown_date
from sapporo_base.rules.kana import is_kana, word_keys
from sapporo_base.rules.places import place_key

_NUMBER: Final = re.compile(r"\d{15}")
_POSTAL: Final = re.compile(r"〒?(\d{3})-?(\d{4})")
_YEAR: Final = re.compile(r"(明治|大正|昭和|平成|令和|[MTSHRmtshr])(元|\d{1,2})年?|(\d{4})年?")
_ERAS: Final = dict(zip("MTSHR", ("明治", "大正", "昭和", "平成", "令和"), strict=True))
_PLACE_SAID: Final = re.compile(r"住所[::]?")
_PLACE_MARKS: Final = re.compile(r"\d|[条番号]|丁目|番地|[市区]$")
_WARD_CODES: Final = {name: code for code, name in WARDS_OF_SAPPORO.items()}
_CITY: Final = re.compile(r"(?:北海道)?(?:札幌市)?")
_ONE, _TWO = 1, 2


@dataclass(frozen=True, slots=True)
class Place:
    """
    One word that names a place: the ward, and the rest folded by `place_key` and as it was typed.
    """

    ward: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """
    What a term names; everything in it must be true of a person who is found.

    `names` are the keys of each word, of which one must match (`word_keys`). `born_from` and
    `born_until` are inclusive. `by_place` says that something in it tells of a place or a household.
    """

    numbers: tuple[str, ...] = ()
    names: tuple[tuple[str, ...], ...] = ()
    words: tuple[str, ...] = ()
    born_from: date | None = None
    born_until: date | None = None
    postal_codes: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def by_place(self) -> bool:
        return bool(self.postal_codes or self.places)

    @property
    def names_nobody(self) -> bool:
        """Say whether it is too little to search by: nothing, or a single kana."""
        rest = self.numbers or self.born_from or self.by_place
        keys = chain.from_iterable(self.names)
        return not rest and not any(len(key) > 1 or not is_kana(key) for key in keys)

    def with_words_as_places(self, towns: Iterable["Town"]) -> "Question":
        """
        Return the question in which words that were taken for names are places: those that name one of
        the towns, or all of them where none does (方書).
        """
        known = tuple(towns)
        named = [word for word in self.words if towns_named(place_key(word), known)] or self.words
        names = tuple(word_keys(word) for word in self.words if word not in named)
        places = tuple(_place(word) for word in named)
        return replace(self, names=names, words=tuple(named), places=self.places + places)


def read_question(term: str) -> Question:
    """
    Return what the words of a term name, each by its form.

    宛名番号 or 世帯番号 (15 digits), a birth date or year in either calendar, 〒 with or without its
    hyphen, a place where it has 条, 丁目, a digit and the like or 「住所:」 before it; all else is a
    name, written or in kana.
    """
    numbers, names, words, postal, places = [], [], [], [], []
    born_from = born_until = None
    for word in unicodedata.normalize("NFKC", term).split():
        if _NUMBER.fullmatch(word):
            numbers.append(word)
        elif born := _born(word):
            born_from, born_until = born
        elif found := _POSTAL.fullmatch(word):
            postal.append("".join(found.groups()))
        elif _PLACE_SAID.match(word) and (said := _PLACE_SAID.sub("", word, count=1)):
            places.append(_place(said))
        elif _PLACE_MARKS.search(word):
            places.append(_place(word))
        elif keys := word_keys(word):
            # A mark that search keys leave out ("・") names nobody.
            names.append(keys)
            words.append(word)
    return Question(
        numbers=tuple(numbers),
        names=tuple(names),
        words=tuple(words),
        born_from=born_from,
        born_until=born_until,
        postal_codes=tuple(postal),
        places=tuple(places),
    )


def _born(word: str) -> tuple[date, date] | None:
    """Return the first and last day that a word leaves possible for a birth, None if it is no date."""
    if found := _YEAR.fullmatch(word):
        era, year, western = found.groups()
        said = f"{western}年" if western else f"{_ERAS.get(era.upper(), era)}{year}年"
        possible = unknown_date(said)
        if possible.earliest and possible.latest:
            return possible.earliest, possible.latest
        return None
    if word.startswith("〒") or ("-" in word and _POSTAL.fullmatch(word)):
        return None
    try:
        day = parse_date(word)
    except NotADate:
        return _born_in_month(word)
    return day, day


def _born_in_month(word: str) -> tuple[date, date] | None:
    if not word.endswith("月"):
        return None
    possible = unknown_date(word)
    if possible.earliest is None or possible.latest is None:
        return None
    is_a_month = possible.latest - possible.earliest <= timedelta(days=31)
    return (possible.earliest, possible.latest) if is_a_month else None


def _place(word: str) -> Place:
    rest = _CITY.sub("", word, count=1)
    ward = next((name for name in _WARD_CODES if rest.startswith(name)), "")
    rest = rest.removeprefix(ward)
    return Place(ward=_WARD_CODES.get(ward, ""), key=place_key(rest), text=rest)


class Town(NamedTuple):
    """A 町字 of the register as it is written there, under one of its 郵便番号."""

    postal_code: str
    name: str
    key: str


def towns_named(key: str, towns: Iterable[Town]) -> Sequence[tuple[Town, str]]:
    """
    Return the towns that the key of a place names, each with what is left for 番地号表記.

    A part of a town's name names every town that begins so.
    """
    return [
        (town, "" if town.key.startswith(key) else key[len(town.key) :].lstrip("-"))
        for town in towns
        if key and town.key and (town.key.startswith(key) or key.startswith(town.key))
    ]


def patterns(keys: Iterable[str]) -> list[str]:
    """
    Return the texts of which one must stand in 検索用氏名 (words between spaces) for a word to match
    that has one of the keys.

    One character is a whole word; two begin or end one; three or more may stand anywhere, and may
    also be a whole name written without a space.
    """
    return [pattern for key in keys for pattern in _patterns_of(key)]


def _patterns_of(key: str) -> list[str]:
    if len(key) == _ONE:
        return [f" {key} "]
    if len(key) == _TWO:
        return [f" {key}", f"{key} ", f" {key[0]} {key[1]}"]
    return [key, *(f" {key[:place]} {key[place:]}" for place in range(1, len(key)))]
