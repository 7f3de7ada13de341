"""電文: each message to the platform, its tries and its answer; the 83 interfaces."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from gateway import services
from gateway.admin.words import StateMixin
from gateway.models import (
    Exchange,
)
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act


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
            do=lambda data: services.do_with_exchanges(
                deed="requeue", ids=[exchange.pk], act=staff_act(request, reason=data["reason"])
            ),
        )

    def has_requeue_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may send messages again."""
        return request.user.has_perm("gateway.requeue_exchange")
