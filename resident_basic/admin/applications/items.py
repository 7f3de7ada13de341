"""移転承認項目: who gets which item, why, until when; and what a system would see of one person."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget

from resident_basic import selectors, services
from resident_basic.admin.applications import words
from resident_basic.admin.applications.drafting import EVERY, own_systems
from resident_basic.admin.applications.forms import PreviewForm
from resident_basic.admin.finding import FILE
from resident_basic.models import ApprovedItem
from resident_basic.rules.items import INDIVIDUAL_NUMBER, grouped_items, resident_items
from sapporo_base import selectors as base
from sapporo_base import services as base_services
from sapporo_base.acts import Refusal
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.conversions.previews import shown_items
from sapporo_base.admin.dates import WarekiDateField
from sapporo_base.admin.exports import csv_response
from sapporo_base.admin.looks import OPEN, OPEN_PROTECTED
from sapporo_base.admin.rights import RightIsMissing, holds, require, right_words
from sapporo_base.models import BusinessSystem

_PREVIEW = "resident_basic.preview_disclosure"
_COLUMNS = (
    *("庁内業務システム", "システム名", "所管課", "項目", "支援措置で非公開", "値の限定"),
    *("必要とする理由", "事務", "法令上の根拠", "開始日", "終了日(前日まで)", "年次確認日"),
    *("移転の形式", "保管期間", "取扱部署", "利用申請"),
)


class MatrixForm(forms.Form):
    """What the matrix is narrowed to; kept in the address."""

    day = WarekiDateField(label="基準日", required=False)
    system: "forms.ModelChoiceField[BusinessSystem]" = forms.ModelChoiceField(
        label="庁内業務システム",
        queryset=None,
        required=False,
        empty_label="すべて",
        widget=UnfoldAdminSelectWidget,
    )
    item = forms.ChoiceField(label="項目", required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, systems: QuerySet[BusinessSystem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["system"]
        chosen.queryset = systems.order_by("business_id", "local_id")
        items: Any = self.fields["item"]
        items.choices = [
            ("", "すべて"),
            (INDIVIDUAL_NUMBER, "個人番号"),
            *((name, item.label) for name, item in resident_items().items()),
        ]


@admin.register(ApprovedItem)
class ApprovedItemAdmin(ReadOnlyAdmin):
    """誰にどの項目が、なぜ、いつまで."""

    duty = "審査"
    duty_title = "移転承認項目"
    duty_order = 41
    icon = "fact_check"
    about = "誰に、どの項目が、なぜ、いつまで移転されるか。ここにない項目は移転されません。"
    empty_text = "利用申請が承認されると、その項目が表示されます。"
    list_display = ("item",)

    def further_places(self, request: HttpRequest) -> list[tuple[str, str, str, str, int, str]]:
        """Return the way to the page of one person, for who may ask."""
        if not request.user.has_perm(_PREVIEW):
            return []
        url = reverse("admin:resident_basic_approveditem_preview")
        about = "ある庁内業務システムに、ある方の何が移転されるか、残りはなぜ移転されないか。"
        return [(self.duty, "移転内容の確認", url, "visibility", 42, about)]

    def get_urls(self) -> list[URLPattern]:
        """Add the file of the matrix and the page of one person."""
        name = "resident_basic_approveditem"
        view = self.admin_site.admin_view
        return [
            path("file/", view(self.file_view), name=f"{name}_file"),
            path("preview/", view(self.preview_view), name=f"{name}_preview"),
            *super().get_urls(),
        ]

    # Who gets what ---------------------------------------------------------------------------

    def _systems(self, request: HttpRequest) -> QuerySet[BusinessSystem]:
        if request.user.has_perm(EVERY):
            return BusinessSystem.objects.all()
        return own_systems(request)

    def _given(self, request: HttpRequest) -> tuple[MatrixForm, date, list[selectors.GivenItem]]:
        form = MatrixForm(request.GET or None, systems=self._systems(request))
        data = form.cleaned_data if form.is_bound and form.is_valid() else {}
        today = timezone.localdate()
        day = data.get("day") or today
        found = selectors.given_items(
            day=day, today=today, system=data.get("system"), item=data.get("item", "")
        )
        seen = set(self._systems(request).values_list("pk", flat=True))
        return form, day, [one for one in found if one.system.pk in seen]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show who gets which item as a matrix: items down, systems across."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form, day, given = self._given(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.duty_title,
            "about": self.about,
            "form": form,
            "day": display.day(day),
            "matrix": _matrix(given),
            "reasons": _reasons(given) if form.is_bound and len(given) else None,
            "file_url": reverse("admin:resident_basic_approveditem_file")
            + f"?{request.GET.urlencode()}",
        }
        return TemplateResponse(request, "resident_basic/approved_items.html", context)

    def file_view(self, request: HttpRequest) -> HttpResponse:
        """Send what the matrix shows, with its reasons, as CSV; recorded."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        _, day, given = self._given(request)
        base_services.record_linkage(
            staff_act(request, procedure=words.PROCEDURE),
            "list_exported",
            items=_COLUMNS,
            detail=f"移転承認項目一覧 {len(given)}件 基準日{day:%Y-%m-%d}",
        )
        return csv_response(
            "approved-items",
            _COLUMNS,
            (
                (
                    one.system.code,
                    one.system.name,
                    one.system.section,
                    one.label,
                    one.is_protected,
                    one.reduction_words or words.WHOLE,
                    one.reason,
                    one.application.procedure,
                    one.application.legal_basis,
                    one.since,
                    one.until,
                    one.application.recertify_on,
                    words.forms_of(one.application.granted_forms),
                    one.application.retention,
                    one.application.handling_section,
                    f"第{one.application.pk}号",
                )
                for one in given
            ),
        )

    # What a system would see of one person ---------------------------------------------------

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for system, person, day and reason; then show what would be given, and why not the rest."""
        if not request.user.has_perm(_PREVIEW):
            raise RightIsMissing(right_words(_PREVIEW), right=_PREVIEW)
        require(request, OPEN, file=FILE)
        form = PreviewForm(request.POST or None)
        found: selectors.Preview | None = None
        row: services.PreviewedRow | None = None
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                found = services.preview_disclosure(
                    system=data["system"],
                    number=data["number"],
                    day=data["day"] or timezone.localdate(),
                    wards=base.wards_of(request.user),
                    may_open_protected=holds(request, OPEN_PROTECTED, file=FILE),
                    act=staff_act(request, procedure=words.PROCEDURE, reason=data["reason"]),
                )
                row = services.preview_file_row(
                    found=found, number=data["number"], act=staff_act(request)
                )
            except Refusal as refusal:
                placed = [name for name in refusal.fields if name in form.fields]
                for name in placed:
                    form.add_error(name, refusal.fields[name])
                if not placed:
                    form.add_error(None, refusal.message)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "移転内容の確認",
            "about": "選んだ庁内業務システムに、この方の何が移転されるか。確認したことは記録されます。",
            "form": form,
            "found": found,
            "day": display.day(found.day) if found else "",
            "given": _given_table(found) if found else "",
            "withheld": _withheld_table(found) if found else "",
            "in_file": _file_table(row) if row else "",
        }
        response = TemplateResponse(request, "resident_basic/preview.html", context)
        response["Cache-Control"] = "no-store, private"
        return response


def _file_table(row: services.PreviewedRow) -> SafeString:
    """Return the resident as the system finds them in its 日次ファイル: value, content, place, bytes, losses."""
    shown = shown_items(row.layout, row.values, row.rendered, row.tables)
    return display.table(
        ("項目", "個人基本の値", "届く内容", "位置", "バイト列(16進)"),
        [
            (
                one.label,
                one.value,
                format_html(
                    "{} {}", one.output, format_html_join(" ", "{}", ((n,) for n in one.notes))
                ),
                one.place,
                format_html('<span class="sb-octets">{}</span>', one.octets),
            )
            for one in shown
        ],
        caption=f"日次ファイルでの内容({row.layout.name} 第{row.layout.version}版)",
    )


def _matrix(given: list[selectors.GivenItem]) -> dict[str, Any]:
    """Return the systems across and the items down, each cell a word with its shape."""
    systems = list({one.system.pk: one.system for one in given}.values())
    by_cell: dict[tuple[str, int], list[selectors.GivenItem]] = {}
    for one in given:
        by_cell.setdefault((one.item, one.system.pk), []).append(one)
    groups = [("個人番号", [(INDIVIDUAL_NUMBER, SafeString("個人番号"))])]
    groups += [
        (title, [(item.name, words.item_with_marks(item.name)) for item in items])
        for title, items in grouped_items().items()
    ]
    rows = [
        (
            title,
            [
                (label, [_cell(by_cell.get((name, system.pk), [])) for system in systems])
                for name, label in items
                if any((name, system.pk) in by_cell for system in systems)
            ],
        )
        for title, items in groups
    ]
    return {"systems": systems, "groups": [(title, found) for title, found in rows if found]}


def _cell(found: list[selectors.GivenItem]) -> SafeString:
    if not found:
        return SafeString('<span aria-label="移転しない">―</span>')
    widest = min(found, key=lambda one: bool(one.reduction))
    last = max(found, key=lambda one: one.until)
    return format_html(
        '{} {}<br><span class="sb-until">{}まで</span>',
        display.badge(widest.reduction_words, "info")
        if widest.reduction
        else display.badge("全部", "done"),
        format_html_join("、", "{}", ((_application_link(one.application.pk),) for one in found)),
        display.day(last.until - timedelta(days=1), weekday=False),
    )


def _reasons(given: list[selectors.GivenItem]) -> SafeString:
    """Return why each item is given, under which ground; shown where the matrix is narrowed."""
    return display.table(
        ("庁内業務システム", "項目", "値の限定", "必要とする理由", "法令上の根拠", "いつまで"),
        [
            (
                one.system.name,
                one.label,
                one.reduction_words or words.WHOLE,
                one.reason,
                str(one.application.legal_basis),
                format_html("{}の前日まで", display.day(one.until, weekday=False)),
            )
            for one in given
        ],
        caption=f"なぜ移転されるか {len(given)}件",
    )


def _given_table(found: selectors.Preview) -> SafeString:
    rows = [
        (
            words.item_with_marks(one.name) if one.name != INDIVIDUAL_NUMBER else one.label,
            display.badge("移転する(この画面には表示しません)", "done")
            if one.name == INDIVIDUAL_NUMBER
            else _value(one.value),
            one.reduction or words.WHOLE,
        )
        for one in found.items
        if one.is_given
    ]
    return display.table(
        ("項目", "移転される値", "値の限定"),
        rows,
        caption=f"移転される項目 {len(rows)}件",
        empty="移転される項目はありません。",
    )


def _value(value: object) -> Any:
    if value is None or value == "":
        return format_html('<span class="sb-nothing">{}</span>', "(値なし)")
    return value.isoformat() if isinstance(value, date) else str(value)


def _withheld_table(found: selectors.Preview) -> SafeString:
    rows = [
        (
            one.label,
            one.cause,
            _application_link(one.application),
        )
        for one in found.items
        if not one.is_given
    ]
    return display.table(
        ("項目", "移転されない理由", "利用申請"),
        rows,
        caption=f"移転されない項目 {len(rows)}件",
        empty="すべての項目が移転されます。",
    )


def _application_link(number: int | None) -> SafeString | str:
    if number is None:
        return ""
    url = reverse("admin:resident_basic_useapplication_change", args=[number])
    return format_html('<a href="{}">第{}号</a>', url, number)
