"""情報提供 under 自動応答不可: one person answers, another permits."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from gateway import selectors, services
from gateway.admin.words import StateMixin, when
from gateway.models import (
    Provision,
)
from integrated_address import selectors as addressees
from sapporo_base.acts import InvalidRequest
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import RecordedLookMixin


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


def provision_block(request: HttpRequest) -> HomeBlock | None:
    """Return the inquiries of others that wait for an answer or for the permission to send it."""
    if not request.user.has_perm("gateway.view_provision"):
        return None
    waiting = selectors.waiting_provisions()
    url = reverse("admin:gateway_provision_changelist")
    rows = [
        HomeRow(
            Provision.State(state).label,
            f"{count:,}件 最古 {when(oldest)}",
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
