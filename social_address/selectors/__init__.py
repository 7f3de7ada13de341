"""Questions to 社会保障宛名; rights narrow here, nothing writes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Q, QuerySet

from integrated_address import selectors as integrated_address
from resident_basic import selectors as resident_basic
from sapporo_base import selectors as base
from sapporo_base.acts import Act
from sapporo_base.feed import Feed
from sapporo_base.models import BusinessSystem
from sapporo_base.rules.kana import kana_keys, name_key
from social_address.models import (
    AddresseeVersion,
    ContactRecord,
    ServiceSubject,
    SocialAddresseeChange,
    TaxInformation,
)
from social_address.rules.items import ITEMS, LABELS, PROTECTED, approved

CHANGES: Final = Feed("social_address_socialaddresseechange")
RESIDENT_REGISTER: Final = "001-000"
OWN_SYSTEM: Final = "030-002"
OUT_OF_REGISTRY: Final = "out_of_registry"


def protected_numbers(numbers: Collection[str]) -> set[str]:
    """Return those 宛名番号 whose person stands under 支援措置, by whichever register."""
    return {
        number
        for code in (RESIDENT_REGISTER, OWN_SYSTEM)
        for number in integrated_address.support_numbers(
            system=base.system(code), business_numbers=numbers
        )
    }


def all_protected_numbers() -> set[str]:
    """Return the 宛名番号 of everybody who stands under 支援措置."""
    return {
        number
        for code in (RESIDENT_REGISTER, OWN_SYSTEM)
        for number in integrated_address.support_numbers(system=base.system(code))
    }


def latest_versions(numbers: Collection[str]) -> QuerySet[AddresseeVersion]:
    """Return the 最新 of these addressees."""
    return AddresseeVersion.objects.filter(
        is_latest=True, addressee__addressee_number__in=numbers
    ).select_related("addressee")


def version_as_of(number: str, *, day: date, known_at: datetime) -> AddresseeVersion | None:
    """Return what was true of an addressee on a day, as it was known at a time."""
    return (
        AddresseeVersion.objects.filter(
            Q(superseded_at__isnull=True) | Q(superseded_at__gt=known_at),
            addressee__addressee_number=number,
            valid_from__lte=day,
            recorded_at__lte=known_at,
        )
        .order_by("-history_number", "-recorded_at")
        .first()
    )


@dataclass(frozen=True, slots=True)
class Rights:
    """What a receiver may be given: items of 個人基本's people, and those of protected ones."""

    items: frozenset[str]
    protected_people: bool
    system_code: str


def rights_of(act: Act) -> Rights:
    """Return the rights of the acting system on the day (移転承認項目 decide on 個人基本's items)."""
    if act.system is None:
        return Rights(frozenset(), protected_people=False, system_code="")
    approval = resident_basic.approved_items(system=act.system, day=act.day)
    return Rights(approved(approval.whole), approval.protected_people, act.system.code)


def why_not_given(*, system: BusinessSystem, items: Collection[str], day: date) -> str:
    """Return in words why a system is not given these items of 個人基本's people, "" where it is."""
    approval = resident_basic.approved_items(system=system, day=day)
    missing = set(items) - approved(approval.whole)
    if not missing:
        return ""
    obstacle = resident_basic.obstacle_of(system=system, day=day)
    if obstacle is not None:
        return f"住民の情報が移転されません。{obstacle.cause.words}"
    words = "、".join(label for name, label in LABELS.items() if name in missing)
    return f"住民の情報のうち、必要な項目が承認されていません: {words}"


@dataclass(frozen=True, slots=True)
class DisclosedSubject:
    """One addressee as a receiver may see it; what is withheld is named and None or ""."""

    addressee_number: str
    kind: str
    name: str
    name_kana: str
    alias: str
    born_on: date | None
    born_text: str
    sex: str
    household_number: str
    head_number: str
    relationship: str
    municipality_code: str
    postal_code: str
    residential_address: str
    resident_status: str
    resident_since: date | None
    previous_municipality_code: str
    moved_out_on: date | None
    moved_to_municipality_code: str
    removed_on: date | None
    died_on: date | None
    is_protected: bool
    withheld: tuple[str, ...]


_DEATH: Final = "3"
_DATES: Final = frozenset({"born_on", "resident_since", "moved_out_on", "removed_on"})


def cut_to_rights(versions: Iterable[AddresseeVersion], rights: Rights) -> list[DisclosedSubject]:
    """Return addressees in the items that these rights allow; 支援措置 and 他業務参照不可 apply."""
    found = list(versions)
    numbers = {one.addressee.addressee_number for one in found}
    protected = protected_numbers(numbers | {one.head_number for one in found})
    return [
        _cut(one, rights, protected)
        for one in found
        if not one.addressee.not_for_other_work
        or one.addressee.registered_by_system == rights.system_code
    ]


def _cut(version: AddresseeVersion, rights: Rights, protected: Collection[str]) -> DisclosedSubject:
    allowed = frozenset(ITEMS)
    is_protected = version.addressee.addressee_number in protected
    if version.source == AddresseeVersion.Source.RESIDENT_BASIC:
        allowed &= rights.items
    if is_protected and not rights.protected_people:
        allowed -= PROTECTED
    if version.head_number in protected and not rights.protected_people:
        # Whom a row names as 世帯主 lives at its 住所.
        allowed -= {"head_number"}
    values: dict[str, Any] = {
        item: getattr(version, item) if item in allowed else (None if item in _DATES else "")
        for item in ITEMS
    }
    if version.source == AddresseeVersion.Source.REGISTERED:
        values["resident_status"] = OUT_OF_REGISTRY
    died = values["resident_status"] == _DEATH
    return DisclosedSubject(
        addressee_number=version.addressee.addressee_number,
        kind=version.addressee.kind,
        died_on=values["removed_on"] if died else None,
        is_protected=is_protected,
        withheld=tuple(sorted(set(ITEMS) - allowed)),
        **values,
    )


@dataclass(frozen=True, slots=True)
class AddresseeQuery:
    """A search for addressees: by name, kana or 宛名番号, narrowed by birth."""

    name: str = ""
    name_kana: str = ""
    born_on: date | None = None
    addressee_number: str = ""


def addressees_like(query: AddresseeQuery, *, limit: int) -> QuerySet[AddresseeVersion]:
    """Return the 最新 of addressees that match: 異体字, widths, 清濁 and 長音 make no difference."""
    found = AddresseeVersion.objects.filter(is_latest=True).select_related("addressee")
    if query.addressee_number:
        found = found.filter(addressee__addressee_number=query.addressee_number)
    if query.name:
        found = found.filter(name_key__startswith=name_key(query.name))
    if query.name_kana:
        found = found.filter(sounding(query.name_kana))
    if query.born_on:
        found = found.filter(born_on=query.born_on)
    return found.order_by("kana_key", "pk")[:limit]


def sounding(kana: str) -> Q:
    """
    Return what is true of versions whose reading begins as kana say, however a long vowel is written; of none,
    where it is marks alone.
    """
    return reduce(or_, (Q(kana_key__startswith=key) for key in kana_keys(kana)), Q(pk__in=[]))


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One 宛名異動 at its place in the feed."""

    receipt: int
    change: SocialAddresseeChange


def changes_after(*, receipt: int, limit: int) -> Sequence[ChangeRow]:
    """Return up to `limit` 宛名異動 after a receipt, in order."""
    places = CHANGES.after(receipt, limit=limit)
    rows = SocialAddresseeChange.objects.select_related("version__addressee").in_bulk(
        [place.entry_id for place in places]
    )
    return [ChangeRow(place.receipt, rows[place.entry_id]) for place in places]


def served_numbers(*, system_code: str, numbers: Collection[str], day: date) -> set[str]:
    """Return those 宛名番号 that this system serves on a day (業務対象者)."""
    return set(
        ServiceSubject.objects.filter(
            Q(until__isnull=True) | Q(until__gt=day),
            system_code=system_code,
            since__lte=day,
            addressee__addressee_number__in=numbers,
        ).values_list("addressee__addressee_number", flat=True)
    )


def taxes_of(*, numbers: Collection[str], tax_years: Collection[int]) -> QuerySet[TaxInformation]:
    """Return the 課税情報 in force of these people in these 課税年度."""
    return TaxInformation.objects.filter(
        is_latest=True, addressee__addressee_number__in=numbers, tax_year__in=tax_years
    ).select_related("addressee")


def open_follow_ups(*, day: date) -> QuerySet[ContactRecord]:
    """Return the 対応記録 whose next step is due by a day."""
    return ContactRecord.objects.filter(follow_up_on__lte=day, followed_up_at__isnull=True)
