"""The search for residents on its page and in the search box for people."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from resident_basic import selectors, services
from resident_basic.models import Resident, ResidentVersion
from sapporo_base import selectors as base
from sapporo_base.admin import display
from sapporo_base.admin.bases import staff_act
from sapporo_base.admin.key_pages import KeyPage, KeyPagedList
from sapporo_base.admin.looks import OPEN, OPEN_PROTECTED
from sapporo_base.admin.people import Found, Register
from sapporo_base.admin.rights import holds
from sapporo_base.rules.check_digits import WARDS_OF_SAPPORO

FILE = "resident"
PROCEDURE = "住民基本台帳ファイルの管理"
NOT_SHOWN = "住所非表示"


class WardFilter(admin.SimpleListFilter):
    """区 of those that this person serves."""

    title = "区"
    parameter_name = "ward"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the wards this person serves."""
        served = base.wards_of(request.user)
        return [
            (code, name)
            for code, name in WARDS_OF_SAPPORO.items()
            if served is None or code in served
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the rows as they are: the search itself narrows to the ward (`chosen`)."""
        return queryset

    def chosen(self) -> str:
        """Return the ward that was chosen, "" for none or for one that this person does not serve."""
        code = self.value() or ""
        return code if code in dict(self.lookup_choices) else ""


class FormerFilter(admin.SimpleListFilter):
    """過去の氏名・住所: whether what someone was called, or where someone lived, counts too."""

    title = "過去の氏名・住所"
    parameter_name = "former"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the past beside the present."""
        return [("1", "過去の氏名・住所も検索")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the rows as they are: the search itself looks into the past."""
        return queryset


def address_of(version: ResidentVersion) -> str:
    """Return the 住所 in one line."""
    parts = [version.municipality, version.town, version.block, version.building]
    if not version.municipality.startswith("札幌市"):
        parts.insert(0, version.prefecture)
    return " ".join(part for part in parts if part)


def born(version: ResidentVersion) -> SafeString:
    """Return the birth date, an unknown one in its own words."""
    return display.day(version.born_on, weekday=False, words=version.born_on_text)


def names_of_codes(table: str) -> dict[str, str]:
    """Return the words of a code table as they are today."""
    return base.code_names(table, day=timezone.localdate())


def resident_page(request: HttpRequest, listed: KeyPagedList, *, after: str, limit: int) -> KeyPage:
    """Return a page of the residents that the term in the list's search box names."""
    narrowed = {one.parameter_name: one for one in listed.filter_specs}
    found = selectors.find_residents(
        listed.query,
        wards=base.wards_of(request.user),
        with_protected=holds(request, OPEN_PROTECTED, file=FILE),
        ward=narrowed["ward"].chosen(),
        include_former=narrowed["former"].value() == "1",
        after=after,
        limit=limit,
    )
    _tell(request, found)
    numbers = [version.resident_number for version in found.people]
    residents = Resident.objects.in_bulk(numbers)
    protected = selectors.protected_among(numbers)
    rows = []
    for version in found.people:
        row: Any = residents[version.resident_number]
        row.latest, row.is_under_measure = version, row.pk in protected
        row.is_former = row.pk in found.former
        rows.append(row)
    words = f"{found.count:,}人を超えます" if found.is_too_many else f"{found.count:,}人"
    return KeyPage(rows, found.next_after, words)


def _tell(request: HttpRequest, found: selectors.FoundResidents) -> None:
    if found.places:
        said = "」「".join(found.places)
        messages.info(request, f"「{said}」という氏名の方はいないため、住所として検索しました。")
    if found.is_too_many:
        messages.warning(
            request,
            f"該当する方が{found.count:,}人を超えるため、一部だけを表示しています。"
            "氏名の続き・生年月日・住所を空白で区切って加えてください。",
        )


def search_people(request: HttpRequest, term: str) -> Register | None:
    """Answer the search for people, cut to what this person may see."""
    may_see = request.user.has_perm("resident_basic.view_resident")
    if not may_see or not holds(request, OPEN, file=FILE):
        return None
    found = services.look_up_residents(
        term=term,
        wards=base.wards_of(request.user),
        with_protected=holds(request, OPEN_PROTECTED, file=FILE),
        act=staff_act(request, procedure=PROCEDURE),
    )
    protected = selectors.protected_among([one.resident_number for one in found.people])
    statuses = names_of_codes("resident_status")
    return Register(
        "個人基本(住民)",
        [
            _found(one, statuses, is_protected=one.resident_number in protected)
            for one in found.people
        ],
        bool(found.next_after),
    )


def _found(version: ResidentVersion, statuses: dict[str, str], *, is_protected: bool) -> Found:
    states = [statuses.get(version.resident_status, version.resident_status)]
    return Found(
        name=version.name,
        name_kana=version.name_kana,
        born=born(version),
        residential_address=NOT_SHOWN if is_protected else address_of(version),
        number=version.resident_number,
        url=reverse("admin:resident_basic_resident_change", args=[version.resident_number]),
        states=[*states, "支援措置"] if is_protected else states,
    )
