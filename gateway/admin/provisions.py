"""情報提供 under 自動応答不可: one person answers, another permits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from gateway import selectors, services
from gateway.admin.answers import AnswerForm, lines_to_edit
from gateway.admin.words import StateMixin, level_of, lines_of, when
from gateway.models import Provision
from integrated_address import selectors as addressees
from sapporo_base.acts import InvalidRequest
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.looks import RecordedLookMixin

_WAITING = (Provision.State.WAITING, Provision.State.ANSWERED)
_SOON = timedelta(hours=24)
_CAN_BE_STOPPED = (
    "送信されるまでは「送信許可を取り消す」で止められます。相手方に届いた回答は取り消せません。"
)
_OPEN_FIRST = Case(When(state__in=_WAITING, then=Value(0)), default=Value(1))


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
    about = (
        "自動応答不可の人への照会です。職員が回答を登録し、別の職員が送信を許可するまで、"
        "何も送られません。期限の近いものから並びます。"
    )
    empty_text = "回答を待つ照会はありません。他団体から照会があると、ここに表示されます。"
    list_display = ("asker", "state_word", "due_word", "waited", "law_word", "answered_by")
    list_filter = ("state", "information_code", "asker_name", "sent_differs")
    list_select_related = ("answered_by",)
    ordering = (_OPEN_FIRST, "answer_due_at", "asked_at")
    fieldsets = (
        (
            "照会",
            {
                "fields": (
                    "id",
                    "state_word",
                    "due_word",
                    "waited",
                    "asker_name",
                    "asker_code",
                    "law_word",
                    "law_procedure",
                    "information_code",
                    "asked_at",
                    "integrated_number",
                    "not_disclosed",
                )
            },
        ),
        ("副本", {"fields": ("copy_lines",)}),
        (
            "回答と送信の許可",
            {
                "fields": (
                    "answer",
                    "answer_lines",
                    "answer_reason",
                    "answered_by",
                    "answered_at",
                    "returned_by",
                    "returned_at",
                    "return_reason",
                    "permitted_by",
                    "permitted_at",
                    "sent_at",
                    "provided_lines",
                    "reason_words",
                )
            },
        ),
    )
    readonly_fields = ("provided_lines",)
    actions = ("permit_many",)
    actions_detail = ("answer_inquiry", "permit", "give_back", "withdraw", "look_at_copies")

    def prepare(self, request: HttpRequest, rows: Sequence[Provision]) -> None:
        """Bring along under which item of the law each is asked."""
        grounds = selectors.provision_grounds(rows)
        for row in rows:
            row.ground = grounds.get(row.pk)

    @display(description="根拠(条・項)")
    def law_word(self, obj: Provision) -> SafeString | str:
        """Return the item of the law, or that there is none on that day."""
        ground = self._ground(obj)
        if ground is None:
            return shown.badge("根拠なし", "stopped")
        return shown.roomy(f"{ground.law} {ground.item}")

    @display(description="情報照会者", ordering="asker_name")
    def asker(self, obj: Provision) -> SafeString:
        """Return who asks."""
        return shown.roomy(obj.asker_name or obj.asker_code)

    @display(description="状態", ordering="state")
    def state_word(self, obj: Provision) -> SafeString:
        """Return the state; an answer that waits for permission is not done."""
        level = "waiting" if obj.state in _WAITING else level_of(obj.state)
        return shown.badge(obj.get_state_display(), level)

    @display(description="事務")
    def law_procedure(self, obj: Provision) -> str:
        """Return for which 事務 it is asked."""
        ground = self._ground(obj)
        codes = f"{obj.procedure_code} {obj.step_code}".strip()
        return f"{ground.procedure}({codes})" if ground else codes or "-"

    def _ground(self, obj: Provision) -> Any:
        if not hasattr(obj, "ground"):
            obj.ground = selectors.provision_grounds([obj]).get(obj.pk)
        return obj.ground

    @display(description="回答期限", ordering="answer_due_at")
    def due_word(self, obj: Provision) -> SafeString | str:
        """Return until when an answer is due, and whether that is near."""
        if obj.answer_due_at is None:
            return "-"
        day = shown.moment(obj.answer_due_at)
        if obj.state not in _WAITING:
            return day
        left = obj.answer_due_at - timezone.now()
        if left < timedelta():
            return format_html("{} {}", shown.badge("期限超過", "stopped"), day)
        if left < _SOON:
            return format_html("{} {}", shown.badge("期限間近", "warned"), day)
        return day

    @display(description="照会から", ordering="asked_at")
    def waited(self, obj: Provision) -> SafeString | str:
        """Return since when it waits, or when it was asked."""
        if obj.state not in _WAITING:
            return shown.moment(obj.asked_at)
        return shown.waited(obj.asked_at, at=timezone.now())

    def look_subjects(self, obj: Provision) -> list[tuple[str, str]]:
        """Return whom it is about."""
        return [("integrated", obj.integrated_number)]

    def is_protected(self, obj: Provision) -> bool:
        """Say whether the person stands under 支援措置."""
        return bool(addressees.under_support([obj.integrated_number]))

    @display(description="副本の内容")
    def copy_lines(self, obj: Provision) -> SafeString | str:
        """Return what the copies would answer."""
        return lines_of(obj.copy_items) if obj.copy_items else "副本はありません。"

    @display(description="回答内容")
    def answer_lines(self, obj: Provision) -> SafeString | str:
        """Return what is answered."""
        return lines_of(obj.answer_items) if obj.answer_items else "-"

    @display(description="プラットフォームにある提供内容")
    def provided_lines(self, obj: Provision) -> SafeString | str:
        """Return what was sent, as the platform has it, where it differs from the answer."""
        if obj.sent_items is None:
            return "送信後に自動的に確認します。"
        if not obj.sent_differs:
            return "登録した回答と同じです。"
        return SafeString(shown.badge("回答と異なります", "stopped") + lines_of(obj.sent_items))

    def has_answer_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may register answers; to one, whether it still waits."""
        may = request.user.has_perm("gateway.answer_provision")
        return may and self._stands(object_id, *_WAITING)

    def has_permit_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may permit sending; of one, whether it is answered."""
        may = request.user.has_perm("gateway.permit_provision")
        return may and self._stands(object_id, Provision.State.ANSWERED)

    def has_withdraw_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may take a permission back that was not carried out yet."""
        may = request.user.has_perm("gateway.permit_provision")
        return may and self._stands(object_id, Provision.State.PERMITTED)

    def _stands(self, object_id: Any, *states: str) -> bool:
        return (
            object_id is None or Provision.objects.filter(pk=object_id, state__in=states).exists()
        )

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
            initial={
                "answer": provision.answer,
                "items": lines_to_edit(provision.answer_items or provision.copy_items),
            },
            effects=[*self._asked(provision), *self._returned(provision)],
            explanation=(
                "副本の内容を初めから入れてあります。提供しない項目の行は消してください。"
                "提供しないときは、理由を必ず書きます。"
            ),
            undo="送信が許可されるまでは、回答を登録し直せます。",
            do=lambda data: self._answered(request, provision, data),
        )

    def _asked(self, provision: Provision) -> list[Effect]:
        ground = self._ground(provision)
        return [
            Effect("情報照会者", provision.asker_name or provision.asker_code),
            Effect(
                "根拠",
                f"{ground.law} {ground.item}" if ground else "この日に有効な根拠がありません。",
                "" if ground else "warned",
            ),
            Effect("特定個人情報", provision.information_code),
            Effect("回答期限", when(provision.answer_due_at) if provision.answer_due_at else "-"),
        ]

    def _returned(self, provision: Provision) -> list[Effect]:
        if not provision.return_reason or provision.state != Provision.State.WAITING:
            return []
        words = f"{provision.returned_by}: {provision.return_reason}"
        return [Effect("差戻し", words, "warned")]

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
                *self._asked(provision),
                Effect("回答", provision.get_answer_display() or "未登録"),
                Effect("送る項目", "、".join(provision.answer_items) or "なし"),
                Effect("判断の理由", provision.answer_reason or "-"),
                Effect("回答者", str(drafter or "-")),
            ],
            undo=_CAN_BE_STOPPED,
            danger=True,
            do=lambda _: self._permitted(request, provision),
        )

    def _permitted(self, request: HttpRequest, provision: Provision) -> str:
        services.permit_provision(provision=provision, act=staff_act(request))
        return "送信を許可しました。プラットフォームの稼働中に送られます。"

    @admin.action(description="送信をまとめて許可する", permissions=["permit"])
    def permit_many(self, request: HttpRequest, queryset: QuerySet[Provision]) -> HttpResponse:
        """Permit the chosen answers, those of the same person left out; they go out as a file."""
        chosen = list(queryset.filter(state=Provision.State.ANSWERED).order_by("pk")[:1000])
        # People under 支援措置 are opened one by one, with a reason.
        hidden = set(addressees.under_support([one.integrated_number for one in chosen]))
        ours = [
            one
            for one in chosen
            if one.answered_by_id != request.user.pk and one.integrated_number not in hidden
        ]
        return self.act_page(
            request,
            title="情報提供の送信をまとめて許可する",
            button="送信を許可する",
            effects=[
                Effect("送信を許可する", f"{len(ours):,}件"),
                Effect(
                    "除くもの",
                    f"{len(chosen) - len(ours):,}件(自分が回答したもの、支援措置の対象者)",
                ),
            ],
            undo=_CAN_BE_STOPPED,
            danger=True,
            do=lambda _: self._permitted_many(request, [one.pk for one in ours]),
        )

    def _permitted_many(self, request: HttpRequest, ids: Sequence[int]) -> str:
        count = services.permit_provisions(ids=ids, act=staff_act(request))
        return f"{count:,}件の送信を許可しました。プラットフォームの稼働中に送られます。"

    @action(description="差し戻す", permissions=["permit"], icon="undo")
    def give_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the answer back to who registered it, with the reason."""
        provision = self._opened(request, object_id)
        return self.act_page(
            request,
            title="回答の差戻し",
            button="差し戻す",
            obj=provision,
            form_class=ReasonForm,
            effects=[
                *self._asked(provision),
                Effect("回答", provision.get_answer_display() or "未登録"),
                Effect("回答者", str(provision.answered_by or "-")),
            ],
            undo="回答者が登録し直すと、再び送信の許可を待ちます。",
            do=lambda data: self._given_back(request, provision, data["reason"]),
        )

    def _given_back(self, request: HttpRequest, provision: Provision, reason: str) -> str:
        services.return_provision(provision=provision, act=staff_act(request, reason=reason))
        return "回答を差し戻しました。"

    @action(description="送信許可を取り消す", permissions=["withdraw"], icon="cancel_schedule_send")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the permission back while nothing was sent."""
        provision = self._opened(request, object_id)
        return self.act_page(
            request,
            title="送信許可の取消",
            button="送信許可を取り消す",
            obj=provision,
            form_class=ReasonForm,
            effects=[
                *self._asked(provision),
                Effect("送信許可者", str(provision.permitted_by or "-")),
                Effect(
                    "送信", "まだ送られていません。" if not provision.sent_at else "送信済です。"
                ),
            ],
            explanation="回答は登録されたまま残り、再び送信の許可を待ちます。",
            undo="もう一度許可すると送られます。",
            do=lambda data: self._withdrawn(request, provision, data["reason"]),
        )

    def _withdrawn(self, request: HttpRequest, provision: Provision, reason: str) -> str:
        services.withdraw_permission(provision=provision, act=staff_act(request, reason=reason))
        return "送信許可を取り消しました。回答は送られません。"

    @action(description="今の副本を確認する", permissions=["answer"], icon="search")
    def look_at_copies(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask the platform what its copies would answer today (IF_DBM_30312)."""
        provision = self._opened(request, object_id)
        return self.act_page(
            request,
            title="今の副本の確認",
            button="確認する",
            obj=provision,
            form_class=ReasonForm,
            effects=self._asked(provision),
            explanation="照会の後に副本が変わっていることがあります。プラットフォームに問い合わせます。",
            do=lambda data: self._looked(request, provision, data["reason"]),
        )

    def _looked(self, request: HttpRequest, provision: Provision, reason: str) -> HttpResponse:
        asked = services.inspect_provision(
            provision=provision, act=staff_act(request, reason=reason)
        )
        return HttpResponseRedirect(reverse("admin:gateway_copyinspection_change", args=[asked.pk]))
