"""Residents as the staff's pages ask for them: search, household, versions, 支援措置."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from django.db.models import Q, QuerySet

from resident_basic.models import Resident, ResidentVersion, SupportMeasure
from sapporo_base.rules.dates import NotADate, parse_date
from sapporo_base.rules.kana import kana_key

_SHORTEST_KANA: Final = 2
_NUMBER_LENGTH: Final = 15
_REGISTERED: Final = "1"


def residents_matching(
    term: str, *, wards: Collection[str] | None, with_protected: bool
) -> QuerySet[ResidentVersion]:
    """
    Return the 最新 of the residents that a search term names; nobody where it names nothing.

    The term is a 宛名番号 or a 世帯番号, or the beginning of a name in kana, a birth date, or both with
    a space between.

    :param wards: codes of the wards the reader serves, None for the whole city.
    :param with_protected: whether the reader may see people under 支援措置. Who may not finds them by
        what they know of them, never by a place: neither the ward nor the household finds them.
    """
    latest = ResidentVersion.objects.filter(is_latest=True)
    protected = SupportMeasure.objects.filter(ended_at__isnull=True).values("resident_number")
    is_protected = Q(resident_number__in=protected)
    condition, by_household = _named_by(term)
    if by_household and not with_protected:
        by_household &= ~is_protected
    found = latest.filter(condition | by_household if by_household else condition)
    if wards is None:
        return found
    served = Q(municipality_code__in=wards)
    # Whether someone under 支援措置 is found must not tell in which ward they live.
    return found.filter(served if with_protected else served | is_protected)


def _named_by(term: str) -> tuple[Q, Q]:
    words = term.split()
    if len(words) == 1 and words[0].isdecimal() and len(words[0]) == _NUMBER_LENGTH:
        return Q(resident_number=words[0]), Q(household_number=words[0])
    births = [word for word in words if _is_date(word)]
    kana = kana_key("".join(word for word in words if word not in births))
    if not births and len(kana) < _SHORTEST_KANA:
        return Q(pk__in=[]), Q()
    condition = Q(kana_key__startswith=kana) if kana else Q()
    return (condition & Q(born_on=parse_date(births[0])) if births else condition), Q()


def _is_date(word: str) -> bool:
    try:
        parse_date(word)
    except NotADate:
        return False
    return True


def numbers_in_ward(code: str, *, with_protected: bool) -> QuerySet[Resident]:
    """Return the residents of a ward; nobody under 支援措置 for who may not see where they live."""
    living = ResidentVersion.objects.filter(is_latest=True, municipality_code=code)
    if not with_protected:
        living = living.exclude(
            resident_number__in=SupportMeasure.objects.filter(ended_at__isnull=True).values(
                "resident_number"
            )
        )
    return Resident.objects.filter(pk__in=living.values("resident_number"))


def latest_of(numbers: Collection[str]) -> Mapping[str, ResidentVersion]:
    """Return the 最新 of these residents by 宛名番号."""
    found = ResidentVersion.objects.filter(resident_number__in=numbers, is_latest=True)
    return {version.resident_number: version for version in found}


def protected_among(numbers: Collection[str]) -> frozenset[str]:
    """Return who of these residents stands under 支援措置."""
    open_ones = SupportMeasure.objects.filter(resident_number__in=numbers, ended_at__isnull=True)
    return frozenset(open_ones.values_list("resident_number", flat=True))


def open_measure_of(number: str) -> SupportMeasure | None:
    """Return the 支援措置 under which a resident stands."""
    return SupportMeasure.objects.filter(resident_number=number, ended_at__isnull=True).first()


def measures_of(number: str) -> Sequence[SupportMeasure]:
    """Return all 支援措置 of a resident, newest first."""
    return list(SupportMeasure.objects.filter(resident_number=number).order_by("-started_at"))


def household_members(household_number: str) -> Sequence[ResidentVersion]:
    """Return the 最新 of who is in a household now, in the order of the 住民票."""
    if not household_number:
        return []
    members = ResidentVersion.objects.filter(
        household_number=household_number, is_latest=True, resident_status=_REGISTERED
    )
    return list(members.order_by("entry_order", "relationship_1", "born_on", "resident_number"))


def versions_of(number: str) -> Sequence[ResidentVersion]:
    """Return every version of a resident that was ever known, newest 履歴 first."""
    versions = ResidentVersion.objects.filter(resident_number=number)
    # Known and corrected ones have an index each; asked together neither would be used.
    both = versions.filter(superseded_at__isnull=True).union(
        versions.filter(superseded_at__isnull=False), all=True
    )
    return list(both.order_by("-history_number", "-recorded_at", "-pk"))
