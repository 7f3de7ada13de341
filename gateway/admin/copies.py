"""副本: how far each is, what could not be converted, and the nightly comparison."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from gateway.admin.words import StateMixin
from gateway.models import (
    Copy,
    CopyError,
    Reconciliation,
)
from sapporo_base.admin import display as shown
from sapporo_base.admin.bases import ReadOnlyAdmin
from sapporo_base.admin.looks import RecordedLookMixin

_DIFFERENCES_SHOWN = 200
_DIFFERENCES = {
    "missing_there": "プラットフォームにない",
    "differs": "内容が異なる",
    "unknown_here": "市にない",
}


def _copy_link(difference: dict[str, Any]) -> SafeString | str:
    if "copy" not in difference:
        return f"データセット{difference['dataset']}"
    url = reverse("admin:gateway_copy_change", args=[difference["copy"]])
    return format_html('<a href="{}">副本{}</a>', url, difference["copy"])


@admin.register(Copy)
class CopyAdmin(StateMixin, ReadOnlyAdmin):
    """副本: how far each is; contents and numbers are not on these pages."""

    duty = "連携"
    icon = "file_copy"
    duty_order = 30
    about = "プラットフォームに登録する副本の状態です。内容と番号は表示しません。"
    empty_text = "副本はありません。業務システムが転送すると、ここに表示されます。"
    list_display = (
        "id",
        "system",
        "information_code",
        "dataset",
        "state_word",
        "changed_at",
        "due_at",
    )
    list_filter = ("state", "information_code", "system")
    list_select_related = ("system",)
    ordering = ("-changed_at",)
    fields = (
        "id",
        "system",
        "information_code",
        "dataset",
        "layout_version",
        "state_word",
        "reason_words",
        "published_from",
        "published_until",
        "is_withdrawn",
        "changed_at",
        "forwarded_at",
        "attempts",
        "exchange",
        "correlation_id",
    )


@admin.register(CopyError)
class CopyErrorAdmin(RecordedLookMixin, ReadOnlyAdmin):
    """副本エラー: what could not be converted, and why; the rest was sent."""

    personal_file = "integrated-address"
    look_items = ("業務番号", "項目")
    duty = "連携"
    icon = "error"
    duty_order = 40
    about = "変換できなかった副本です。元のデータを直して再度転送すると、自動的に解消します。"
    empty_text = "変換できなかった副本はありません。"
    list_display = ("business_number", "system", "information_code", "item", "reason", "noted_at")
    list_filter = (("mended_at", admin.EmptyFieldListFilter), "code", "system")
    list_select_related = ("system",)
    ordering = ("noted_at",)
    exclude = ("source",)

    def look_subjects(self, obj: CopyError) -> list[tuple[str, str]]:
        """Return whose copy it is."""
        return [("business", obj.business_number)]


@admin.register(Reconciliation)
class ReconciliationAdmin(StateMixin, ReadOnlyAdmin):
    """副本照合: count and digest, here and there."""

    duty = "連携"
    icon = "rule"
    duty_order = 50
    about = "市の副本とプラットフォームの副本を、件数とダイジェストで比べた結果です。"
    empty_text = "照合はまだ行っていません。夜間に自動で行います。"
    list_display = (
        "information_code",
        "state_word",
        "count_here",
        "count_there",
        "in_flight",
        "difference_count",
        "started_at",
    )
    list_filter = ("state", "information_code")
    ordering = ("-started_at",)
    fields = (*list_display, "ended_at", "difference_table")
    readonly_fields = ("difference_table",)

    @display(description="相違の内訳")
    def difference_table(self, obj: Reconciliation) -> SafeString:
        """Return which copies differ and how, by their own numbers; nobody's number is among them."""
        rows = [
            (_DIFFERENCES.get(one["kind"], one["kind"]), _copy_link(one))
            for one in obj.differences[:_DIFFERENCES_SHOWN]
        ]
        return shown.table(
            ("相違", "副本"),
            rows,
            caption=f"相違 {obj.difference_count:,}件({_DIFFERENCES_SHOWN}件まで表示)",
            empty="相違はありません。",
        )
