"""本日の異動: what was processed on a day, by 異動事由 and as a list, within its month."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from resident_basic import selectors
from resident_basic.admin.finding import (
    FILE,
    NOT_SHOWN,
    PROCEDURE,
    address_of,
    names_of_codes,
)
from resident_basic.models import ResidentVersion
from sapporo_base import selectors as base
from sapporo_base.admin import display, drawings
from sapporo_base.admin.bases import ReadOnlyAdmin
from sapporo_base.admin.key_pages import KeyPage, KeyPagedList
from sapporo_base.admin.looks import OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.rights import holds
from sapporo_base.rules.check_digits import WARDS_OF_SAPPORO
from sapporo_base.rules.dates import NotADate, format_month, parse_date

_DAYS_OFFERED = 7


class DayFilter(admin.SimpleListFilter):
    """処理日: the newest of the register where none is chosen."""

    title = "処理日"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the week up to the newest day."""
        newest = selectors.last_day_processed() or timezone.localdate()
        days = [newest - timedelta(days=back) for back in range(_DAYS_OFFERED)]
        return [(day.isoformat(), strip_tags(display.day(day))) for day in days]

    @property
    def day(self) -> date:
        """Return the chosen day; the newest where none or something else was typed."""
        try:
            return parse_date(self.value() or "")
        except NotADate:
            return selectors.last_day_processed() or timezone.localdate()

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ResidentVersion]
    ) -> QuerySet[ResidentVersion]:
        """Return what was processed on the day."""
        return queryset.filter(processed_on=self.day)


class ReasonFilter(admin.SimpleListFilter):
    """異動事由, in words."""

    title = "異動事由"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return all 異動事由."""
        return sorted(names_of_codes("change_reason").items())

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ResidentVersion]
    ) -> QuerySet[ResidentVersion]:
        """Return the versions of the chosen one."""
        return queryset.filter(change_reason=self.value()) if self.value() else queryset


class PlaceFilter(admin.SimpleListFilter):
    """区 of those that this person serves."""

    title = "区"
    parameter_name = "ward"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the wards this person serves."""
        served = base.wards_of(request.user)
        wards = WARDS_OF_SAPPORO.items()
        return [(code, name) for code, name in wards if served is None or code in served]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ResidentVersion]
    ) -> QuerySet[ResidentVersion]:
        """Return the versions of the ward."""
        return queryset.filter(municipality_code=self.value()) if self.value() else queryset


@admin.register(ResidentVersion)
class DayAdmin(RecordedLookMixin, ReadOnlyAdmin):
    """What was processed on a day, in the order of the day."""

    duty = "窓口"
    duty_title = "日ごとの異動"
    duty_order = 12
    icon = "today"
    about = "既存住基で処理された異動を日ごとに確認します。支援措置対象者は、権限のある職員にだけ表示します。"
    empty_text = "異動を受領すると、処理日ごとに表示されます。"
    can_export = True
    list_before_template = "resident_basic/day.html"
    personal_file = FILE
    look_items = ("氏名", "異動事由", "異動年月日", "住所")
    look_procedure = PROCEDURE
    list_display = ("time", "reason", "person", "number", "happened", "place")
    list_display_links = None
    list_filter = (DayFilter, ReasonFilter, PlaceFilter)
    search_fields = ("resident_number",)
    search_help_text = "氏名・カナ 生年月日 宛名番号"
    ordering = ("processed_time", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResidentVersion]:
        """Return what was processed in the wards served; the protected for who may see them."""
        shown = selectors.processed_versions(
            wards=base.wards_of(request.user),
            with_protected=holds(request, OPEN_PROTECTED, file=FILE),
        )
        return shown.order_by(*self.ordering)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ResidentVersion], search_term: str
    ) -> tuple[QuerySet[ResidentVersion], bool]:
        """Search as residents are searched for."""
        term = search_term.strip()
        return (selectors.versions_named(queryset, term) if term else queryset), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeyPagedList]:
        """List page by key."""
        return KeyPagedList

    def key_page(
        self, request: HttpRequest, listed: KeyPagedList, *, after: str, limit: int
    ) -> KeyPage:
        """Return a page of the day."""
        rows = listed.queryset
        if after.isdecimal() and (last := rows.filter(pk=after).first()):
            rows = rows.filter(
                Q(processed_time__gt=last.processed_time)
                | Q(processed_time=last.processed_time, pk__gt=last.pk)
            )
        found: list[Any] = list(rows[: limit + 1])
        shown = found[:limit]
        protected = selectors.protected_among([one.resident_number for one in shown])
        for one in shown:
            one.is_under_measure = one.resident_number in protected
        more = str(shown[-1].pk) if len(found) > limit else ""
        return KeyPage(shown, more, f"このページに{len(shown):,}件")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show above the list what the day and its month come to."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            context["day"] = self._day(context["cl"])
        return response

    def _day(self, listed: KeyPagedList) -> dict[str, Any]:
        chosen = next(one for one in listed.filter_specs if one.parameter_name == "day").day
        ward = next((one for one in listed.filter_specs if one.parameter_name == "ward"), None)
        versions = listed.root_queryset
        if ward is not None and ward.value():
            versions = versions.filter(municipality_code=ward.value())
        return {
            "value": strip_tags(display.day(chosen, weekday=False)),
            "before": listed.get_query_string({"day": (chosen - timedelta(days=1)).isoformat()}),
            "after": listed.get_query_string({"day": (chosen + timedelta(days=1)).isoformat()}),
            "kept": [
                (one.parameter_name, one.value())
                for one in listed.filter_specs
                if one.parameter_name != "day" and one.value()
            ],
            "drawing": _by_reason(versions.filter(processed_on=chosen), chosen),
            "month": _by_day(versions, chosen),
        }

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Lead to the person: a single version has no page of its own."""
        version = self.found(request, object_id)
        return HttpResponseRedirect(_page_of(version))

    def look_subjects(self, obj: ResidentVersion) -> list[tuple[str, str]]:
        """Return the 宛名番号."""
        return [("resident", obj.resident_number)]

    def is_protected(self, obj: Any) -> bool:
        """Say whether the person stands under 支援措置."""
        if not hasattr(obj, "is_under_measure"):
            obj.is_under_measure = bool(selectors.protected_among([obj.resident_number]))
        return bool(obj.is_under_measure)

    # Columns ---------------------------------------------------------------------------------

    @admin.display(description="処理時刻")
    def time(self, obj: ResidentVersion) -> str:
        """Return the time of day."""
        return f"{obj.processed_time.hour}:{obj.processed_time:%M}"

    @admin.display(description="異動事由")
    def reason(self, obj: ResidentVersion) -> str:
        """Return the 異動事由 in words."""
        return names_of_codes("change_reason").get(obj.change_reason, obj.change_reason)

    @admin.display(description="氏名")
    def person(self, obj: ResidentVersion) -> SafeString:
        """Return name and kana as the way to the person."""
        return display.name_and_kana(obj.name, obj.name_kana, url=_page_of(obj))

    @admin.display(description="宛名番号")
    def number(self, obj: ResidentVersion) -> SafeString:
        """Return the 宛名番号 in groups of five."""
        return display.grouped(obj.resident_number)

    @admin.display(description="異動日")
    def happened(self, obj: ResidentVersion) -> SafeString:
        """Return when it happened, an unknown day in its own words."""
        return display.day(obj.changed_on, weekday=False, words=obj.changed_on_text)

    @admin.display(description="住所")
    def place(self, obj: ResidentVersion) -> SafeString | str:
        """Return the 住所; of who stands under 支援措置, nothing in any list."""
        return NOT_SHOWN if self.is_protected(obj) else display.roomy(address_of(obj))


def _page_of(version: ResidentVersion) -> str:
    return reverse("admin:resident_basic_resident_change", args=[version.resident_number])


def _by_reason(versions: QuerySet[ResidentVersion], day: date) -> SafeString:
    counts = selectors.counts_by_reason(versions)
    names = names_of_codes("change_reason")
    rows = [(names.get(code, code), count) for code, count in counts.items()]
    words = strip_tags(display.day(day))
    finding = f"{words}の異動"
    if rows:
        total = sum(count for _, count in rows)
        finding = f"{words}の異動は{total:,}件。最も多いのは{rows[0][0]}({rows[0][1]:,}件)"
    return drawings.bars(rows, finding=finding, unit="件", heading="異動事由")


def _by_day(versions: QuerySet[ResidentVersion], day: date) -> SafeString:
    counts = selectors.counts_by_day(versions, month=day)
    rows = [(f"{one.day}日", count) for one, count in counts.items()]
    month = format_month(day)
    finding = f"{month}の異動"
    if rows:
        most = max(rows, key=lambda row: row[1])
        total = sum(count for _, count in rows)
        finding = f"{month}の異動は{total:,}件。最も多い日は{most[0]}({most[1]:,}件)"
    return drawings.bars(rows, finding=finding, unit="件", heading="処理日")
