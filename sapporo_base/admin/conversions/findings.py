"""What conversion leaves behind as pages: codes that no table has, characters lost, examples."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.decorators import action

from sapporo_base import selectors, services
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.conversions.previews import hexadecimal
from sapporo_base.models import CodeTable, ConversionLoss, GoldenExample, UnmappedCode


@admin.register(UnmappedCode)
class UnmappedCodeAdmin(ReadOnlyAdmin):
    """未対応コード: what is to be entered, the most frequent first."""

    duty, icon, duty_order = "連携", "rule", 84
    about = "ファイルや電文に現れたが、コード表にないコードです。登録すると、次から変換されます。"
    empty_text = "コード表にないコードが現れると、ここに件数とともに表示されます。"
    list_display = ("code", "table", "direction", "count", "item", "place", "last_met_at", "entry")
    list_display_links = None
    list_filter = ("direction",)
    search_fields = ("table_code", "code", "item")
    search_help_text = "コード表の識別名・コード・項目で検索"
    ordering = ("-count", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnmappedCode]:
        """Return what nobody has entered yet."""
        return super().get_queryset(request).filter(settled_at=None)

    def prepare(self, request: HttpRequest, rows: Any) -> None:
        """Bring along the tables."""
        tables = {
            one.code: one
            for one in CodeTable.objects.filter(code__in={row.table_code for row in rows})
        }
        may = request.user.has_perm("sapporo_base.draft_codetablerevision")
        for row in rows:
            vars(row)["table_row"] = tables.get(row.table_code)
            vars(row)["may_enter"] = may

    @admin.display(description="コード表", ordering="table_code")
    def table(self, obj: UnmappedCode) -> str:
        """Return the table that lacks it."""
        table = vars(obj).get("table_row")
        return table.name if table else obj.table_code

    @admin.display(description="登録")
    def entry(self, obj: UnmappedCode) -> Any:
        """Return the way to the form in which it is entered."""
        table = vars(obj).get("table_row")
        if table is None or not vars(obj).get("may_enter"):
            return display.NOTHING
        return _way_to_enter(obj, table)


def _way_to_enter(one: UnmappedCode, table: CodeTable) -> SafeString:
    url = reverse("admin:sapporo_base_codetable_revise", args=[table.pk])
    said = (
        {"code": one.code}
        if one.direction == UnmappedCode.Direction.INWARD
        else {"code": one.code, "ours": "1"}
    )
    return format_html('<a href="{}?{}">コードを登録する</a>', url, urlencode(said))


def unmapped_table(request: HttpRequest, item: str) -> SafeString:
    """Return the codes of an item that its table lacks, each with the way to enter it; "" if none."""
    found = selectors.unmapped_of_item(item)
    if not found or not request.user.has_perm("sapporo_base.view_unmappedcode"):
        return SafeString()
    may = request.user.has_perm("sapporo_base.draft_codetablerevision")
    tables = {
        one.code: one for one in CodeTable.objects.filter(code__in={u.table_code for u in found})
    }
    return display.table(
        ("コード", "コード表", "件数", "最後に現れた場所", "登録"),
        [
            (
                one.code,
                table.name if table else one.table_code,
                f"{one.count:,}",
                one.place,
                _way_to_enter(one, table) if table and may else display.NOTHING,
            )
            for one in found
            for table in [tables.get(one.table_code)]
        ],
        caption=f"「{item}」に現れた、コード表にないコード",
    )


@admin.register(ConversionLoss)
class ConversionLossAdmin(ReadOnlyAdmin):
    """縮退記録."""

    duty, icon, duty_order = "連携", "find_replace", 85
    about = "相手先の文字集合にないため置き換えた文字です。元の文字は登録どおり残っています。"
    empty_text = "文字を置き換えて送付・受領すると、1文字ごとに表示されます。"
    list_display = (*("at", "origin", "layout_code", "record", "item", "place", "change", "rule"),)
    list_display_links = None
    list_filter = ("origin", "rule")
    search_fields = ("=record", "=layout_code", "=original")
    search_help_text = "レコード・レイアウト・元の文字で検索(完全一致)"
    ordering = ("-pk",)

    @admin.display(description="位置")
    def place(self, obj: ConversionLoss) -> str:
        """Return where in the text it stood."""
        return f"{obj.position + 1}文字目"

    @admin.display(description="置換え")
    def change(self, obj: ConversionLoss) -> SafeString:
        """Return the character before and after, with the code point that tells them apart."""
        points = " ".join(f"U+{ord(one):04X}" for one in obj.original)
        return format_html('<span title="{}">{} → {}</span>', points, obj.original, obj.replacement)


@admin.register(GoldenExample)
class GoldenExampleAdmin(ReadOnlyAdmin):
    """変換見本."""

    duty, icon, duty_order = "連携", "verified", 86
    about = (
        "レイアウトの改訂で結果が変わってはならない見本です。改訂の承認の前に自動で確認されます。"
    )
    empty_text = "レイアウトの「変換を確認する」で、見本の行から登録できます。"
    list_display = ("name", "layout_code", "valid_from", "valid_until", "added_by")
    list_select_related = ("added_by",)
    search_fields = ("name", "layout_code")
    ordering = ("layout_code", "name", "-valid_from")
    readonly_fields = ("facts", "values", "content")
    actions_detail = ("end",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the sections of the page."""
        return [
            ("見本", {"fields": ("facts",)}),
            ("値", {"fields": ("values",)}),
            ("書き出される内容", {"fields": ("content",)}),
        ]

    def has_end_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may end an example."""
        return request.user.has_perm("sapporo_base.add_golden_example")

    @admin.display(description="見本")
    def facts(self, obj: GoldenExample) -> SafeString:
        """Return by whom and from when."""
        return display.facts(
            [
                ("レイアウト", obj.layout_code),
                (
                    "適用期間",
                    format_html(
                        "{} ~ {}", display.day(obj.valid_from), display.day(obj.valid_until)
                    ),
                ),
                ("登録", format_html("{} {}", obj.added_by, display.moment(obj.added_at))),
            ]
        )

    @admin.display(description="値")
    def values(self, obj: GoldenExample) -> SafeString:
        """Return the values that it begins with."""
        rows = [
            (number, name, value)
            for number, row in enumerate(obj.rows, 1)
            for name, value in row.items()
        ]
        return display.table(("行", "識別名", "値"), rows, caption=obj.name)

    @admin.display(description="内容")
    def content(self, obj: GoldenExample) -> SafeString:
        """Return the bytes that they must become."""
        return hexadecimal(bytes(obj.expected))

    @action(description="見本を終了する", permissions=["end"], icon="event_busy")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have the example hold no longer."""
        example = self.found(request, object_id)

        def do(data: dict[str, Any]) -> str:
            services.end_golden_example(example_id=example.pk, act=staff_act(request))
            return "見本を終了しました。"

        return self.act_page(
            request,
            title="見本を終了する",
            button="終了する",
            do=do,
            obj=example,
            effects=[Effect("見本", example.name), Effect("レイアウト", example.layout_code)],
            undo="この見本は、以後の改訂では確認されません。記録は残ります。",
        )
