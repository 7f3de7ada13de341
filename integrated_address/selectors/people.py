"""What staff look at: people by what they typed, one person's page, the board of 符号取得状況."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Prefetch, Q, QuerySet

from integrated_address.models import (
    BasicItems,
    BusinessNumber,
    IndividualNumber,
    IntegratedAddressee,
    LinkageCodeStatus,
)
from integrated_address.rules import is_integrated_number
from integrated_address.selectors.numbers import present_number
from sapporo_base.rules.dates import NotADate, parse_date
from sapporo_base.rules.kana import kana_key

_OPEN = Q(valid_until__isnull=True, superseded_at__isnull=True)
_SHORTEST_KANA = 2


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many people are in one 符号取得状況, and since when the oldest of them."""

    state: str
    people: int
    oldest: datetime | None


def people_matching(term: str, *, with_protected: bool) -> QuerySet[IntegratedAddressee]:
    """
    Return the people that a search term names; nobody where it names nothing.

    The term is a 団体内統合宛名番号, a business number of any system, or the beginning of a name in
    kana, a birth date, or both with a space between; a merged number names who it is answered with.
    People under 支援措置 are left out unless the
    reader may see them.
    """
    people = IntegratedAddressee.objects.filter(_condition(term))
    return people if with_protected else people.filter(under_support=False)


def _condition(term: str) -> Q:
    words = term.split()
    if len(words) == 1 and words[0].isascii() and words[0].isalnum() and not _is_date(words[0]):
        linked = BusinessNumber.objects.filter(_OPEN, number=words[0])
        named = Q(pk__in=linked.values("addressee_id"))
        return named | Q(pk=present_number(words[0])) if is_integrated_number(words[0]) else named
    births = [parse_date(word) for word in words if _is_date(word)]
    kana = kana_key("".join(word for word in words if not _is_date(word)))
    if not births and len(kana) < _SHORTEST_KANA:
        return Q(pk__in=[])
    known = BasicItems.objects.filter(_OPEN)
    if births:
        known = known.filter(birth_on=births[0])
    if kana:
        known = known.filter(kana_key__startswith=kana)
    return Q(pk__in=known.values("addressee_id"))


def _is_date(word: str) -> bool:
    try:
        parse_date(word)
    except NotADate:
        return False
    return True


def with_basics(people: QuerySet[IntegratedAddressee]) -> QuerySet[IntegratedAddressee]:
    """Return the people with their present 基本4情報 (`known`, a list of one) and 符号取得状況."""
    present = Prefetch("basic_items", BasicItems.objects.filter(_OPEN), to_attr="known")
    return people.select_related("linkage_code_status").prefetch_related(present)


def links_of(addressee: IntegratedAddressee) -> Sequence[BusinessNumber]:
    """Return a person's business numbers of all systems, open ones first, with their periods."""
    links = addressee.business_numbers.filter(superseded_at__isnull=True).select_related("system")
    return sorted(links, key=lambda one: (one.valid_until is not None, one.system.code, one.number))


def individual_numbers_of(addressee: IntegratedAddressee) -> Sequence[IndividualNumber]:
    """Return since when and why a person has which 個人番号, newest first; no number in it."""
    known = addressee.individual_numbers.filter(superseded_at__isnull=True)
    return list(known.defer("ciphertext", "digest", "second_digest").order_by("-valid_from", "-pk"))


def versions_of(addressee: IntegratedAddressee) -> Sequence[BasicItems]:
    """Return the versions of a person's 基本4情報 as known now, newest first."""
    known = addressee.basic_items.filter(superseded_at__isnull=True).select_related("source")
    return list(known.order_by("-valid_from", "-pk"))


def code_counts() -> list[CodeCount]:
    """Return each 符号取得状況 with its number of people and the time of the oldest."""
    rows = LinkageCodeStatus.objects.values("state").annotate(
        people=Count("addressee_id"), oldest=Min("since")
    )
    found = {row["state"]: row for row in rows}
    return [
        CodeCount(state, found[state]["people"], found[state]["oldest"])
        if state in found
        else CodeCount(state, 0, None)
        for state in LinkageCodeStatus.State.values
    ]
