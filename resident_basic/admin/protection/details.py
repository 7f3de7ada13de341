"""The acts on what is kept beside a 支援措置: 申出, 転送情報, 相手方, 一時解除, and the flags of the platform."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action

from gateway import services as gateway
from resident_basic import selectors, services
from resident_basic.admin.protection.acts import PROCEDURE, MeasureActsMixin
from resident_basic.admin.protection.forms import (
    ApplicationForm,
    ForwardingForm,
    LiftForm,
    OpponentForm,
)
from resident_basic.models import SupportMeasure
from resident_basic.rules.items import REGISTER
from sapporo_base import selectors as base
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import staff_act


class MeasureDetailsMixin(MeasureActsMixin):
    """What is kept with a 支援措置, and what is lifted of it for a colleague."""

    def has_opponent_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may see the 相手方."""
        return self.has_view_permission(request) and request.user.has_perm(
            "resident_basic.view_supportopponent"
        )

    def has_write_opponent_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may keep the 相手方."""
        may = request.user.has_perm("resident_basic.change_supportopponent")
        return may and self.has_write_permission(request, object_id)

    def has_lift_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may lift protection for a colleague."""
        may = request.user.has_perm("resident_basic.lift_supportmeasure")
        return (
            may
            and self.has_view_permission(request)
            and selectors.open_measure(object_id) is not None
        )

    @action(description="申出の内容を登録する", permissions=["write"], icon="edit_document")
    def write_application(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Keep what was asked for."""
        obj: SupportMeasure = self.found(request, object_id)
        known = selectors.application_of(obj)
        names = ("applied_on", "ground", "offices", "body", "body_name", "confirmed_on")
        return self._simple(
            request,
            obj,
            title="申出の内容の登録",
            button="申出の内容を登録する",
            form_class=ApplicationForm,
            initial={name: getattr(known, name) for name in names} if known else None,
            do=lambda data, act: services.record_support_application(
                measure=obj, facts=services.ApplicationFacts(**data), act=act
            ),
            undo="登録し直せます。前の内容は連携履歴に残ります。",
        )

    @action(description="転送情報を登録する", permissions=["write"], icon="forward_to_inbox")
    def write_forwarding(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Keep that the 申出 was sent on, or came from elsewhere."""
        obj = self.found(request, object_id)
        return self._simple(
            request,
            obj,
            title="転送情報の登録",
            button="転送情報を登録する",
            form_class=ForwardingForm,
            initial={"forwarded_on": timezone.localdate()},
            do=lambda data, act: services.record_support_forwarding(measure=obj, act=act, **data),
            undo="登録した転送情報は消せません。",
        )

    @action(description="相手方を表示する", permissions=["opponent"], icon="visibility_lock")
    def show_opponent(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the 相手方 with a reason, recorded first."""
        obj: SupportMeasure = self.found(request, object_id)

        def do(data: dict[str, Any]) -> HttpResponse:
            opponent = services.open_support_opponent(
                measure=obj,
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )
            names = ("name", "name_kana", "born", "residence", "relation", "note")
            facts = [
                (str(opponent._meta.get_field(name).verbose_name), getattr(opponent, name))
                for name in names
                if opponent
            ]
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": obj,
                "title": "相手方",
                "content": display.facts(facts or [("相手方", "登録されていません。")]),
            }
            response = TemplateResponse(request, "sapporo_base/opened_row.html", context)
            response["Cache-Control"] = "no-store, private"
            return response

        return self.act_page(
            request,
            title="相手方の表示",
            button="理由を記録して表示する",
            do=do,
            obj=obj,
            form_class=ReasonForm,
            explanation="表示したことと理由は、表示する前に情報連携記録に残ります。",
        )

    @action(description="相手方を登録する", permissions=["write_opponent"], icon="person_off")
    def write_opponent(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Keep the 相手方; what is kept already is not shown here."""
        obj = self.found(request, object_id)
        return self._simple(
            request,
            obj,
            title="相手方の登録",
            button="相手方を登録する",
            form_class=OpponentForm,
            do=lambda data, act: services.record_support_opponent(
                measure=obj, facts=services.OpponentFacts(**data), act=act
            ),
            effects=[Effect("登録済みの内容", "登録すると、前の内容は置き換わります。")],
        )

    @action(description="一時解除する", permissions=["lift"], icon="timer")
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let a colleague open the person for a while."""
        obj = self.found(request, object_id)
        return self._simple(
            request,
            obj,
            title="一時解除",
            button="一時解除する",
            form_class=LiftForm,
            do=lambda data, act: services.lift_temporarily(measure=obj, act=act, **data),
            effects=[
                Effect(
                    "できるようになること",
                    "その職員だけが、その時間だけ、この方の住民の画面を開けます。",
                ),
                Effect("変わらないこと", "一覧・他業務・他機関への提供では非表示のままです。"),
            ],
            undo="時間が過ぎると自動で元に戻ります。",
        )

    def has_end_lifts_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may take the lifts of the measure back, of which one is running."""
        found = selectors.open_measure(object_id)
        running = found and selectors.running_lifts(found, at=timezone.now())
        return bool(running) and self.has_lift_permission(request, object_id)

    @action(description="一時解除を取り消す", permissions=["end_lifts"], icon="timer_off")
    def end_lifts(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the running lifts back."""
        obj = self.found(request, object_id)
        running = selectors.running_lifts(obj, at=timezone.now())
        return self._simple(
            request,
            obj,
            title="一時解除の取消",
            button="一時解除を取り消す",
            do=lambda _, act: services.end_temporary_lifts(measure=obj, act=act),
            effects=[
                Effect("一時解除を受けている職員", "、".join(one.staff_number for one in running))
            ],
        )

    @action(
        description="中間サーバへの設定を今すぐ再試行する", permissions=["write"], icon="replay"
    )
    def send_flags(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Have the flags sent at once."""
        obj = self.found(request, object_id)
        return self._simple(
            request,
            obj,
            title="設定の再試行",
            button="今すぐ再試行する",
            do=lambda _, act: gateway.send_flags_again(
                system=base.system(REGISTER),
                business_numbers=[obj.resident_number],
                act=act,
            ),
            effects=[
                Effect("送り先", "中間サーバ・プラットフォーム(稼働時間内に送信)"),
            ],
        )
