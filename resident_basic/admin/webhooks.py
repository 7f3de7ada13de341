"""更新通知: who is woken where, whether it arrives, and the acts on it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from resident_basic import services
from resident_basic.models import WebhookCall, WebhookSubscription
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.nudge import nudge

_SHOWN = 30
_TASK = "resident_basic.tasks.wake_consumers"
_LEVELS = {
    WebhookCall.State.SENT: "done",
    WebhookCall.State.WAITING: "waiting",
    WebhookCall.State.FAILED: "stopped",
}


class WebhookForm(forms.Form):
    """Where a system wants to be woken."""

    url = forms.CharField(
        label="通知先のURL",
        max_length=300,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "url"}),
        help_text="例: https://gakurei.example.lg.jp/wake 許可されたホストだけを登録できます。",
    )


def secret_page(page: Any, request: HttpRequest, issued: services.IssuedSecret) -> HttpResponse:
    """Show a new secret, this once."""
    name = "admin:resident_basic_webhooksubscription_change"
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "original": issued.subscription,
        "title": "更新通知の署名鍵",
        "issued": issued,
        "back": reverse(name, args=[issued.subscription.pk]),
    }
    response = TemplateResponse(request, "resident_basic/issued_secret.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


@admin.register(WebhookSubscription)
class WebhookSubscriptionAdmin(ReadOnlyAdmin):
    """更新通知先."""

    duty, icon, duty_order = "連携", "notifications_active", 33
    duty_title = "更新通知(webhook)"
    about = (
        "新しい異動情報があることを庁内業務システムに知らせる呼出しです。個人の情報は含みません。"
        "届かなくても異動情報は失われず、システムはいつでも受け取れます。"
    )
    empty_text = "配信状況の画面で更新通知を設定すると、表示されます。"
    list_display = ("system", "status", "place", "succeeded", "error")
    list_select_related = ("system",)
    search_fields = ("system__name", "url")
    search_help_text = "庁内業務システム・通知先で検索"
    ordering = ("system__business_id",)
    fieldsets = (
        (None, {"fields": ("system", "status", "place", "succeeded", "error")}),
        ("署名鍵", {"fields": ("keys",)}),
        ("呼出し(新しい順に30件)", {"fields": ("history",)}),
    )
    readonly_fields = ("system", "place", "status", "succeeded", "error", "keys", "history")
    actions_detail = ("try_it", "pause", "resume", "rotate")

    def has_operate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Calls are set by those who may change them."""
        return bool(request.user.has_perm("resident_basic.change_webhooksubscription"))

    @admin.display(description="状態")
    def status(self, obj: WebhookSubscription) -> SafeString:
        """Say whether calls are made and arrive."""
        if not obj.is_active:
            return display.badge("停止中", "stopped")
        if obj.closed_until and obj.closed_until > timezone.now():
            return format_html(
                "{} {}まで呼び出しません(連続失敗 {}回)",
                display.badge("休止中", "stopped"),
                display.moment(obj.closed_until),
                obj.failures,
            )
        if obj.failures:
            return display.badge(f"失敗 {obj.failures}回", "warned")
        if obj.succeeded_at is None:
            return display.badge("未通知", "info")
        return display.badge("正常", "done")

    @admin.display(description="通知先", ordering="url")
    def place(self, obj: WebhookSubscription) -> SafeString:
        """Return the address as a text: nobody follows it from here."""
        return format_html("<code>{}</code>", obj.url)

    @admin.display(description="最終成功", ordering="succeeded_at")
    def succeeded(self, obj: WebhookSubscription) -> SafeString:
        """Return when a call last arrived."""
        return display.moment(obj.succeeded_at)

    @admin.display(description="直近のエラー")
    def error(self, obj: WebhookSubscription) -> SafeString:
        """Return the cause of the last failure, and when it was."""
        if not obj.last_error:
            return display.NOTHING
        return format_html("{} {}", obj.last_error, display.moment(obj.failed_at))

    @admin.display(description="鍵ID")
    def keys(self, obj: WebhookSubscription) -> SafeString:
        """Return which secrets sign; never themselves."""
        if obj.previous_until and obj.previous_until > timezone.now():
            return format_html(
                "<code>{}</code> と、{}まで <code>{}</code>",
                obj.key_id,
                display.moment(obj.previous_until),
                obj.previous_key_id,
            )
        return format_html("<code>{}</code>", obj.key_id)

    @admin.display(description="呼出し")
    def history(self, obj: WebhookSubscription) -> SafeString:
        """Return the newest calls: when, what was told, what became of them."""
        return display.table(
            ["日時", "種別", "状態", "内容", "エラー"],
            [
                [
                    display.moment(call.settled_at or call.created_at),
                    call.get_kind_display(),
                    display.badge(call.get_state_display(), _LEVELS[WebhookCall.State(call.state)]),
                    f"受領番号{call.head:,} 未配信{call.waiting:,}件 {call.attempts}回目",
                    call.last_error,
                ]
                for call in obj.calls.order_by("-pk")[:_SHOWN]
            ],
            caption="この更新通知先への呼出し",
        )

    @action(description="接続を試験する", permissions=["operate"], icon="network_check")
    def try_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Call the address once; the outcome stands in the list of calls."""
        subscription = self.found(request, object_id)

        def do(data: dict[str, Any]) -> str:
            services.call_for_test(subscription=subscription, act=staff_act(request))
            nudge(_TASK, queue="outward")
            return (
                "接続試験を登録しました。数秒後にこの画面を開き直すと、結果と原因が表示されます。"
            )

        return self.act_page(
            request,
            title=f"接続試験 {subscription.system}",
            button="接続を試験する",
            do=do,
            obj=subscription,
            effects=[Effect("通知先", subscription.url)],
            explanation="署名付きの呼出しを1回だけ行います。停止中・休止中でも試験できます。",
        )

    @action(description="通知を止める", permissions=["operate"], icon="pause")
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make no calls for a while."""
        subscription = self.found(request, object_id)

        def do(data: dict[str, Any]) -> None:
            services.pause_webhook(subscription=subscription, act=staff_act(request))

        return self.act_page(
            request,
            title=f"更新通知の停止 {subscription.system}",
            button="通知を止める",
            do=do,
            obj=subscription,
            effects=[Effect("通知先", subscription.url)],
            undo="「通知を再開する」で再開できます。止めている間の異動情報は失われません。",
        )

    @action(description="通知を再開する", permissions=["operate"], icon="play_arrow")
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Call again, at once where something waits."""
        subscription = self.found(request, object_id)

        def do(data: dict[str, Any]) -> None:
            services.resume_webhook(subscription=subscription, act=staff_act(request))
            nudge(_TASK, queue="outward")

        return self.act_page(
            request,
            title=f"更新通知の再開 {subscription.system}",
            button="通知を再開する",
            do=do,
            obj=subscription,
            effects=[Effect("通知先", subscription.url)],
            explanation="休止中の通知先も、すぐに呼び出します。",
        )

    @action(description="署名鍵を切り替える", permissions=["operate"], icon="key")
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Issue a new secret, which is shown once; the one before signs beside it for a week."""
        subscription = self.found(request, object_id)

        def do(data: dict[str, Any]) -> HttpResponse:
            issued = services.rotate_webhook_secret(
                subscription=subscription, act=staff_act(request)
            )
            return secret_page(self, request, issued)

        return self.act_page(
            request,
            title=f"署名鍵の切替え {subscription.system}",
            button="署名鍵を切り替える",
            do=do,
            obj=subscription,
            effects=[
                Effect("通知先", subscription.url),
                Effect("内容", "新しい鍵を発行します。前の鍵でも7日間署名します。"),
            ],
            undo="新しい鍵は発行時に一度だけ表示します。7日以内に相手方の設定を切り替えてください。",
        )
