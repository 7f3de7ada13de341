"""Residents: search, and one resident's page with household, history, and who was told what."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from resident_basic import selectors
from resident_basic.admin import person
from resident_basic.admin.finding import (
    FILE,
    NOT_SHOWN,
    PROCEDURE,
    FormerFilter,
    WardFilter,
    address_of,
    born,
    names_of_codes,
    resident_page,
)
from resident_basic.admin.person_pages import PersonPagesMixin
from resident_basic.admin.protection.registering import RegisteringMixin
from resident_basic.models import Resident, ResidentVersion
from sapporo_base import selectors as base
from sapporo_base import services as base_services
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.key_pages import KeyPage, KeyPagedList
from sapporo_base.admin.looks import RecordedLookMixin
from sapporo_base.admin.rights import RightIsMissing
from sapporo_base.rules.check_digits import WARDS_OF_SAPPORO


@admin.register(Resident)
class ResidentAdmin(RegisteringMixin, PersonPagesMixin, RecordedLookMixin, ReadOnlyAdmin):
    # Place and words
    duty = "窓口"
    duty_title = "住民(個人基本)"
    duty_order = 10
    icon = "person_search"
    about = "既存住基から受領した住民の情報です。検索と閲覧はすべて記録されます。"
    empty_title = "検索する語を入力してください"
    empty_text = (
        "氏名・フリガナ・旧氏・通称・ローマ字、生年月日(年だけでも可)、住所・方書、郵便番号、"
        "宛名番号・世帯番号で検索すると、該当する方を表示します。空白で区切ると、すべてに当てはまる方に"
        "絞り込みます。異体字・カナの清濁や長音・全角半角の違いは区別しません。"
        "町名だけで探すときは「住所:前田」のように入力してください。"
    )
    nothing_found_text = (
        "旧氏・通称・フリガナや生年月日(年だけでも可)でも探せます。以前の氏名・住所で探すときは、"
        "絞り込みで「過去の氏名・住所も検索」を選んでください。"
        "担当区以外の方と、住所で探したときの支援措置対象者は表示されません。"
    )
    # Rights and record
    personal_file = FILE
    look_items = ("氏名", "生年月日", "性別", "住所", "世帯", "異動の履歴", "支援措置")
    look_procedure = PROCEDURE
    # List
    list_display = ("number", "person", "born_on", "sex", "states", "place")
    list_filter = (WardFilter, FormerFilter)
    search_fields = ("resident_number",)
    search_help_text = "氏名・カナ 生年月日 住所 〒 宛名番号(空白で区切って絞り込み)"
    ordering = ("resident_number",)
    # Page
    readonly_fields = ("card", "household", "history", "measures", "deliveries", "looks", "ways")
    fieldsets = (
        ("本人", {"fields": ("card", "ways")}),
        ("世帯", {"fields": ("household",)}),
        ("異動の履歴", {"fields": ("history",)}),
        ("支援措置", {"fields": ("measures",)}),
        ("移転の記録", {"fields": ("deliveries",)}),
        ("閲覧・提供の記録", {"fields": ("looks",)}),
    )
    actions_detail = ("start_measure", "manage_measure")

    # Who is found ----------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeyPagedList]:
        """List whom the search finds, page by key."""
        return KeyPagedList

    def key_page(
        self, request: HttpRequest, listed: KeyPagedList, *, after: str, limit: int
    ) -> KeyPage:
        """Find nobody without a term, and who lives in a ward only for who serves it."""
        return resident_page(request, listed, after=after, limit=limit)

    def look_subjects(self, obj: Resident) -> list[tuple[str, str]]:
        """Return the 宛名番号."""
        return [("resident", obj.pk)]

    def is_protected(self, obj: Resident) -> bool:
        """Say whether the person stands under 支援措置; asked once for each row."""
        if not hasattr(obj, "is_under_measure"):
            obj.is_under_measure = bool(selectors.protected_among([obj.pk]))
        return bool(obj.is_under_measure)

    def permit_look(self, request: HttpRequest, obj: Resident) -> str | None:
        """
        Permit a look at people of the wards that this person serves.

        :raises RightIsMissing: as for every person's page, or for another ward; it is recorded.
        """
        reason = super().permit_look(request, obj)
        wards = base.wards_of(request.user)
        version = self._latest(obj)
        if wards is None or version is None or version.municipality_code in wards:
            return reason
        served = "・".join(WARDS_OF_SAPPORO.get(code, code) for code in sorted(wards))
        words = f"担当区({served})以外の住民を閲覧する権限"
        base_services.record_refusal(
            staff_act(request, procedure=PROCEDURE),
            self.look_kind,
            detail=words,
            subjects=self.look_subjects(obj),
        )
        raise RightIsMissing(words, right="resident_basic.view_resident", file=FILE)

    # Columns ---------------------------------------------------------------------------------

    def _latest(self, obj: Resident) -> ResidentVersion | None:
        if not hasattr(obj, "latest"):
            obj.latest = selectors.latest_of([obj.pk]).get(obj.pk)
        latest: ResidentVersion | None = obj.latest
        return latest

    @admin.display(description="宛名番号", ordering="resident_number")
    def number(self, obj: Resident) -> SafeString:
        """Return the 宛名番号 in groups of five."""
        return display.grouped(obj.pk)

    @admin.display(description="氏名")
    def person(self, obj: Resident) -> SafeString:
        """Return the name, the kana below it."""
        version = self._latest(obj)
        if version is None:
            return display.NOTHING
        return display.name_and_kana(version.name, version.name_kana)

    def _name(self, obj: Resident) -> str:
        version = self._latest(obj)
        return version.name if version else ""

    @admin.display(description="生年月日")
    def born_on(self, obj: Resident) -> SafeString:
        """Return the birth date, an unknown one in its own words."""
        version = self._latest(obj)
        return born(version) if version else display.NOTHING

    @admin.display(description="性別")
    def sex(self, obj: Resident) -> str:
        """Return the sex in words."""
        version = self._latest(obj)
        return names_of_codes("sex").get(version.sex, "") if version else ""

    @admin.display(description="状態")
    def states(self, obj: Resident) -> SafeString:
        """Return 住民状態 and 支援措置 as words."""
        version = self._latest(obj)
        if version is None:
            return display.NOTHING
        return person.states(
            version,
            is_protected=self.is_protected(obj),
            is_former=getattr(obj, "is_former", False),
        )

    @admin.display(description="住所")
    def place(self, obj: Resident) -> SafeString | str:
        """Return the 住所; of who stands under 支援措置, nothing in any list."""
        version = self._latest(obj)
        if self.is_protected(obj):
            return NOT_SHOWN
        return display.roomy(address_of(version)) if version else ""
