"""The search for residents: what a question finds, in the order of their kana, page by key."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final

from django.core.cache import cache
from django.db import connection
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.lookups import StartsWith

from resident_basic.models import ResidentVersion, SupportMeasure
from resident_basic.rules.searching import (
    Place,
    Question,
    Town,
    patterns,
    read_question,
    towns_named,
)
from resident_basic.selectors.people import latest_of
from sapporo_base.rules.kana import to_full_kana
from sapporo_base.rules.places import place_key

MOST_FOUND: Final = 1000
_TOWNS_SECONDS: Final = 300
_NOBODY: Final = Q(pk__in=[])

# 検索用カナ and 宛名番号: the order of what is found.
_SortKey = tuple[str, str]

# Every (postal_code, town) once, by steps along the index: a DISTINCT would read the whole register.
_TOWNS: Final = """
WITH RECURSIVE step AS (
    (SELECT postal_code, town FROM resident_basic_residentversion WHERE {which}
     ORDER BY postal_code, town LIMIT 1)
    UNION ALL
    SELECT following.postal_code, following.town FROM step, LATERAL (
        SELECT postal_code, town FROM resident_basic_residentversion
        WHERE {which} AND (postal_code, town) > (step.postal_code, step.town)
        ORDER BY postal_code, town LIMIT 1) following
)
SELECT postal_code, town FROM step
"""
_WHICH: Final = {False: "is_latest", True: "NOT is_latest"}


@dataclass(frozen=True, slots=True)
class FoundResidents:
    """
    One page of what was found.

    `people` are 最新 in the order of their kana. `count` is exact up to `MOST_FOUND`; beyond it
    `is_too_many` says so, and only some of them are here. `next_after` is the 宛名番号 after which the
    next page begins, "" on the last. `former` are those found by a former name or place alone.
    `places` are words that were read as places because nobody bears them as a name.
    """

    people: Sequence[ResidentVersion] = ()
    count: int = 0
    is_too_many: bool = False
    next_after: str = ""
    former: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()


def find_residents(
    term: str,
    *,
    wards: Collection[str] | None,
    with_protected: bool,
    ward: str = "",
    include_former: bool = False,
    after: str = "",
    limit: int = 50,
) -> FoundResidents:
    """
    Return a page of the residents that a term names (`read_question`); nobody where it names nothing.

    :param wards: codes of the wards the reader serves, None for the whole city.
    :param with_protected: whether the reader may see people under 支援措置. Who may not finds them by
        what they know of them, never by a place: neither ward, household, town nor 郵便番号 finds them.
    :param ward: only who lives in this ward; a place like every other.
    :param include_former: former names and places count too. The ward is always the present one.
    :param after: 宛名番号 of the last person of the page before.
    """
    question = read_question(term)
    if question.names_nobody:
        return FoundResidents()
    searched = _Search(wards, with_protected, ward, include_former)
    named, former = searched.people(question)
    places: tuple[str, ...] = ()
    if not named and question.words:
        question = question.with_words_as_places(_towns(former=False))
        places = question.words
        named, former = searched.people(question)
    keys = sorted(named)
    start = 0
    if after and (last := latest_of([after]).get(after)):
        start = bisect_right(keys, (last.kana_key, last.resident_number))
    page = [number for _, number in keys[start : start + limit]]
    found = latest_of(page)
    return FoundResidents(
        people=[found[number] for number in page if number in found],
        count=min(len(keys), MOST_FOUND),
        is_too_many=len(keys) > MOST_FOUND,
        next_after=page[-1] if start + limit < len(keys) else "",
        former=former,
        places=places if keys else (),
    )


def versions_named(versions: QuerySet[ResidentVersion], term: str) -> QuerySet[ResidentVersion]:
    """Return those of the versions that a term names; who may see them was asked before."""
    question = read_question(term)
    if question.names_nobody:
        return versions.none()
    searched = _Search(wards=None, with_protected=True, ward="", include_former=False)
    return versions.filter(searched.conditions(question, former=False))


@dataclass(frozen=True, slots=True)
class _Search:
    wards: Collection[str] | None
    with_protected: bool
    ward: str
    include_former: bool

    def people(self, question: Question) -> tuple[set[_SortKey], frozenset[str]]:
        """
        Return the sort keys of 最新, more than `MOST_FOUND` where not all are here, and the 宛名番号 of
        who is found by something former alone.
        """
        found = self._gathered(
            self._allowed(question).filter(self.conditions(question, former=False))
        )
        if not self.include_former or len(found) > MOST_FOUND:
            return found, frozenset()
        allowed = self._allowed(question).values("resident_number")
        versions = ResidentVersion.objects.filter(
            self.conditions(question, former=True), is_latest=False, resident_number__in=allowed
        )
        # Somebody may have several former versions: they are one person.
        numbers = versions.values_list("resident_number", flat=True).distinct()[: MOST_FOUND + 1]
        former = set(numbers) - {number for _, number in found}
        latest = {(one.kana_key, number) for number, one in latest_of(former).items()}
        return found | latest, frozenset(former)

    def conditions(self, question: Question, *, former: bool) -> Q:
        condition = Q()
        for number in question.numbers:
            household = Q(household_number=number)
            if not self.with_protected:
                household &= ~self._is_protected()
            condition &= Q(resident_number=number) | household
        for keys in question.names:
            condition &= reduce(or_, (Q(name_key__contains=pattern) for pattern in patterns(keys)))
        if question.born_from:
            condition &= Q(born_on__range=(question.born_from, question.born_until))
        for postal_code in question.postal_codes:
            condition &= Q(postal_code=postal_code)
        if question.places:
            towns = _towns(former=former)
            for place in question.places:
                condition &= _lives_at(place, towns)
        return condition

    def _is_protected(self) -> Q:
        protected = SupportMeasure.objects.filter(ended_at__isnull=True)
        return Q(resident_number__in=protected.values("resident_number"))

    def _gathered(self, versions: QuerySet[ResidentVersion]) -> set[_SortKey]:
        # Without an order the database may stop at the first thousand, by whichever index is best.
        return set(versions.values_list("kana_key", "resident_number")[: MOST_FOUND + 1])

    def _allowed(self, question: Question) -> QuerySet[ResidentVersion]:
        latest = ResidentVersion.objects.filter(is_latest=True)
        if self.ward:
            latest = latest.filter(municipality_code=self.ward)
        if not self.with_protected and (question.by_place or self.ward):
            latest = latest.exclude(self._is_protected())
        if self.wards is None:
            return latest
        served = Q(municipality_code__in=self.wards)
        # Whether someone under 支援措置 is found must not tell in which ward they live.
        return latest.filter(served if self.with_protected else served | self._is_protected())


def _towns(*, former: bool) -> Sequence[Town]:
    """Return the 町字 of the register; a new one is known after five minutes."""

    def read() -> list[tuple[str, str, str]]:
        with connection.cursor() as cursor:
            cursor.execute(_TOWNS.format(which=_WHICH[former]))
            return [(code, name, place_key(name)) for code, name in cursor.fetchall()]

    # Plain tuples: thousands of objects would take the cache longer to read than the search does.
    towns: list[tuple[str, str, str]] | None = cache.get_or_set(
        f"resident_basic.towns.{connection.settings_dict['NAME']}.{former}", read, _TOWNS_SECONDS
    )
    return [Town(*one) for one in towns or ()]


def _lives_at(place: Place, towns: Sequence[Town]) -> Q:
    in_ward = Q(municipality_code=place.ward) if place.ward else Q()
    if not place.key:
        return in_ward or _NOBODY
    by_rest: dict[str, list[Town]] = {}
    for town, rest in towns_named(place.key, towns):
        by_rest.setdefault(rest, []).append(town)
    somewhere = Q(building__startswith=to_full_kana(place.text)) & ~Q(building="")
    for rest, named in by_rest.items():
        here = Q(
            postal_code__in={town.postal_code for town in named},
            town__in={town.name for town in named},
        )
        somewhere |= here & Q(_block_begins(rest)) if rest else here
    return in_ward & somewhere


def _block_begins(rest: str) -> StartsWith:
    """Say whether 番地号表記, folded as `place_key` folds it, begins with what is left of a key."""
    digits = Func(
        F("block"),
        Value("０１２３４５６７８９－−‐ー"),
        Value("0123456789----"),
        function="translate",
    )
    folded = Func(
        digits,
        Value("(丁目|番地|番|号|の|ノ|-)+"),
        Value("-"),
        Value("g"),
        function="regexp_replace",
        output_field=TextField(),
    )
    return StartsWith(folded, rest)
