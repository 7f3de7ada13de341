"""The act by which staff have マイナポータル show a 受給者 something."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from child_allowance.admin.looks import PROCEDURE
from child_allowance.models import Recipient
from child_allowance.services.notices import notify_recipient
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import staff_act

if TYPE_CHECKING:
    from sapporo_base.admin.bases import ReadOnlyAdmin as _Page
else:
    _Page = object


class NoticeForm(forms.Form):
    """What is shown, and for how long."""

    title = forms.CharField(label="件名", max_length=60, widget=UnfoldAdminTextInputWidget)
    text = forms.CharField(
        label="本文",
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        help_text="1,000文字まで。個人番号やほかの人の情報は書かないでください。",
    )
    shown_days = forms.IntegerField(
        label="掲載日数",
        min_value=1,
        max_value=365,
        initial=60,
        widget=UnfoldAdminIntegerFieldWidget,
    )


class NotifyMixin(_Page):
    """Gives the page of a 受給者 the act 「マイナポータルで知らせる」."""

    def has_notify_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may have notices sent."""
        return request.user.has_perm("child_allowance.notify_recipient")

    @action(description="マイナポータルで知らせる", permissions=["notify"], icon="campaign")
    def notify(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have マイナポータル show the 受給者 something."""
        recipient: Recipient = self.found(request, object_id)
        return self.act_page(
            request,
            title="マイナポータルのお知らせ",
            button="知らせる",
            obj=recipient,
            form_class=NoticeForm,
            effects=[
                Effect("対象", f"認定番号 {recipient.approval_number} の受給者"),
                Effect(
                    "届き方", "プラットフォームの稼働中に送り、本人のマイナポータルに示します。"
                ),
            ],
            undo="送ったあとは、情報照会の「お知らせ」から取り消せます。読まれたものは戻せません。",
            do=lambda data: self._notified(request, recipient, data),
        )

    def _notified(self, request: HttpRequest, recipient: Recipient, data: dict[str, Any]) -> str:
        told = notify_recipient(
            recipient=recipient, act=staff_act(request, procedure=PROCEDURE), **data
        )
        return f"お知らせ{told.id}を受け付けました。"
