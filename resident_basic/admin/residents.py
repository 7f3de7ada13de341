"""Residents: search, one resident's page with household and history, 支援措置."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join, strip_tags
from django.utils.safestring import SafeString

from resident_basic import selectors
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
from resident_basic.admin.protection.registering import RegisteringMixin
from resident_basic.models import Resident, ResidentVersion
from resident_basic.rules.items import resident_items
from sapporo_base import selectors as base
from sapporo_base import services as base_services
from sapporo_base.admin import display, drawings
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.key_pages import KeyPage, KeyPagedList
from sapporo_base.admin.looks import RecordedLookMixin
from sapporo_base.admin.rights import RightIsMissing
from sapporo_base.rules.check_digits import WARDS_OF_SAPPORO

_LOOKS_SHOWN = 20
_ONE_LINE = 16
_HEAD = "02"
_STATE_LEVELS = {"1": "done", "2": "plain", "3": "stopped", "9": "plain"}
_CODED = {
    "change_reason": "change_reason",
    "sex": "sex",
    "resident_kind": "resident_kind",
    "resident_status": "resident_status",
    "relationship_1": "relationship",
    "relationship_2": "relationship",
    "relationship_3": "relationship",
    "relationship_4": "relationship",
    "municipality_code": "municipality",
    "previous_municipality_code": "municipality",
    "planned_municipality_code": "municipality",
    "confirmed_municipality_code": "municipality",
    "article_30_45": "article_30_45",
    "residence_status": "residence_status",
    "national_pension": "national_pension",
    "support_measure": "support_measure",
    "support_subject": "support_subject",
}
# Generations counted from the 世帯主 by 続柄; who is not named here stands beside the 世帯主.
_GENERATIONS = {"20": 1, "2X": 1, "51": -1, "52": -1}


def _age(version: ResidentVersion) -> str:
    if version.born_on is None or version.resident_status == "3":
        return ""
    return f"{display.age_on(version.born_on, timezone.localdate())}歳"


@admin.register(Resident)
class ResidentAdmin(RegisteringMixin, RecordedLookMixin, ReadOnlyAdmin):
    # Place and words
    duty = "窓口"
    duty_title = "住民(個人基本)"
    duty_order = 10
    icon = "person_search"
    about = "既存住基から受領した住民の情報です。検索と閲覧はすべて記録されます。"
    empty_text = (
        "氏名・フリガナ・旧氏・通称・ローマ字、生年月日(年だけでも可)、住所・方書、郵便番号、"
        "宛名番号・世帯番号で検索すると、該当する方を表示します。空白で区切ると、すべてに当てはまる方に"
        "絞り込みます。異体字・カナの清濁や長音・全角半角の違いは区別しません。"
        "町名だけで探すときは「住所:前田」のように入力してください。"
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
    readonly_fields = ("card", "household", "history", "measures", "looks")
    fieldsets = (
        ("本人", {"fields": ("card",)}),
        ("世帯", {"fields": ("household",)}),
        ("異動の履歴", {"fields": ("history",)}),
        ("支援措置", {"fields": ("measures",)}),
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
        """Return the name, the kana below it; long names may break, others not."""
        version = self._latest(obj)
        if version is None:
            return display.NOTHING
        lines = [line for line in (version.name, version.name_kana) if line]
        return format_html_join(
            SafeString("<br>"),
            '<span class="{}">{}</span>',
            (("whitespace-nowrap" if len(line) <= _ONE_LINE else "", line) for line in lines),
        )

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
        words = []
        if version:
            code = version.resident_status
            words.append(
                display.badge(
                    names_of_codes("resident_status").get(code, code),
                    _STATE_LEVELS.get(code, "plain"),
                )
            )
        if self.is_protected(obj):
            words.append(display.badge("支援措置", "warned"))
        if getattr(obj, "is_former", False):
            words.append(display.badge("過去の氏名・住所で該当", "info"))
        return format_html_join(" ", "{}", ((word,) for word in words))

    @admin.display(description="住所")
    def place(self, obj: Resident) -> str:
        """Return the 住所; of who stands under 支援措置, nothing in any list."""
        version = self._latest(obj)
        if self.is_protected(obj):
            return NOT_SHOWN
        return address_of(version) if version else ""

    # Sections --------------------------------------------------------------------------------

    @admin.display(description="基本情報")
    def card(self, obj: Resident) -> SafeString:
        """Return the person at a glance; this page opens with right and reason under 支援措置."""
        version = self._latest(obj)
        if version is None:
            return display.NOTHING
        age = _age(version)
        pairs: list[tuple[str, Any]] = [
            ("氏名", version.name),
            ("氏名フリガナ", version.name_kana),
            ("旧氏", version.former_family_name),
            ("通称", version.alias),
            ("生年月日", SafeString(f"{born(version)} {age}")),
            ("性別", names_of_codes("sex").get(version.sex, "")),
            ("状態", self.states(obj)),
            ("住民種別", names_of_codes("resident_kind").get(version.resident_kind, "")),
            ("住所", address_of(version)),
            (
                "郵便番号",
                version.postal_code and f"〒{version.postal_code[:3]}-{version.postal_code[3:]}",
            ),
            ("国籍・地域", version.nationality),
            (
                "住民となった年月日",
                display.day(version.became_resident_on, words=version.became_resident_on_text),
            ),
            ("宛名番号", display.grouped(obj.pk)),
            ("世帯番号", display.grouped(version.household_number)),
        ]
        rare = {"旧氏", "通称", "国籍・地域"}
        return display.facts(
            [(label, value) for label, value in pairs if value or label not in rare]
        )

    @admin.display(description="世帯の構成")
    def household(self, obj: Resident) -> SafeString:
        """Return who is what to whom in the household, drawn."""
        version = self._latest(obj)
        found = selectors.household_members(version.household_number) if version else []
        # The 世帯主 first, whatever the 記載順位 says.
        members = sorted(found, key=lambda one: one.relationship_1 != _HEAD)
        protected = selectors.protected_among([one.resident_number for one in members])
        names = names_of_codes("relationship")
        drawn = []
        for one in members:
            is_self = one.resident_number == obj.pk
            hidden = one.resident_number in protected and not is_self
            words = [
                names.get(code, code)
                for code in (one.relationship_1, one.relationship_2, one.relationship_3)
                if code
            ]
            drawn.append(
                drawings.Member(
                    name="非公開" if hidden else one.name,
                    relationship="の".join(words) or "続柄なし",
                    generation=_GENERATIONS.get(one.relationship_1, 0),
                    age="" if hidden else _age(one),
                    state="支援措置" if hidden else "",
                    url=""
                    if hidden or is_self
                    else self._page_of(Resident(pk=one.resident_number)),
                    is_self=is_self,
                )
            )
        return drawings.household(drawn)

    @admin.display(description="履歴")
    def history(self, obj: Resident) -> SafeString:
        """Return each 履歴 with what it changed marked, newest first; corrections stay visible."""
        versions = list(selectors.versions_of(obj.pk))
        reasons = names_of_codes("change_reason")
        known = [one for one in versions if one.superseded_at is None]
        before = dict(zip([one.pk for one in known], known[1:], strict=False))
        by_number = {one.history_number: one for one in known}
        parts = [
            display.timeline(
                [
                    display.Moment(
                        at=one.valid_from,
                        what=reasons.get(one.change_reason, one.change_reason),
                        text=f"履歴{one.history_number}"
                        + ("(訂正前の内容)" if one.superseded_at else ""),
                        who="最新" if one.is_latest else "",
                        level="plain" if one.superseded_at else "info",
                    )
                    for one in versions
                ]
            )
        ]
        names = {table: names_of_codes(table) for table in set(_CODED.values())}
        for one in versions:
            reason = reasons.get(one.change_reason, one.change_reason)
            if one.superseded_at is not None and one.history_number in by_number:
                right = by_number[one.history_number]
                caption = f"履歴{one.history_number}の訂正"
                headings = ("訂正前", "訂正後")
                pair = (one, right)
            elif one.pk in before:
                caption = f"履歴{one.history_number} {reason}"
                headings = ("変更前", "変更後")
                pair = (before[one.pk], one)
            else:
                continue
            parts.append(
                display.differences(
                    _in_words(pair[0], names),
                    _in_words(pair[1], names),
                    caption=caption,
                    headings=headings,
                )
            )
        return format_html_join("", "{}", ((part,) for part in parts))

    @admin.display(description="最近の記録")
    def looks(self, obj: Resident) -> SafeString:
        """Return who looked at this person or was given something about them."""
        moments = [
            display.Moment(
                at=record.at,
                what=record.get_result_display(),
                text=" ".join(part for part in (record.procedure, record.reason) if part),
                who=record.staff_name or record.system_code,
                level="done" if record.result == "done" else "warned",
            )
            for record in base.records_about(self.look_subjects(obj))[:_LOOKS_SHOWN]
        ]
        return display.timeline(moments)


def _in_words(version: ResidentVersion, names: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return the items of a version by label, codes in words; 異動事由 and its day are the caption's."""
    said = {}
    for name, item in resident_items().items():
        if name in {"change_reason", "changed_on", "notified_on"}:
            continue
        value = getattr(version, f"{name}_text", "") or getattr(version, name)
        if value in {None, ""}:
            continue
        if hasattr(value, "isoformat"):
            said[item.label] = strip_tags(display.day(value, weekday=False))
        else:
            code = str(value)
            said[item.label] = names.get(_CODED.get(name, ""), {}).get(code, code)
    return said
