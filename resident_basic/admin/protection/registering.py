"""支援措置 on the page of a resident: what holds and held, and the act that registers it."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from unfold.decorators import action

from resident_basic import selectors, services
from resident_basic.admin.finding import born
from resident_basic.admin.protection.acts import FILE, PROCEDURE
from resident_basic.admin.protection.forms import StartForm, choosing_family
from resident_basic.models import Resident, SupportMeasure
from resident_basic.rules.protection import last_day
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import staff_act
from sapporo_base.admin.looks import OPEN_PROTECTED
from sapporo_base.admin.rights import holds

if TYPE_CHECKING:
    from resident_basic.admin.residents import ResidentAdmin as _Page
else:
    _Page = object


class RegisteringMixin(_Page):
    """Registers 支援措置 from a resident's page, and opens that page under a 一時解除."""

    def lifted_reason(self, request: HttpRequest, obj: Resident) -> str | None:
        """Return the reason of the 一時解除 under which this person may open the resident now."""
        lift = selectors.lift_for(
            resident_number=obj.pk, staff_number=request.user.staff_number, at=timezone.now()
        )
        return f"一時解除: {lift.reason}" if lift else None

    @admin.display(description="支援措置")
    def measures(self, obj: Resident) -> SafeString:
        """Return past and present 支援措置."""
        today = timezone.localdate()
        rows = [
            (
                _state(one, today),
                f"{one.get_kind_display()}({one.get_subject_kind_display()})",
                display.day(one.since, weekday=False),
                display.day(one.until, weekday=False),
                one.get_source_display(),
                one.reason,
                display.moment(one.ended_at),
            )
            for one in selectors.measures_of(obj.pk)
        ]
        return display.table(
            ("状態", "区分", "開始", "終了(予定)", "登録元", "理由", "解除日時"),
            rows,
            caption="支援措置の経過",
            empty="支援措置はありません。",
        )

    def has_start_measure_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may put the resident under 支援措置, who is not under it yet."""
        may = request.user.has_perm("resident_basic.add_supportmeasure")
        return may and not (object_id and selectors.protected_among([str(object_id)]))

    def has_manage_measure_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may see the 支援措置 of the resident, who is under it."""
        may = request.user.has_perm("resident_basic.view_supportmeasure")
        return (
            may
            and holds(request, OPEN_PROTECTED, file=FILE)
            and not (object_id and not selectors.protected_among([str(object_id)]))
        )

    @action(description="支援措置を開く", permissions=["manage_measure"], icon="shield_person")
    def manage_measure(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the page of the 支援措置, where it is decided, extended and ended."""
        measure = selectors.open_measure_of(object_id)
        if measure is None:
            raise Http404
        url = reverse("admin:resident_basic_supportmeasure_change", args=[measure.pk])
        return HttpResponseRedirect(url)

    @action(description="支援措置を登録する", permissions=["start_measure"], icon="shield")
    def start_measure(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for kind, day, family and reason, then put them under 支援措置."""
        obj = self.found(request, object_id)
        near = selectors.family_candidates(obj.pk)
        hidden = selectors.protected_among([one.resident_number for one in near])
        today = timezone.localdate()
        choices = [
            (one.resident_number, f"{one.name}({strip_tags(born(one))}生)")
            for one in near
            # Who is protected already is named to nobody here.
            if one.resident_number not in hidden
        ]

        def do(data: dict[str, Any]) -> str:
            services.start_support_measure(
                resident_number=obj.pk,
                subject_kind=SupportMeasure.SubjectKind.APPLICANT,
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
                **data,
            )
            together = len(data["family"])
            return "支援措置を登録しました。" + (f"(併せて{together}人)" if together else "")

        back = "" if holds(request, OPEN_PROTECTED, file=FILE) else self._page_of(None)
        return self.act_page(
            request,
            title="支援措置を登録する",
            button="支援措置を登録する",
            do=do,
            obj=obj,
            form_class=choosing_family(StartForm, choices),
            initial={"since": today, "family": [number for number, _ in choices]},
            back=back,
            effects=[
                Effect("申出者", self._name(obj)),
                Effect(
                    "併せて支援を求められる方",
                    f"{len(choices)}人(同じ世帯または同じ住所の方)" if choices else "いません",
                ),
                Effect("今日から開始した場合の終了年月日", display.day(last_day(today))),
                Effect(
                    "すぐに起こること", "住所・世帯をすべての一覧と他業務への移転で非表示にします。"
                ),
                Effect("情報提供", "他機関への自動応答を止め、不開示とします。"),
                *(
                    [
                        Effect(
                            "ご注意",
                            "選ばない方の住所は表示されるため、同居していることから"
                            "お住まいが分かるおそれがあります。",
                            "warned",
                        )
                    ]
                    if choices
                    else []
                ),
            ],
            undo="職員2人が解除するまで続きます。終了年月日を過ぎても自動では解除されません。",
        )


def _state(measure: SupportMeasure, today: Any) -> SafeString:
    if measure.ended_at:
        return display.badge("解除", "plain")
    if measure.until and measure.until < today:
        return display.badge("期間経過(継続中)", "warned")
    return display.badge("継続中", "info")
