"""The pages of 市中間サーバ: what waits, why, and when it goes out; answers to others; opening hours."""

import json
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from gateway import selectors, services
from gateway.models import (
    Copy,
    CopyError,
    Exchange,
    Inquiry,
    OperatingWindow,
    Pace,
    PlannedStop,
    PlatformInterface,
    PlatformState,
    Provision,
    Reconciliation,
)
from gateway.rules.codes import with_numbers_replaced
from integrated_address import selectors as addressees
from sapporo_base.acts import InvalidRequest
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, SystemBaseAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import RecordedLookMixin
from sapporo_base.rules.dates import format_date

_LEVELS = {
    **dict.fromkeys(("waiting_code", "waiting", "ready", "running", "held"), "waiting"),
    **dict.fromkeys(("sending", "sent", "asked", "arrived", "answered_wait"), "info"),
    **dict.fromkeys(("answered", "forwarded", "done", "equal"), "done"),
    **dict.fromkeys(("failed", "refused", "unclear", "expired", "different"), "stopped"),
    **dict.fromkeys(("no_record", "cancelled", "deleted", "dropped", "withdrawn"), "plain"),
}
_MINUTES_A_DAY = 1440
_DIFFERENCES_SHOWN = 200
_DIFFERENCES = {
    "missing_there": "プラットフォームにない",
    "differs": "内容が異なる",
    "unknown_here": "市にない",
}


def _when(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{format_date(local.date())} {local:%H:%M}"


def _copy_link(difference: dict[str, Any]) -> SafeString | str:
    if "copy" not in difference:
        return f"データセット{difference['dataset']}"
    url = reverse("admin:gateway_copy_change", args=[difference["copy"]])
    return format_html('<a href="{}">副本{}</a>', url, difference["copy"])


def _state(row: Any) -> SafeString:
    return shown.badge(row.get_state_display(), _LEVELS.get(row.state, "info"))


def _words(text: str) -> str:
    """Return the platform's words without the 団体内統合宛名番号 that they may quote."""
    return with_numbers_replaced(text, {}) or "-"


class StateMixin:
    """Shows the state as a word with a shape, and the platform's reason without anybody's number."""

    @display(description="状態", ordering="state")
    def state_word(self, obj: Any) -> SafeString:
        """Return the state."""
        return _state(obj)

    @display(description="理由")
    def reason_words(self, obj: Any) -> str:
        """Return the reason."""
        return _words(obj.reason)


@admin.register(Inquiry)
class InquiryAdmin(StateMixin, ReadOnlyAdmin):
    """情報照会: where each stands; nobody's number is on these pages."""

    duty = "照会"
    icon = "travel_explore"
    duty_order = 10
    about = "庁内業務システムが他団体へ求めた情報照会と、その段階ごとの日時です。"
    empty_text = "情報照会はありません。庁内業務システムがAPIで依頼すると、ここに表示されます。"
    list_display = (
        "id",
        "system",
        "state_word",
        "lane",
        "information_code",
        "accepted_at",
        "due_at",
    )
    list_filter = ("state", "lane", "system", "information_code")
    list_select_related = ("system",)
    search_fields = ("=id", "=request_key")
    search_help_text = "照会番号または要求キー"
    ordering = ("-accepted_at",)
    fieldsets = (
        (None, {"fields": ("id", "system", "request_key", "state_word", "reason_words", "lane")}),
        (
            "照会の内容",
            {
                "fields": (
                    "legal_basis",
                    "procedure_code",
                    "step_code",
                    "information_code",
                    "provider_code",
                    "fiscal_year",
                    "period_from",
                    "period_until",
                    "not_disclosed",
                    "asked_by",
                )
            },
        ),
        (
            "段階ごとの日時",
            {
                "fields": (
                    "accepted_at",
                    "code_ready_at",
                    "sent_at",
                    "registered_at",
                    "arrived_at",
                    "settled_at",
                    "goes_out",
                )
            },
        ),
        (
            "通信",
            {
                "fields": (
                    "record_id",
                    "exchange",
                    "attempts",
                    "detail_status",
                    "name_status",
                    "correlation_id",
                )
            },
        ),
    )

    @display(description="送信の見込み")
    def goes_out(self, obj: Inquiry) -> str:
        """Say when it goes out, or why it does not."""
        if obj.state in Inquiry.FINAL:
            return "処理は終わっています。"
        if obj.state == Inquiry.State.WAITING_CODE:
            return "符号の取得が完了すると自動的に送信します。"
        if obj.state != Inquiry.State.WAITING:
            return "送信済みです。回答を自動的に確認しています。"
        opening = selectors.opening(group="SKI", at=timezone.now())
        when = _when(max(opening.at, obj.due_at)) if opening.at else "未定"
        return f"{when} {opening.why}".strip()

    @action(description="照会を取りやめる", permissions=["cancel"], icon="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the inquiry back."""
        inquiry = self.get_object(request, object_id)
        return self.act_page(
            request,
            title="情報照会の取りやめ",
            button="照会を取りやめる",
            obj=inquiry,
            form_class=ReasonForm,
            effects=[Effect("対象", str(inquiry)), Effect("依頼元", str(inquiry.system))],
            undo="取りやめた照会は戻せません。必要なときは、業務システムから改めて依頼します。",
            danger=True,
            do=lambda data: self._cancelled(request, inquiry, data),
        )

    actions_detail = ("cancel",)

    def has_cancel_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may take inquiries back."""
        return request.user.has_perm("gateway.cancel_inquiry")

    def _cancelled(self, request: HttpRequest, inquiry: Inquiry, data: dict[str, Any]) -> None:
        services.cancel_inquiry(
            system=inquiry.system,
            inquiry_id=inquiry.pk,
            act=staff_act(request, reason=data["reason"]),
        )


@admin.register(Exchange)
class ExchangeAdmin(StateMixin, ReadOnlyAdmin):
    """電文: each message to the platform, its tries and its answer."""

    duty = "連携"
    icon = "swap_horiz"
    duty_order = 20
    about = "プラットフォームとの電文です。要対応の電文は、原因を除いてから再送します。"
    empty_text = "電文はありません。照会・副本・符号の処理が始まると、ここに表示されます。"
    list_display = (
        "id",
        "state_word",
        "work",
        "interface",
        "item_count",
        "attempts",
        "due_at",
        "last_error",
    )
    list_filter = ("state", "work", "lane")
    list_select_related = ("interface",)
    ordering = ("-created_at",)
    exclude = ("lease", "state")
    readonly_fields = ("state_word",)
    actions_detail = ("requeue",)

    @action(description="電文を再送する", permissions=["requeue"], icon="replay")
    def requeue(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a message again that waits for a person."""
        exchange = self.get_object(request, object_id)
        return self.act_page(
            request,
            title="電文の再送",
            button="電文を再送する",
            obj=exchange,
            form_class=ReasonForm,
            effects=[
                Effect("対象", str(exchange)),
                Effect("件数", f"{exchange.item_count:,}件"),
                Effect("直近のエラー", exchange.last_error or "-"),
            ],
            undo="同じレコードを同じ識別番号で送るため、相手方で二重に登録されることはありません。",
            do=lambda data: services.requeue_exchange(
                exchange=exchange, act=staff_act(request, reason=data["reason"])
            ),
        )

    def has_requeue_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may send messages again."""
        return request.user.has_perm("gateway.requeue_exchange")


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


class AnswerForm(forms.Form):
    """What is answered to an inquiry of others, and why."""

    answer = forms.ChoiceField(
        label="回答", choices=Provision.Answer.choices, widget=UnfoldAdminSelectWidget
    )
    items = forms.CharField(
        label="回答内容",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 10}),
        help_text="「項目名: 値」を1行に1つ。「提供する」のときだけ送られます。",
    )
    reason = forms.CharField(
        label="判断の理由", max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )

    def clean_items(self) -> dict[str, Any]:
        """Return the items by name; a repeating group stands as JSON."""
        told: dict[str, Any] = {}
        for line in self.cleaned_data["items"].splitlines():
            name, colon, value = line.partition(":")
            if not line.strip():
                continue
            if not colon or not name.strip():
                raise forms.ValidationError("「項目名: 値」の形で入力してください。")
            value = value.strip()
            try:
                told[name.strip()] = json.loads(value) if value.startswith("[") else value or None
            except ValueError:
                raise forms.ValidationError("繰返し項目の形が正しくありません。") from None
        return told


def _lines(items: dict[str, Any]) -> str:
    return "\n".join(
        f"{name}: {json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value or ''}"
        for name, value in items.items()
    )


@admin.register(Provision)
class ProvisionAdmin(StateMixin, RecordedLookMixin, ReadOnlyAdmin):
    """情報提供 under 自動応答不可: one person answers, another permits."""

    personal_file = "child-allowance"
    look_items = ("情報照会者", "特定個人情報", "副本の内容")
    is_list_recorded = False
    duty = "照会"
    icon = "outbox"
    duty_order = 20
    duty_title = "情報提供(自動応答不可)"
    about = "自動応答不可の人への照会です。職員が回答を登録し、別の職員が送信を許可します。"
    empty_text = "回答を待つ照会はありません。他団体から照会があると、ここに表示されます。"
    list_display = ("id", "asker_name", "information_code", "state_word", "asked_at", "answered_by")
    list_filter = ("state", "information_code")
    list_select_related = ("answered_by",)
    ordering = ("state", "asked_at")
    fields = (
        "id",
        "integrated_number",
        "asker_name",
        "asker_code",
        "procedure_code",
        "step_code",
        "information_code",
        "asked_at",
        "not_disclosed",
        "copy_lines",
        "state_word",
        "answer",
        "answer_lines",
        "answer_reason",
        "answered_by",
        "answered_at",
        "permitted_by",
        "permitted_at",
        "sent_at",
    )
    actions_detail = ("answer_inquiry", "permit")

    def look_subjects(self, obj: Provision) -> list[tuple[str, str]]:
        """Return whom it is about."""
        return [("integrated", obj.integrated_number)]

    def is_protected(self, obj: Provision) -> bool:
        """Say whether the person stands under 支援措置."""
        return bool(addressees.under_support([obj.integrated_number]))

    @display(description="副本の内容")
    def copy_lines(self, obj: Provision) -> SafeString | str:
        """Return what the copies would answer."""
        return _lines(obj.copy_items) or "副本はありません。"

    @display(description="回答内容")
    def answer_lines(self, obj: Provision) -> str:
        """Return what is answered."""
        return _lines(obj.answer_items) or "-"

    def has_answer_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may register answers."""
        return request.user.has_perm("gateway.answer_provision")

    def has_permit_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may permit sending."""
        return request.user.has_perm("gateway.permit_provision")

    def _opened(self, request: HttpRequest, object_id: str) -> Provision:
        provision = self.get_object(request, object_id)
        if provision is None or not self.has_view_permission(request, provision):
            raise PermissionDenied
        return provision

    @action(description="回答を登録する", permissions=["answer"], icon="edit_note")
    def answer_inquiry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Register the answer; it is not sent yet."""
        provision = self._opened(request, object_id)
        return self.act_page(
            request,
            title="情報提供の回答",
            button="回答を登録する",
            obj=provision,
            form_class=AnswerForm,
            initial={"answer": provision.answer, "items": _lines(provision.answer_items)},
            effects=[
                Effect("情報照会者", provision.asker_name or provision.asker_code),
                Effect("特定個人情報", provision.information_code),
            ],
            undo="送信が許可されるまでは、回答を登録し直せます。",
            do=lambda data: self._answered(request, provision, data),
        )

    def _answered(self, request: HttpRequest, provision: Provision, data: dict[str, Any]) -> str:
        is_provided = data["answer"] == Provision.Answer.PROVIDE
        if is_provided and not data["items"]:
            raise InvalidRequest(
                "提供する内容を入力してください。", fields={"items": "内容がありません。"}
            )
        services.answer_provision(
            provision=provision,
            answer=data["answer"],
            items=data["items"] if is_provided else {},
            reason=data["reason"],
            act=staff_act(request, reason=data["reason"]),
        )
        return "回答を登録しました。別の職員が送信を許可すると送られます。"

    @action(description="送信を許可する", permissions=["permit"], icon="send")
    def permit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Permit that the answer is sent."""
        provision = self._opened(request, object_id)
        drafter = provision.answered_by
        return self.act_page(
            request,
            title="情報提供の送信許可",
            button="送信を許可する",
            obj=provision,
            drafted_by=drafter.staff_number if drafter else "",
            effects=[
                Effect("情報照会者", provision.asker_name or provision.asker_code),
                Effect("回答", provision.get_answer_display() or "未登録"),
                Effect("回答者", str(drafter or "-")),
            ],
            undo="許可した回答は取り消せません。",
            danger=True,
            do=lambda _: self._permitted(request, provision),
        )

    def _permitted(self, request: HttpRequest, provision: Provision) -> str:
        services.permit_provision(provision=provision, act=staff_act(request))
        return "送信を許可しました。プラットフォームの稼働中に送られます。"


class MinutesField(forms.CharField):
    """A time of day as clerks write it (7:00, 24:00), kept as minutes from midnight."""

    def prepare_value(self, value: Any) -> Any:
        """Show minutes as a time."""
        return f"{value // 60}:{value % 60:02d}" if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        """Read a time as minutes."""
        hour, _, minute = str(super().clean(value)).replace("\uff1a", ":").partition(":")
        try:
            minutes = int(hour) * 60 + int(minute or 0)
        except ValueError:
            minutes = -1
        if not 0 <= minutes <= _MINUTES_A_DAY:
            raise forms.ValidationError("0:00から24:00までの時刻を入力してください。")
        return minutes


@admin.register(OperatingWindow)
class OperatingWindowAdmin(SystemBaseAdmin):
    """稼働時間: weekly windows by group of interfaces."""

    duty = "運用"
    icon = "schedule"
    duty_order = 10
    about = (
        "プラットフォームの稼働時間です。時間外の照会や副本は、次の稼働時間まで自動的に待ちます。"
    )
    empty_text = "登録がありません。登録がない間は、常に稼働しているものとして送信します。"
    list_display = ("group", "day", "hours_word", "valid_from", "valid_until")
    list_filter = ("group", "day")
    ordering = ("group", "day", "opens_minute")

    @display(description="稼働時間")
    def hours_word(self, obj: OperatingWindow) -> str:
        """Return opening and closing time."""
        return obj.hours

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Ask for times of day, not for minutes."""
        field = super().formfield_for_dbfield(db_field, request, **options)
        if db_field.name not in {"opens_minute", "closes_minute"}:
            return field
        label = "開始時刻" if db_field.name == "opens_minute" else "終了時刻"
        return MinutesField(label=label, help_text="例: 7:00、24:00")


@admin.register(PlannedStop)
class PlannedStopAdmin(SystemBaseAdmin):
    """計画停止: announced stops."""

    duty = "運用"
    icon = "event_busy"
    duty_order = 11
    about = "予告された停止です。停止中の照会や副本は失われず、再開後に自動的に送信します。"
    empty_text = "予定されている停止はありません。"
    list_display = ("notice", "group", "starts_at", "ends_at")
    ordering = ("-starts_at",)


@admin.register(Pace)
class PaceAdmin(SystemBaseAdmin):
    """送信制限: how fast a system may send in a lane, and the switch that pauses it."""

    duty = "運用"
    icon = "speed"
    duty_order = 13
    about = (
        "庁内業務システムごとの送信の速さです。停止中にすると、その間の依頼は失われずに待ちます。"
    )
    empty_text = "登録がありません。登録がない間は、標準の速さで送信します。"
    list_display = ("system_word", "lane", "per_minute", "most_in_flight", "paused", "pause_reason")
    list_filter = ("lane", "paused")
    list_select_related = ("system",)
    ordering = ("lane", "system")

    @display(description="庁内業務システム", ordering="system")
    def system_word(self, obj: Pace) -> str:
        """Return the system, or that it holds for all."""
        return str(obj.system or "全システム")


@admin.register(PlatformState)
class PlatformStateAdmin(ReadOnlyAdmin):
    """稼働状態 of the platform, and our circuit towards it."""

    duty = "運用"
    icon = "lan"
    duty_order = 12
    about = "プラットフォームの稼働状態と、通信の失敗が続いたときの送信の中断です。"
    empty_text = "まだ稼働状態を確認していません。ワーカーが動くと自動的に確認します。"
    list_display = ("__str__", "checked_at", "closes_at", "reopens_at", "failures", "broken_until")


@admin.register(PlatformInterface)
class PlatformInterfaceAdmin(ReadOnlyAdmin):
    """The 83 interfaces."""

    duty = "運用"
    icon = "api"
    duty_order = 90
    about = "共通機能標準仕様書に定める中間サーバーのインターフェイスです。"
    empty_text = "登録がありません。load_reference_dataを実行してください。"
    list_display = ("interface_id", "name", "group")
    list_filter = ("group",)
    search_fields = ("interface_id", "name")
    ordering = ("interface_id",)


def home_block(request: HttpRequest) -> HomeBlock | None:
    """Return how the platform is, what waits for it, and what waits for a person."""
    if not request.user.has_perm("gateway.view_exchange"):
        return None
    state, opening = selectors.platform_state(), selectors.opening(group="SKI", at=timezone.now())
    failed = selectors.failed_exchange_count()
    is_stopped = bool(opening.why)
    lanes = {"interactive": "即時", "batch": "一括"}
    rows = [
        HomeRow(
            f"{Inquiry.State(one.state).label}({lanes.get(one.lane, one.lane)})",
            f"{one.count:,}件 最古 {_when(one.oldest)}",
            f"{reverse('admin:gateway_inquiry_changelist')}"
            f"?state__exact={one.state}&lane__exact={one.lane}",
            Attention.INFORMED,
        )
        for one in selectors.waiting_counts()
    ]
    if failed:
        url = f"{reverse('admin:gateway_exchange_changelist')}?state__exact=failed"
        rows.insert(0, HomeRow("要対応の電文", f"{failed:,}件", url, Attention.STOPPED))
    word = "停止中" if is_stopped else "稼働中"
    attention = Attention.STOPPED if failed else Attention.WARNED if is_stopped else Attention.CALM
    note = opening.why
    if is_stopped and opening.at:
        note += f" 送信の再開: {_when(opening.at)}"
    return HomeBlock(
        title="中間サーバ・プラットフォーム",
        state=f"{word} 要対応{failed}件" if failed else word,
        attention=attention,
        rows=rows,
        note=note or (f"最終確認 {_when(state.checked_at)}" if state.checked_at else ""),
        links=[("電文の一覧", reverse("admin:gateway_exchange_changelist"))],
        order=10,
    )


def provision_block(request: HttpRequest) -> HomeBlock | None:
    """Return the inquiries of others that wait for an answer or for the permission to send it."""
    if not request.user.has_perm("gateway.view_provision"):
        return None
    waiting = selectors.waiting_provisions()
    url = reverse("admin:gateway_provision_changelist")
    rows = [
        HomeRow(
            Provision.State(state).label,
            f"{count:,}件 最古 {_when(oldest)}",
            f"{url}?state__exact={state}",
            Attention.WAITING,
        )
        for state, count, oldest in waiting
    ]
    total = sum(count for _, count, _ in waiting)
    return HomeBlock(
        title="情報提供(自動応答不可)",
        state=f"{total:,}件待ち" if total else "待ちなし",
        attention=Attention.WAITING if total else Attention.CALM,
        rows=rows,
        order=20,
    )
