"""Residents as the staff's pages ask for them: household, versions, 支援措置."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from resident_basic.models import ResidentVersion, SupportMeasure

_REGISTERED: Final = "1"


def latest_of(numbers: Collection[str]) -> Mapping[str, ResidentVersion]:
    """Return the 最新 of these residents by 宛名番号."""
    # 最新 is a known version, and the index by 宛名番号 is one of known versions.
    found = ResidentVersion.objects.filter(
        resident_number__in=numbers, is_latest=True, superseded_at__isnull=True
    )
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
