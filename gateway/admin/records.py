"""情報提供等記録 of the platform beside ours: what differs, and what may not be shown."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from gateway import selectors, services
from gateway.admin.words import level_of, words
from gateway.models import ExchangeRecord
from gateway.rules.codes import organisation_name
from sapporo_base.acts import Act
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act

_OUTCOMES = {
    "provided": "提供",
    "no_record": "該当なし",
    "refused": "提供せず",
    "not_permitted": "許可なし",
    "cancelled": "取りやめ",
}
_UPDATED_AT_ONCE = 10_000


@admin.register(ExchangeRecord)
class ExchangeRecordAdmin(ReadOnlyAdmin):
    """情報提供等記録: the platform's, compared with ours; nobody's number is on these pages."""

    duty = "監査"
    icon = "fact_check"
    duty_order = 30
    about = (
        "プラットフォームが残した、だれがだれに何を提供したかの記録です(番号法第23条)。"
        "市の照会・提供・副本と比べ、異なるものを示します。"
    )
    empty_text = "記録はまだありません。照会や提供が行われると、1分ごとに取得します。"
    list_display = (
        "sequence",
        "side",
        "comparison_word",
        "inquirer",
        "provider",
        "information_code",
        "outcome_word",
        "requested_at",
        "not_disclosed",
    )
    list_filter = ("comparison", "side", "outcome", "information_code", "not_disclosed")
    ordering = ("-requested_at",)
    fields = (
        "sequence",
        "side",
        "comparison_word",
        "difference",
        "inquirer",
        "provider",
        "procedure_code",
        "step_code",
        "information_code",
        "item_words",
        "outcome_word",
        "requested_at",
        "provided_at",
        "not_disclosed",
        "update_words",
        "our_record_id",
        "record_link",
        "fetched_at",
        "confirmed_by",
        "confirmed_at",
        "confirmed_because",
    )
    readonly_fields = (
        "comparison_word",
        "inquirer",
        "provider",
        "outcome_word",
        "item_words",
        "update_words",
        "record_link",
    )
    actions = ("withhold", "show")
    actions_detail = ("confirm", "withhold_one", "show_one")

    @display(description="照合", ordering="comparison")
    def comparison_word(self, obj: ExchangeRecord) -> SafeString:
        """Return how it compares."""
        return shown.badge(obj.get_comparison_display(), level_of(obj.comparison))

    @display(description="情報照会者")
    def inquirer(self, obj: ExchangeRecord) -> str:
        """Return who asked."""
        return organisation_name(obj.inquirer_code, {})

    @display(description="情報提供者")
    def provider(self, obj: ExchangeRecord) -> str:
        """Return who provided."""
        return organisation_name(obj.provider_code, {})

    @display(description="結果", ordering="outcome")
    def outcome_word(self, obj: ExchangeRecord) -> str:
        """Return how it ended."""
        return _OUTCOMES.get(obj.outcome, obj.outcome)

    @display(description="項目")
    def item_words(self, obj: ExchangeRecord) -> SafeString:
        """Return which items, by name."""
        return shown.items(obj.items)

    @display(description="不開示の更新")
    def update_words(self, obj: ExchangeRecord) -> str:
        """Say whether the platform has what is wanted."""
        if obj.update_error:
            return words(obj.update_error)
        return "送信中です。" if obj.wanted_not_disclosed != obj.not_disclosed else "反映済みです。"

    @display(description="情報連携記録")
    def record_link(self, obj: ExchangeRecord) -> SafeString | str:
        """Return the record in the law's terms."""
        if obj.linkage_record is None:
            return "-"
        url = reverse("admin:sapporo_base_linkagerecord_change", args=[obj.linkage_record])
        return format_html('<a href="{}">第{}号</a>', url, obj.linkage_record)

    def has_confirm_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may settle differences, and whether there is one."""
        if not request.user.has_perm("gateway.confirm_exchangerecord"):
            return False
        return object_id is None or selectors.is_different_record(object_id)

    def has_withhold_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may have records shown no more."""
        return request.user.has_perm("gateway.withhold_exchangerecord")

    @action(description="相違を確認済にする", permissions=["confirm"], icon="task_alt")
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Note what was found out about a difference."""
        record = self.found(request, object_id)
        return self.act_page(
            request,
            title="情報提供等記録の相違の確認",
            button="確認済にする",
            obj=record,
            form_class=ReasonForm,
            effects=[
                Effect("照合", record.get_comparison_display()),
                Effect("相違の内容", record.difference or "-"),
            ],
            explanation="調べて分かったことを理由に書きます。記録そのものは変わりません。",
            undo="確認の内容は残り、取り消せません。",
            do=lambda data: self._confirmed(record, staff_act(request, reason=data["reason"])),
        )

    def _confirmed(self, record: ExchangeRecord, act: Act) -> None:
        services.confirm_record(record=record, act=act)

    @admin.action(description="不開示にする", permissions=["withhold"])
    def withhold(self, request: HttpRequest, queryset: QuerySet[ExchangeRecord]) -> HttpResponse:
        """Have records shown no more."""
        return self._update(request, _ids(queryset), withheld=True)

    @admin.action(description="不開示を解除する", permissions=["withhold"])
    def show(self, request: HttpRequest, queryset: QuerySet[ExchangeRecord]) -> HttpResponse:
        """Have records shown again."""
        return self._update(request, _ids(queryset), withheld=False)

    @action(description="不開示にする", permissions=["withhold"], icon="visibility_off")
    def withhold_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have this record shown no more."""
        return self._update(request, [self.found(request, object_id).pk], withheld=True)

    @action(description="不開示を解除する", permissions=["withhold"], icon="visibility")
    def show_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have this record shown again."""
        return self._update(request, [self.found(request, object_id).pk], withheld=False)

    def _update(self, request: HttpRequest, ids: Sequence[int], *, withheld: bool) -> HttpResponse:
        word = "不開示にする" if withheld else "不開示を解除する"
        return self.act_page(
            request,
            title=f"情報提供等記録を{word}",
            button=word,
            form_class=ReasonForm,
            effects=[
                Effect("対象", f"{len(ids):,}件"),
                Effect(
                    "マイナポータル",
                    "本人に表示されなくなります。" if withheld else "本人に表示されます。",
                ),
            ],
            undo="同じ画面から元に戻せます。",
            do=lambda data: self._updated(
                ids, withheld=withheld, act=staff_act(request, reason=data["reason"])
            ),
        )

    def _updated(self, ids: Sequence[int], *, withheld: bool, act: Act) -> str:
        count = services.withhold_records(ids=ids, withheld=withheld, act=act)
        return f"{count:,}件をプラットフォームへ送ります。{len(ids) - count:,}件はすでにそのとおりです。"


def _ids(queryset: QuerySet[ExchangeRecord]) -> list[int]:
    return list(queryset.order_by("pk").values_list("pk", flat=True)[:_UPDATED_AT_ONCE])
