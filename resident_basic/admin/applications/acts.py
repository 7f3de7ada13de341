"""The acts on a 利用申請: submitted, decided, certified, renewed, ended."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from unfold.decorators import action

from resident_basic import services
from resident_basic.admin.applications import words
from resident_basic.admin.applications.comparing import changes_since, goes_on_without
from resident_basic.admin.applications.forms import certification_form, grant_form, grant_of
from resident_basic.models import UseApplication
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act

if TYPE_CHECKING:
    _Page = ReadOnlyAdmin
else:
    _Page = object

State = UseApplication.State


class ActsMixin(_Page):
    """The pages before each act, which say what will happen."""

    # Acts ------------------------------------------------------------------------------------

    def _effects(self, obj: UseApplication) -> list[Effect]:
        return [
            Effect("庁内業務システム", obj.system.name),
            Effect("利用目的", obj.purpose),
            Effect("申請項目", f"{obj.requested_items.count()}件"),
            Effect("個人番号", "移転する" if obj.individual_number else "移転しない"),
            Effect("利用期間", words.period(obj.valid_from, obj.valid_until)),
        ]

    def _own(self, request: HttpRequest, obj: UseApplication) -> str:
        """Return the 職員番号 that may not decide: of who drafted, or who submitted."""
        people = [one for one in (obj.drafted_by, obj.submitted_by) if one is not None]
        mine = [one for one in people if one.pk == request.user.pk]
        return str((mine or people)[0].staff_number)

    @action(description="提出する", permissions=["draft"], icon="send")
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Submit a draft to who decides."""
        obj = self.found(request, object_id)
        return self.act_page(
            request,
            title="利用申請を提出する",
            button="提出する",
            do=lambda _: _done(
                services.submit_application(
                    application=obj, act=staff_act(request, procedure=words.PROCEDURE)
                ),
                "を提出しました。",
            ),
            obj=obj,
            effects=[
                *self._effects(obj),
                *(
                    Effect("不足している記載", one, "warned")
                    for one in services.what_is_missing(obj).values()
                ),
            ],
            undo="決定されるまでは取り下げられます。提出した内容は修正できません。",
        )

    @action(description="承認する", permissions=["decide"], icon="check")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Approve as asked or with less; by another than who drafted or submitted."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> str:
            approved = services.approve_application(
                application=obj,
                grant=grant_of(obj, data),
                reason=data["reason"],
                act=staff_act(request, procedure=words.PROCEDURE, reason=data["reason"]),
            )
            return _done(approved, "を承認しました。")

        return self.act_page(
            request,
            title="利用申請を承認する",
            button="承認する",
            do=do,
            obj=obj,
            form_class=grant_form(obj),
            drafted_by=self._own(request, obj),
            effects=[
                *self._effects(obj),
                *changes_since(obj),
                Effect("すぐに起こること", "利用開始日から、承認した項目が移転されます。"),
            ],
            undo="承認は取り消せますが、それまでに移転した情報は戻りません。",
        )

    @action(description="差し戻す", permissions=["decide"], icon="reply")
    def return_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give it back for correction."""
        return self._decision_with_reason(
            request,
            object_id,
            title="利用申請を差し戻す",
            button="差し戻す",
            decide=services.return_application,
            done="を差し戻しました。",
            undo="所管課が修正して、もう一度提出します。",
        )

    @action(description="却下する", permissions=["decide"], icon="close")
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Refuse with a reason; by another than who drafted or submitted."""
        return self._decision_with_reason(
            request,
            object_id,
            title="利用申請を却下する",
            button="却下する",
            decide=services.refuse_application,
            done="を却下しました。",
            undo="却下は取り消せません。必要な場合は新しく申請します。",
            danger=True,
        )

    def _decision_with_reason(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        title: str,
        button: str,
        decide: Callable[..., UseApplication],
        done: str,
        undo: str,
        danger: bool = False,
    ) -> HttpResponse:
        obj = self.found(request, object_id)
        return self.act_page(
            request,
            title=title,
            button=button,
            do=lambda data: _done(
                decide(
                    application=obj,
                    reason=data["reason"],
                    act=staff_act(request, procedure=words.PROCEDURE),
                ),
                done,
            ),
            obj=obj,
            form_class=ReasonForm,
            danger=danger,
            drafted_by=self._own(request, obj),
            effects=self._effects(obj),
            undo=undo,
        )

    @action(description="年次確認をする", permissions=["certify"], icon="event_available")
    def certify(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say which items are still needed; the others end at once."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> str:
            done = services.recertify(
                application=obj,
                given_up=data["given_up"],
                remark=data["remark"],
                act=staff_act(request, procedure=words.PROCEDURE),
            )
            return (
                f"利用申請第{obj.pk}号の年次確認をしました(次の期日 {done.next_due_on:%Y-%m-%d})。"
            )

        return self.act_page(
            request,
            title="利用申請の年次確認",
            button="確認を記録する",
            do=do,
            obj=obj,
            form_class=certification_form(obj, day=timezone.localdate()),
            effects=[
                Effect("庁内業務システム", obj.system.name),
                Effect("利用目的", obj.purpose),
                Effect("状態", words.phase_badge(obj)),
                Effect("期日", words.certification_day(obj)),
            ],
            undo="不要とした項目を再び利用するには、新しく申請します。",
        )

    @action(description="更新を申請する", permissions=["renew"], icon="autorenew")
    def renew(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Copy what was granted into a draft for the time after."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> HttpResponse:
            draft = services.renew_application(
                application=obj, act=staff_act(request, procedure=words.PROCEDURE)
            )
            messages.success(request, f"更新の利用申請第{draft.pk}号を作成しました。")
            return HttpResponseRedirect(self._page_of(draft))

        return self.act_page(
            request,
            title="利用申請の更新",
            button="写しを作成する",
            do=do,
            obj=obj,
            effects=[
                Effect("庁内業務システム", obj.system.name),
                Effect("すぐに起こること", "承認された内容の写しが、作成中の申請になります。"),
                Effect("現在の利用期間", words.period(obj.granted_from, obj.granted_until)),
            ],
            undo="提出するまでは修正も取下げもできます。",
        )

    @action(description="取り下げる", permissions=["take_back"], icon="undo")
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take an application of the own system back."""
        return self._withdrawal(
            request,
            object_id,
            title="利用申請を取り下げる",
            button="取り下げる",
            withdrawal=UseApplication.Withdrawal.TAKEN_BACK,
            done="を取り下げました。",
        )

    @action(description="承認を取り消す", permissions=["revoke"], icon="block")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End an approval at once."""
        return self._withdrawal(
            request,
            object_id,
            title="利用申請の承認を取り消す",
            button="承認を取り消す",
            withdrawal=UseApplication.Withdrawal.REVOKED,
            done="の承認を取り消しました。",
        )

    def _withdrawal(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        title: str,
        button: str,
        withdrawal: str,
        done: str,
    ) -> HttpResponse:
        obj = self.found(request, object_id)
        effect = "この承認による移転が、すべての経路ですぐに止まります。"
        return self.act_page(
            request,
            title=title,
            button=button,
            do=lambda data: _done(
                services.withdraw_application(
                    application=obj,
                    reason=data["reason"],
                    withdrawal=withdrawal,
                    act=staff_act(request, procedure=words.PROCEDURE),
                ),
                done,
            ),
            obj=obj,
            form_class=ReasonForm,
            danger=True,
            effects=[
                *self._effects(obj),
                *(
                    [Effect("すぐに起こること", effect, "warned"), *goes_on_without(obj)]
                    if obj.state == State.APPROVED
                    else []
                ),
            ],
            undo="元に戻せません。再び利用するには新しく申請します。",
        )


def _done(application: UseApplication, said: str) -> str:
    return f"利用申請第{application.pk}号{said}"
