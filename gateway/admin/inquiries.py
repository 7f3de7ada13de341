"""情報照会: where each stands, and taking one back."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from gateway import selectors, services
from gateway.admin.words import LEVELS, StateMixin, when
from gateway.models import (
    Inquiry,
)
from gateway.rules.stages import lasting
from gateway.rules.statuses import DETAIL_STATUS, NAME_STATUS, STATUS_NAMES
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act


def _status(table: str, code: str) -> str:
    if not code:
        return "-"
    applied = selectors.meaning_of(table=table, code=code, day=timezone.localdate())
    known = STATUS_NAMES[table].get(code, "")
    return f"{code} {applied or known or '(意味の分からないコード)'}"


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
        ("時間の内訳", {"fields": ("stages",)}),
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
                    "answer_expected",
                )
            },
        ),
        ("通信の経過", {"fields": ("trip",)}),
        ("照会結果の保存", {"fields": ("result_kept", "result_disposed")}),
        (
            "通信",
            {
                "fields": (
                    "record_id",
                    "exchange",
                    "attempts",
                    "detail_words",
                    "name_words",
                    "correlation_id",
                    "records",
                )
            },
        ),
    )

    @display(description="時間の内訳")
    def stages(self, obj: Inquiry) -> SafeString:
        """Return where its time went, stage by stage."""
        rows = [
            (
                one.name,
                shown.moment(one.began, seconds=True),
                f"{lasting(one.seconds)}{'' if one.ended else '(継続中)'}",
                format_html(
                    '<meter class="sb-share" min="0" max="1" value="{}">{}%</meter>',
                    f"{one.share:.3f}",
                    round(one.share * 100),
                ),
            )
            for one in selectors.stages_of(obj, at=timezone.now())
        ]
        return shown.table(("段階", "開始", "所要時間", "割合"), rows, caption="段階ごとの所要時間")

    @display(description="項目の値の保存")
    def result_kept(self, obj: Inquiry) -> str:
        """Say for how long the values of its result are kept."""
        days = services.days_kept(obj.legal_basis)
        result = getattr(obj, "result", None)
        if result is None:
            return f"結果の到着から{days}日(法令上の根拠ごとの日数)"
        return f"{when(result.arrived_at + timedelta(days=days))} まで(到着から{days}日)"

    @display(description="項目の値の廃棄")
    def result_disposed(self, obj: Inquiry) -> SafeString | str:
        """Say when the values were disposed of."""
        result = getattr(obj, "result", None)
        if result is None or result.disposed_at is None:
            return "未廃棄" if result and result.items else "保存している値はありません。"
        return f"{when(result.disposed_at)} に廃棄し、情報連携記録に残しました。"

    @display(description="照会ステータス(明細単位)")
    def detail_words(self, obj: Inquiry) -> str:
        """Return the platform's status with what its masters say that it means."""
        return _status(DETAIL_STATUS, obj.detail_status)

    @display(description="照会ステータス(特定個人情報名単位)")
    def name_words(self, obj: Inquiry) -> str:
        """Return the platform's other status likewise."""
        return _status(NAME_STATUS, obj.name_status)

    @display(description="同じ一連の処理の記録")
    def records(self, obj: Inquiry) -> SafeString:
        """Lead to the records of the call that asked."""
        return format_html(
            '<a href="{}?q={}">情報連携記録を表示</a>',
            reverse("admin:sapporo_base_linkagerecord_changelist"),
            obj.correlation_id,
        )

    @display(description="通信の経過")
    def trip(self, obj: Inquiry) -> SafeString:
        """Tell by which messages it was asked, looked after and fetched."""
        return shown.timeline(
            [
                shown.Moment(
                    one.created_at,
                    one.get_state_display(),
                    f"電文{one.pk} {one.get_work_display()}({one.item_count:,}件のうちの1件)",
                    url=reverse("admin:gateway_exchange_change", args=[one.pk]),
                    level=LEVELS.get(one.state, "info"),
                )
                for one in selectors.messages_of(obj)
            ],
            empty="まだ電文に入っていません。",
        )

    @display(description="送信の見込み")
    def goes_out(self, obj: Inquiry) -> str:
        """Say when it goes out, or why it does not."""
        if obj.state in Inquiry.FINAL:
            return "処理は終わっています。"
        out = selectors.outlook_of(obj, at=timezone.now())
        if obj.sent_at and obj.state != Inquiry.State.WAITING:
            return f"{when(obj.sent_at)} 送信済み {out.why}".strip()
        goes = when(max(out.goes_out_at, obj.due_at)) if out.goes_out_at else "未定"
        return f"{goes} {out.why}".strip()

    @display(description="回答の見込み")
    def answer_expected(self, obj: Inquiry) -> str:
        """Say when an answer is likely."""
        out = selectors.outlook_of(obj, at=timezone.now())
        return when(out.answered_at) if out.answered_at else "-"

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

    actions_detail = ("cancel", "compare")

    def has_compare_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may have an inquiry under 要確認 compared."""
        if not request.user.has_perm("gateway.requeue_exchange"):
            return False
        inquiry = self.get_object(request, object_id) if object_id else None
        return inquiry is None or inquiry.state == Inquiry.State.UNCLEAR

    @action(description="照会内容を照合する", permissions=["compare"], icon="compare_arrows")
    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have the inquiry compared with what the platform holds of it."""
        inquiry = self.get_object(request, object_id)
        return self.act_page(
            request,
            title="照会内容の照合",
            button="照会内容を照合する",
            obj=inquiry,
            effects=[
                Effect("対象", str(inquiry)),
                Effect("一致したとき", "照会中に戻り、回答を確かめます。"),
                Effect("登録がないとき", "同じ識別番号で送り直します。二重には登録されません。"),
                Effect("異なるとき", "要確認のまま、異なる項目を理由に示します。"),
            ],
            undo="照合は何度でもできます。",
            do=lambda _: self._compared(request, inquiry),
        )

    def _compared(self, request: HttpRequest, inquiry: Inquiry) -> str:
        services.compare_inquiry(inquiry=inquiry, act=staff_act(request))
        return "照合を依頼しました。プラットフォームの稼働中に行われます。"

    def has_cancel_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may take inquiries back."""
        return request.user.has_perm("gateway.cancel_inquiry")

    def _cancelled(self, request: HttpRequest, inquiry: Inquiry, data: dict[str, Any]) -> str:
        taken_back = services.cancel_inquiry(
            system=inquiry.system,
            inquiry_id=inquiry.pk,
            act=staff_act(request, reason=data["reason"]),
        )
        if taken_back.state == Inquiry.State.CANCELLED:
            return "照会を取りやめました。"
        return "プラットフォームに取りやめを依頼します。間に合ったかは、この画面に表示されます。"
