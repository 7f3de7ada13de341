"""Every act on one 支援措置, each with what will happen, and with whom together."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import action

from gateway import services as gateway
from resident_basic import selectors, services
from resident_basic.admin.protection.forms import (
    ApplicationForm,
    DecideForm,
    EndForm,
    FamilyForm,
    ForwardingForm,
    LiftForm,
    OpponentForm,
    choosing_family,
)
from resident_basic.models import SupportMeasure
from resident_basic.rules.items import REGISTER
from resident_basic.rules.protection import extension_opens, last_day, next_term
from sapporo_base import selectors as base
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import staff_act

if TYPE_CHECKING:
    from resident_basic.admin.protection.measures import SupportMeasureAdmin as _Page
else:
    _Page = object

FILE = "resident"
PROCEDURE = "住民基本台帳事務における支援措置"


class MeasureActsMixin(_Page):
    """The acts of the page of a 支援措置; each is offered where it can be done, by who may."""

    def _may_change(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and request.user.has_perm(
            "resident_basic.change_supportmeasure"
        )

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may decide the measure, which is provisional."""
        found = selectors.open_measure(object_id)
        return self._may_change(request) and found is not None and found.is_provisional

    def has_extend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may extend the measure, which is in its last month or past it."""
        found = selectors.open_measure(object_id)
        return (
            self._may_change(request)
            and found is not None
            and not found.is_provisional
            and found.until is not None
            and timezone.localdate() >= extension_opens(found.until)
        )

    def has_propose_end_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may propose the end of the measure."""
        found = selectors.open_measure(object_id)
        return self._may_change(request) and found is not None and found.end_proposed_at is None

    def has_confirm_end_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may end the measure as it was proposed, or take that back."""
        found = selectors.open_measure(object_id)
        return self._may_change(request) and found is not None and found.end_proposed_at is not None

    def has_write_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may keep what belongs to the measure."""
        return self._may_change(request) and selectors.open_measure(object_id) is not None

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

    def _together(self, obj: SupportMeasure) -> list[tuple[str, str]]:
        """Return the family of a measure to choose from, and that they are chosen."""
        together = selectors.open_family_of(obj)
        latest = selectors.latest_of([one.resident_number for one in together])
        return [
            (
                str(one.pk),
                f"{latest[one.resident_number].name}({one.get_kind_display()})"
                if one.resident_number in latest
                else str(one),
            )
            for one in together
        ]

    def _family_page(
        self,
        request: HttpRequest,
        obj: SupportMeasure,
        form_class: type[FamilyForm],
        act: Callable[..., Sequence[SupportMeasure]],
        **page: Any,
    ) -> HttpResponse:
        """Return the page of an act that may be done for the family at once."""
        together = self._together(obj)

        def do(data: dict[str, Any]) -> str:
            family = [int(one) for one in data.pop("family")]
            done = act(
                measure=obj,
                family=family,
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
                **data,
            )
            return f"{len(done)}人について、{page['title']}を行いました。"

        effects = [
            Effect("対象者", self.person(obj)),
            Effect("併せて行える方", "、".join(words for _, words in together) or "いません"),
            *page.pop("effects"),
        ]
        initial = {"family": [pk for pk, _ in together], **page.pop("initial", {})}
        return self.act_page(
            request,
            do=do,
            obj=obj,
            form_class=choosing_family(form_class, together),
            initial=initial,
            effects=effects,
            **page,
        )

    @action(description="支援措置を決定する", permissions=["decide"], icon="gavel")
    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Decide a 仮支援措置."""
        today = timezone.localdate()
        obj: SupportMeasure = self.found(request, object_id)
        return self._family_page(
            request,
            obj,
            DecideForm,
            services.decide_support_measure,
            title="支援措置の決定",
            button="支援措置を決定する",
            initial={"since": today},
            effects=[
                Effect("今日から開始した場合の終了年月日", display.day(last_day(today))),
                Effect("決定しない場合", "「解除を起案する」で「行わないと決定した」を選びます。"),
            ],
            undo="期間の経過に残ります。誤りは既存住基の訂正または解除で改めます。",
        )

    @action(description="期間を延長する", permissions=["extend"], icon="event_repeat")
    def extend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Extend by a year; from a month before the last day on."""
        obj: SupportMeasure = self.found(request, object_id)
        until = obj.until
        if until is None:
            raise Http404
        since, ends = next_term(until, on=timezone.localdate())
        return self._family_page(
            request,
            obj,
            FamilyForm,
            services.extend_support_measure,
            title="期間の延長",
            button="期間を延長する",
            effects=[
                Effect("今の終了年月日", display.day(until)),
                Effect(
                    "延長後の期間",
                    format_html("{} から {}", display.day(since), display.day(ends)),
                ),
            ],
            undo="延長前の期間は経過に残ります。",
        )

    @action(description="解除を起案する", permissions=["propose_end"], icon="remove_moderator")
    def propose_end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Propose the end; nothing changes until another person confirms it."""
        obj: SupportMeasure = self.found(request, object_id)
        return self._family_page(
            request,
            obj,
            EndForm,
            services.propose_end_of_support_measure,
            title="解除の起案",
            button="解除を起案する",
            effects=[
                Effect("次に必要なこと", "別の職員が解除を決定します。それまで保護は続きます。")
            ],
            undo="決定されるまでは取り下げられます。",
        )

    @action(description="解除を決定する", permissions=["confirm_end"], icon="lock_open")
    def confirm_end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End it as another person proposed."""
        obj: SupportMeasure = self.found(request, object_id)
        together = [
            one
            for one in selectors.open_family_of(obj)
            if one.end_proposed_at == obj.end_proposed_at
        ]
        return self.act_page(
            request,
            title="支援措置の解除",
            button="解除を決定する",
            do=lambda _: (
                services.end_support_measure(
                    measure=obj, act=staff_act(request, procedure=PROCEDURE)
                )
                and "支援措置を解除しました。"
            ),
            obj=obj,
            danger=True,
            drafted_by=obj.end_proposed_by,
            back=self._page_of(None),
            effects=[
                Effect("対象者", self.person(obj)),
                Effect("併せて解除する方", f"{len(together)}人"),
                Effect("事由", obj.get_ended_because_display()),
                Effect("理由", obj.end_reason),
                Effect(
                    "すぐに起こること",
                    "住所・世帯が、承認を受けた他業務と職員に表示されます。",
                    "warned",
                ),
                Effect("情報提供", "他機関への自動応答と開示を再開するよう依頼します。"),
            ],
            undo="解除した後も登録し直せますが、その間に表示された住所は取り戻せません。",
        )

    @action(description="解除の起案を取り下げる", permissions=["confirm_end"], icon="undo")
    def withdraw_end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the proposal back."""
        obj = self.found(request, object_id)
        return self._simple(
            request,
            obj,
            title="解除の起案の取下げ",
            button="解除の起案を取り下げる",
            do=lambda _, act: services.withdraw_end_of_support_measure(measure=obj, act=act),
            effects=[Effect("すぐに起こること", "保護はそのまま続きます。")],
        )

    def _simple(
        self,
        request: HttpRequest,
        obj: SupportMeasure,
        *,
        title: str,
        button: str,
        do: Callable[..., Any],
        form_class: type[forms.Form] = forms.Form,
        initial: dict[str, Any] | None = None,
        effects: Sequence[Effect] = (),
        undo: str = "",
    ) -> HttpResponse:
        """Return the page of an act on one measure alone."""

        def done(data: dict[str, Any]) -> str:
            reason = data.get("reason", "")
            do(data, staff_act(request, procedure=PROCEDURE, reason=reason))
            return f"{title}を行いました。"

        return self.act_page(
            request,
            title=title,
            button=button,
            do=done,
            obj=obj,
            form_class=form_class,
            initial=initial,
            effects=[Effect("対象者", self.person(obj)), *effects],
            undo=undo,
        )

    @action(description="併せて支援を求める者を追加する", permissions=["write"], icon="group_add")
    def add_family(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put more family under protection, for the present term."""
        obj = self.found(request, object_id)
        near = selectors.family_candidates(obj.resident_number)
        protected = selectors.protected_among([one.resident_number for one in near])
        choices = [
            (one.resident_number, one.name) for one in near if one.resident_number not in protected
        ]
        return self._simple(
            request,
            obj,
            title="併せて支援を求める者の追加",
            button="追加する",
            form_class=choosing_family(FamilyForm, choices),
            do=lambda data, act: services.add_family_to_measure(measure=obj, act=act, **data),
            effects=[
                Effect(
                    "追加できる方",
                    f"{len(choices)}人(同じ世帯または同じ住所の方)" if choices else "いません",
                ),
                Effect("期間", "申出者の今の期間と同じです。"),
            ],
            undo="職員2人が解除するまで続きます。",
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
