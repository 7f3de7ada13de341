"""お知らせ to people: where each stands, and taking one back."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from gateway import services
from gateway.admin.words import StateMixin
from gateway.models import PortalNotice
from integrated_address import selectors as addressees
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.looks import RecordedLookMixin


@admin.register(PortalNotice)
class PortalNoticeAdmin(StateMixin, RecordedLookMixin, ReadOnlyAdmin):
    """お知らせ: where each stands; nobody's number is in the list."""

    personal_file = "integrated-address"
    look_items = ("件名", "本文", "状態")
    is_list_recorded = False
    duty = "照会"
    icon = "campaign"
    duty_order = 30
    about = "庁内業務システムがマイナポータルで本人に示すお知らせと、その状態です。"
    empty_text = "お知らせはありません。庁内業務システムがAPIで依頼すると、ここに表示されます。"
    list_display = (
        "id",
        "system",
        "title",
        "state_word",
        "accepted_at",
        "read_at",
        "shown_until",
    )
    list_filter = ("state", "system")
    list_select_related = ("system",)
    search_fields = ("=id", "=request_key")
    search_help_text = "お知らせ番号または要求キー"
    ordering = ("-accepted_at",)
    fieldsets = (
        (
            None,
            {"fields": ("id", "system", "request_key", "state_word", "reason_words")},
        ),
        ("本人に示す内容", {"fields": ("title", "text", "shown_from", "shown_until")}),
        (
            "経過",
            {
                "fields": (
                    "accepted_at",
                    "sent_at",
                    "read_at",
                    "withdrawal_asked_at",
                    "withdrawal_reason",
                    "settled_at",
                    "due_at",
                )
            },
        ),
        ("通信", {"fields": ("record_id", "exchange", "status", "correlation_id")}),
    )
    actions_detail = ("withdraw",)

    def look_subjects(self, obj: PortalNotice) -> list[tuple[str, str]]:
        """Return to whom it is."""
        return [("integrated", obj.integrated_number)]

    def is_protected(self, obj: PortalNotice) -> bool:
        """Say whether the person stands under 支援措置."""
        return bool(addressees.under_support([obj.integrated_number]))

    def has_withdraw_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may take notices back."""
        return request.user.has_perm("gateway.withdraw_portalnotice")

    @action(description="お知らせを取り消す", permissions=["withdraw"], icon="undo")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the notice back."""
        notice = self.found(request, object_id)
        return self.act_page(
            request,
            title="お知らせの取消",
            button="お知らせを取り消す",
            obj=notice,
            form_class=ReasonForm,
            effects=[
                Effect("対象", str(notice)),
                Effect("件名", notice.title),
                Effect("依頼元", str(notice.system)),
            ],
            undo="取り消したお知らせは戻せません。すでに読まれたものは取り消せません。",
            danger=True,
            do=lambda data: self._withdrawn(request, notice, data["reason"]),
        )

    def _withdrawn(self, request: HttpRequest, notice: PortalNotice, reason: str) -> str:
        row = services.withdraw_notice(notice=notice, act=staff_act(request, reason=reason))
        if row.state == PortalNotice.State.WITHDRAWN:
            return "お知らせを取り消しました。"
        return "プラットフォームに取消を依頼します。間に合ったかは、この画面に表示されます。"
