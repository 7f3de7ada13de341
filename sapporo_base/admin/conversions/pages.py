"""レイアウト, コード表 and 文字対応表 as pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from sapporo_base import services
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.conversions.definitions import DefinitionAdmin
from sapporo_base.admin.conversions.previews import PreviewMixin
from sapporo_base.models import (
    CharacterMap,
    CodeEntry,
    CodeTable,
    CodeTableRevision,
    Layout,
    UnmappedCode,
)
from sapporo_base.selectors import conversions


@admin.register(Layout)
class LayoutAdmin(PreviewMixin, DefinitionAdmin):
    """レイアウト."""

    duty, icon, duty_order = "連携", "view_column", 81
    about = (
        "他システムとやり取りするファイル・電文の項目と、値の変換です。版ごとに適用期間があります。"
    )
    empty_text = "「レイアウトを登録する」で最初の版を作成すると表示されます。"
    actions_detail = ("preview", *DefinitionAdmin.actions_detail)
    empty_first = {"form": "csv", "encoding": "utf-8", "newline": "\r\n", "fields": []}


@admin.register(CharacterMap)
class CharacterMapAdmin(DefinitionAdmin):
    """文字対応表."""

    duty, icon, duty_order = "連携", "spellcheck", 83
    about = "相手先ごとの文字の置換えと、外字の対応です。ここにない文字は縮退マップによって置き換えます。"
    empty_text = "「文字対応表を登録する」で作成し、レイアウトの「文字集合」で選ぶと使われます。"
    empty_first = {"target": "", "entries": []}


@admin.register(CodeTableRevision)
class CodeTableRevisionAdmin(DefinitionAdmin):
    """コード表改訂: found from the table that it revises, and in its list."""

    duty = ""
    about = "コード表の改訂案と、承認された改訂です。適用日から、コード表の内容が入れ替わります。"
    empty_text = "コード表の画面で「改訂案を作成する」と表示されます。"
    empty_first = {"source": "", "stands_for": "", "entries": []}


@admin.register(CodeTable)
class CodeTableAdmin(ReadOnlyAdmin):
    """コード表."""

    duty, icon, duty_order = "連携", "list_alt", 82
    about = (
        "ファイルや画面で使うコードと、その意味です。相手先のコード表は、市のコードに対応します。"
    )
    list_display = ("name", "code", "counterpart_of", "unmapped")
    list_select_related = ("stands_for",)
    search_fields = ("code", "name", "entries__name")
    ordering = ("code",)
    readonly_fields = ("facts", "entries", "entries_ended", "revisions")
    actions_detail = ("revise",)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Say whether this person may begin a table."""
        return self.has_revise_permission(request)

    def has_revise_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may draft a revision."""
        return request.user.has_perm("sapporo_base.draft_codetablerevision")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Begin a table with its first revision."""
        return HttpResponseRedirect(reverse("admin:sapporo_base_codetablerevision_add"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the sections of the page."""
        return [
            ("概要", {"fields": ("facts",)}),
            ("適用中のコード", {"fields": ("entries",)}),
            ("終了した・これから適用するコード", {"fields": ("entries_ended",)}),
            ("改訂", {"fields": ("revisions",)}),
        ]

    def prepare(self, request: HttpRequest, rows: Any) -> None:
        """Count the codes that nobody has entered yet."""
        open_codes = conversions.open_unmapped().values_list("table_code", flat=True)
        counted: dict[str, int] = {}
        for code in open_codes:
            counted[code] = counted.get(code, 0) + 1
        for row in rows:
            vars(row)["unmapped_count"] = counted.get(row.code, 0)

    @admin.display(description="対応する市のコード表", ordering="stands_for")
    def counterpart_of(self, obj: CodeTable) -> Any:
        """Return the table of the city that this one stands for."""
        return obj.stands_for.name if obj.stands_for else "市のコード表"

    @admin.display(description="未対応のコード")
    def unmapped(self, obj: CodeTable) -> Any:
        """Return how many codes were met that the table lacks."""
        count = vars(obj).get("unmapped_count", 0)
        if not count:
            return display.NOTHING
        url = reverse("admin:sapporo_base_unmappedcode_changelist") + f"?q={obj.code}"
        return format_html('<a href="{}">{}</a>', url, display.badge(f"{count}件", "warned"))

    @admin.display(description="概要")
    def facts(self, obj: CodeTable) -> SafeString:
        """Return what the table is."""
        back = obj.counterparts.order_by("name")
        return display.facts(
            [
                ("識別名", obj.code),
                ("出典", obj.source),
                ("対応する市のコード表", self.counterpart_of(obj)),
                ("この表に対応する相手先の表", "、".join(one.name for one in back)),
            ]
        )

    @admin.display(description="適用中のコード")
    def entries(self, obj: CodeTable) -> SafeString:
        """Return the codes in force today, both directions where it stands for another."""
        day = timezone.localdate()
        rows = conversions.entries_on(obj, day=day)
        words = dict(CodeEntry.Direction.choices)
        if obj.stands_for is None:
            shown = [(row["code"], row["name"]) for row in rows]
            return display.table(("コード", "名称"), shown, caption=f"{len(rows)}件")
        ours = {e["code"]: e["name"] for e in conversions.entries_on(obj.stands_for, day=day)}
        shown_pairs = [
            (
                row["code"],
                row["name"],
                f"{row['counterpart']} {ours.get(row['counterpart'], '')}"
                if row.get("counterpart")
                else display.badge("対応なし", "warned"),
                words.get(row.get("direction", ""), ""),
            )
            for row in rows
        ]
        return display.table(
            ("相手先のコード", "名称", "市のコード", "方向"), shown_pairs, caption=f"{len(rows)}件"
        )

    @admin.display(description="終了・適用前")
    def entries_ended(self, obj: CodeTable) -> SafeString:
        """Return the codes that are not in force today, with their span."""
        day = timezone.localdate()
        others = obj.entries.exclude(
            pk__in=obj.entries.filter(conversions.in_force(day)).values("pk")
        )
        return display.table(
            ("コード", "名称", "適用開始日", "適用終了日"),
            [
                (e.code, e.name, display.day(e.valid_from), display.day(e.valid_until))
                for e in others.order_by("code", "valid_from")
            ],
            caption="適用期間外のコード",
        )

    @admin.display(description="改訂")
    def revisions(self, obj: CodeTable) -> SafeString:
        """Return the revisions of the table."""
        found = CodeTableRevision.objects.filter(code=obj.code).order_by("-version")
        return display.table(
            ("版", "状態", "適用開始日", "改訂の理由"),
            [
                (
                    format_html(
                        '<a href="{}">第{}版</a>',
                        reverse("admin:sapporo_base_codetablerevision_change", args=[one.pk]),
                        one.version,
                    ),
                    one.get_state_display(),
                    display.day(one.valid_from),
                    one.remark,
                )
                for one in found
            ],
            caption="改訂の一覧",
            empty="まだ改訂されていません。",
        )

    @action(description="改訂案を作成する", permissions=["revise"], icon="edit_document")
    def revise(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Begin a revision, with a code that was met where the page before named one."""
        table = self.found(request, object_id)
        draft = services.begin_draft(
            kind=CodeTableRevision, code=table.code, act=staff_act(request)
        )
        url = reverse("admin:sapporo_base_codetablerevision_edit", args=[draft.pk])
        code = request.GET.get("code", "")
        known = UnmappedCode.objects.filter(table_code=table.code, code=code).exists()
        return HttpResponseRedirect(f"{url}?{request.GET.urlencode()}" if known else url)
