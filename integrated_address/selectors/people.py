"""What staff look at: people by what they typed, one person's page."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Prefetch, Q, QuerySet

from integrated_address.models import (
    BasicItems,
    BusinessNumber,
    IndividualNumber,
    IntegratedAddressee,
    MatchKey,
    NumberAmendment,
    SearchAlarm,
)
from integrated_address.rules import Term, is_integrated_number, plain_digits, read_term
from integrated_address.selectors.numbers import present_number
from sapporo_base.rules.dates import NotADate, parse_date
from sapporo_base.rules.places import place_key

_OPEN = Q(valid_until__isnull=True, superseded_at__isnull=True)
_CLOSED = Q(valid_until__isnull=False, superseded_at__isnull=True)
_MOST_COMPARED = 2_000
"""Versions whose 住所 are compared with the places of a term."""
_MOST_AT_HOME = 1_000
_LONG_NUMBER = 10
_TOLD: Final = (
    "valid_from", "source_id", "name", "name_kana", "birth_on", "birth_text", "sex", "residential_address",
    "resident_state",
)  # fmt: skip


def people_matching(term: str, *, with_protected: bool) -> QuerySet[IntegratedAddressee]:
    """
    Return the people that a search term names; nobody where it names nothing.

    The term is a 団体内統合宛名番号, a business number of any system, or words with spaces between: the
    beginning of a name, written, in kana or in both, a birth date, a place (with a digit, 条, 丁目, 区 or
    「住所:」). A place alone is enough where it names ward and block: who lives there.
    Names and places of the past lead to a person too; a merged number names who it is answered with.
    People under 支援措置 are left out unless the reader may see them.
    """
    people = IntegratedAddressee.objects.filter(_condition(term))
    return people if with_protected else people.filter(under_support=False)


def _condition(term: str) -> Q:
    digits = plain_digits(term)
    # As a page shows them, in groups: fewer digits may be a date or a house.
    words = [digits] if digits.isdigit() and len(digits) >= _LONG_NUMBER else term.split()
    if len(words) == 1 and words[0].isascii() and words[0].isalnum() and not _is_date(words[0]):
        # Looked up first: an OR of a question and a value would read the table.
        linked = BusinessNumber.objects.filter(_OPEN, number=words[0])
        found = set(linked.values_list("addressee_id", flat=True))
        if is_integrated_number(words[0]):
            found.add(present_number(words[0]))
        return Q(pk__in=found)
    asked = read_term(words)
    if asked.names_nobody:
        return Q(pk__in=[])
    if asked.home:
        return Q(pk__in=_at_home(asked.home))
    # Open rows and closed ones are in indexes of their own: an OR of both would read the table.
    now, past = (_bearing(asked).filter(when) for when in (_OPEN, _CLOSED))
    if asked.places:
        return Q(pk__in=_living_at(asked.places, now, past))
    return Q(pk__in=now.values("addressee_id").union(past.values("addressee_id")))


def _bearing(asked: Term) -> QuerySet[BasicItems]:
    found = BasicItems.objects.all()
    if asked.birth_on:
        found = found.filter(birth_on=asked.birth_on)
    named = _any("kana_key__startswith", asked.kana) & _any("name_key__startswith", asked.name)
    for script, ends in asked.ends:
        named &= _any(f"{script}_key__endswith", ends)
    return found.filter(named | _any("name_key__startswith", asked.mixed) if asked.mixed else named)


def _any(question: str, values: Sequence[str]) -> Q:
    """Return what is true of who is named by one of the values; of everybody, where there are none."""
    return reduce(or_, (Q(**{question: value}) for value in values), Q())


def _at_home(home: str) -> QuerySet[MatchKey, Any]:
    """Return who lives at a block, or at a house of it, by the 照合キー: a bounded number of people."""
    there = MatchKey.objects.filter(Q(residence=home) | Q(residence__startswith=f"{home}-"))
    return there.values("addressee_id")[:_MOST_AT_HOME]


def _living_at(
    places: Sequence[str], now: QuerySet[BasicItems], past: QuerySet[BasicItems]
) -> list[str]:
    found: set[str] = set()
    for rows in (now, past):
        compared = rows.values_list("addressee_id", "residential_address")[:_MOST_COMPARED]
        found |= {
            number
            for number, lives in compared
            if all(place in place_key(lives) for place in places)
        }
    return sorted(found)


def _is_date(word: str) -> bool:
    try:
        parse_date(word)
    except NotADate:
        return False
    return True


def with_basics(people: QuerySet[IntegratedAddressee]) -> QuerySet[IntegratedAddressee]:
    """Return the people with their present 基本4情報 (`known`, a list of one) and 符号取得状況."""
    present = Prefetch(
        "basic_items", BasicItems.objects.filter(_OPEN).select_related("source"), to_attr="known"
    )
    return people.select_related("linkage_code_status").prefetch_related(present)


def links_of(
    addressee: IntegratedAddressee, *, on: date | None = None, known_at: datetime | None = None
) -> Sequence[BusinessNumber]:
    """
    Return a person's business numbers of all systems, open ones first, with their periods.

    :param on: only those that held on a day. :param known_at: as the city knew them then.
    """
    links = addressee.business_numbers.filter(held(on, known_at)).select_related("system")
    return sorted(links, key=lambda one: (one.valid_until is not None, one.system.code, one.number))


def individual_numbers_of(
    addressee: IntegratedAddressee, *, on: date | None = None, known_at: datetime | None = None
) -> Sequence[IndividualNumber]:
    """Return since when and why a person has which 個人番号, newest first; no number in it."""
    known = addressee.individual_numbers.filter(held(on, known_at))
    return list(known.defer("ciphertext", "digest", "second_digest").order_by("-valid_from", "-pk"))


def versions_of(
    addressee: IntegratedAddressee, *, on: date | None = None, known_at: datetime | None = None
) -> Sequence[BasicItems]:
    """Return the versions of a person's 基本4情報, newest first; known now, or as they were known."""
    known = addressee.basic_items.filter(held(on, known_at)).select_related("source")
    return list(known.order_by("-valid_from", "-pk"))


def tellings_of(addressee: IntegratedAddressee) -> Sequence[BasicItems]:
    """
    Return what was told of a person's 基本4情報 one after the other, newest first.

    What was put right on the day on which it came is among them, though it held for no time.
    """
    told: list[BasicItems] = []
    kept = set()
    rows = addressee.basic_items.select_related("source").order_by("pk")
    for row in sorted(rows, key=lambda one: (one.superseded_at is not None, not _is_open(one))):
        content = tuple(getattr(row, name) for name in _TOLD)
        if content not in kept:
            kept.add(content)
            told.append(row)
    # Of one day the open version is the last; those before it were closed one after the other.
    return sorted(
        told,
        key=lambda one: (one.valid_from, _is_open(one), one.recorded_at, one.pk),
        reverse=True,
    )


def _is_open(row: BasicItems) -> bool:
    return row.valid_until is None and row.superseded_at is None


def held(on: date | None, known_at: datetime | None) -> Q:
    """Return what picks the facts that held on a day (any, if None) as known at a time (now, if None)."""
    known = (
        Q(superseded_at__isnull=True)
        if known_at is None
        else Q(recorded_at__lte=known_at)
        & (Q(superseded_at__isnull=True) | Q(superseded_at__gt=known_at))
    )
    if on is None:
        return known
    return known & Q(valid_from__lte=on) & (Q(valid_until__isnull=True) | Q(valid_until__gt=on))


def drafts_of(addressee: IntegratedAddressee) -> Sequence[NumberAmendment]:
    """Return the 番号訂正 that concern a person, newest first."""
    concerned = Q(addressee=addressee) | Q(target=addressee)
    return list(NumberAmendment.objects.filter(concerned).order_by("-drafted_at", "-pk"))


def waiting_amendments() -> QuerySet[NumberAmendment]:
    """Return the 番号訂正 that wait for a decision, oldest first."""
    waiting = NumberAmendment.objects.filter(state=NumberAmendment.State.PROPOSED)
    return waiting.order_by("drafted_at", "pk")


def waiting_search_alarms() -> QuerySet[SearchAlarm]:
    """Return the 検索警報 that nobody has looked into, oldest first."""
    return SearchAlarm.objects.filter(acknowledged_at=None).order_by("raised_at", "pk")
