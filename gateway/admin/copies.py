"""副本: how far each is, what it was before, and what could not be converted."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from gateway import services
from gateway.admin.words import StateMixin
from gateway.models import Copy, CopyError, CopyInspection
from sapporo_base.acts import Act
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.conversions.findings import unmapped_table
from sapporo_base.admin.looks import RecordedLookMixin

_VERSIONS_SHOWN = 50
_INSPECTED_AT_ONCE = 1000


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
        "version_table",
    )
    actions_detail = ("send_now", "see_detail", "see_search", "see_recipients", "see_flags")
    actions = ("find_recipients",)

    @display(description="副本履歴")
    def version_table(self, obj: Copy) -> SafeString:
        """Return from when to when the platform held which content, without the contents."""
        rows = [
            (
                shown.moment(one.held_from),
                shown.moment(one.held_until) if one.held_until else "更新の送信待ち",
                shown.day(one.published_from),
                shown.day(one.published_until),
                one.content_hash.hex()[:8],
            )
            for one in obj.versions.order_by("-superseded_at")[:_VERSIONS_SHOWN]
        ]
        return shown.table(
            ("登録", "更新・削除", "公開開始日", "公開終了日", "内容の識別"),
            rows,
            caption="これまでプラットフォームにあった内容",
            empty="この副本は更新されていません。",
        )

    def has_send_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may send copies again."""
        return request.user.has_perm("gateway.mend_copy")

    def has_inspect_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may look at the platform's copies."""
        return request.user.has_perm("gateway.inspect_copy")

    @action(description="すぐに送る", permissions=["send"], icon="bolt")
    def send_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send this copy at once, before the masses."""
        copy = self.found(request, object_id)
        return self.act_page(
            request,
            title="副本をすぐに送る",
            button="すぐに送る",
            obj=copy,
            form_class=ReasonForm,
            effects=[
                Effect("対象", str(copy)),
                Effect("処理", "削除" if copy.is_withdrawn else "登録"),
                Effect("送り方", "1件ずつの電文(IF_DBM_10111)で、ほかの副本より先に送ります。"),
            ],
            undo="同じ内容を送り直しても、プラットフォームで二重に登録されることはありません。",
            done="送信を始めました。結果は数秒でこの画面に出ます。",
            do=lambda data: self._sent(copy, staff_act(request, reason=data["reason"])),
        )

    def _sent(self, copy: Copy, act: Act) -> None:
        services.send_copy_now(copy=copy, act=act)

    @action(description="内容を確認する", permissions=["inspect"], icon="visibility")
    def see_detail(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Look at the content that the platform holds (IF_DBM_30212)."""
        return self._look(request, object_id, CopyInspection.Kind.DETAIL)

    @action(description="照会条件で検索する", permissions=["inspect"], icon="search")
    def see_search(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Look at what the platform would answer today (IF_DBM_30312)."""
        return self._look(request, object_id, CopyInspection.Kind.SEARCH)

    @action(description="提供先を確認する", permissions=["inspect"], icon="group")
    def see_recipients(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Look who was told (IF_DBM_60412)."""
        return self._look(request, object_id, CopyInspection.Kind.RECIPIENTS)

    @action(description="フラグを確認する", permissions=["inspect"], icon="flag")
    def see_flags(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Look how the flags are there (IF_DBM_90112, 90212)."""
        return self._look(request, object_id, CopyInspection.Kind.FLAGS)

    def _look(
        self, request: HttpRequest, object_id: str, kind: CopyInspection.Kind
    ) -> HttpResponse:
        copy = self.found(request, object_id)
        return self.act_page(
            request,
            title=f"プラットフォームの確認({kind.label})",
            button="確認する",
            obj=copy,
            form_class=ReasonForm,
            effects=[
                Effect("対象", str(copy)),
                Effect("確認", kind.label),
                Effect("内容の保存", "24時間。その後は自動的に廃棄します。"),
            ],
            explanation="プラットフォームに問い合わせます。だれが、なぜ確認したかを記録します。",
            do=lambda data: self._inspected(copy, kind, staff_act(request, reason=data["reason"])),
        )

    def _inspected(self, copy: Copy, kind: str, act: Act) -> HttpResponse:
        asked = services.inspect_copy(copy=copy, kind=kind, act=act)
        return HttpResponseRedirect(reverse("admin:gateway_copyinspection_change", args=[asked.pk]))

    @admin.action(description="提供先をまとめて確認する", permissions=["inspect"])
    def find_recipients(self, request: HttpRequest, queryset: QuerySet[Copy]) -> HttpResponse:
        """Ask by file who was told of the chosen copies (IF_DBM_60423)."""
        chosen = list(queryset.order_by("pk")[:_INSPECTED_AT_ONCE])
        return self.act_page(
            request,
            title="提供先をまとめて確認する",
            button="確認する",
            form_class=ReasonForm,
            effects=[Effect("対象", f"{len(chosen):,}件の副本")],
            explanation="誤りを訂正した副本について、訂正を知らせる相手を確かめます。",
            back=reverse("admin:gateway_copyinspection_changelist"),
            do=lambda data: self._found(chosen, staff_act(request, reason=data["reason"])),
        )

    def _found(self, chosen: Sequence[Copy], act: Act) -> str:
        asked = services.inspect_recipients(copies=chosen, act=act)
        return f"{len(asked):,}件の提供先を問い合わせました。結果は副本確認の一覧に出ます。"


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

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Add 未対応コード where the item has some."""
        fields = [*super().get_readonly_fields(request, obj)]
        found = unmapped_table(request, obj.item) if obj is not None else ""
        if found:
            vars(obj)["strange"] = found
            fields.append("strange_codes")
        return fields

    @display(description="未対応コード")
    def strange_codes(self, obj: CopyError) -> SafeString:
        """Return the codes of this item that nobody has entered, each with the way to enter it."""
        return vars(obj)["strange"]

    def look_subjects(self, obj: CopyError) -> list[tuple[str, str]]:
        """Return whose copy it is."""
        return [("business", obj.business_number)]
