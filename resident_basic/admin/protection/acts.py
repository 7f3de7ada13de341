"""The acts on the term of one 支援措置, each with what will happen, and with whom together."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import action

from resident_basic import selectors, services
from resident_basic.admin.protection.forms import (
    DecideForm,
    EndForm,
    FamilyForm,
    choosing_family,
)
from resident_basic.models import SupportMeasure
from resident_basic.rules.protection import extension_opens, last_day, next_term
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import staff_act

if TYPE_CHECKING:
    from resident_basic.admin.protection.measures import SupportMeasureAdmin as _Page
else:
    _Page = object

FILE = "resident"
PROCEDURE = "住民基本台帳事務における支援措置"


class MeasureActsMixin(_Page):
    """The acts on terms and family; each is offered where it can be done, by who may."""

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
