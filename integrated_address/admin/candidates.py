"""The queue of doubtful identity (同一人候補): two people side by side, and the judgement."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action

from integrated_address import selectors, services
from integrated_address.admin.finding import FILE
from integrated_address.admin.sides import compared
from integrated_address.models import MatchCandidate
from integrated_address.rules.matching import ITEMS, agrees, words_of
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.looks import OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.record_lines import names_of
from sapporo_base.admin.rights import holds

PROCEDURE = "同一人の確認"
State = MatchCandidate.State
_LEVELS = {
    State.WAITING: "waiting",
    State.PUT_OFF: "warned",
    State.DIFFERENT: "plain",
    State.PROPOSED: "info",
    State.MERGED: "done",
    State.LAPSED: "plain",
}


@admin.register(MatchCandidate)
class MatchCandidateAdmin(RecordedLookMixin, ReadOnlyAdmin):
    # Place and words
    duty = "連携"
    duty_title = "同一人候補"
    duty_order = 12
    icon = "group_search"
    about = (
        "別々の番号で登録されている同じ方かもしれない二人を、得点の高い順に表示します。"
        "基本4情報が一致しても、自動で紐付けることはありません。"
    )
    empty_text = (
        "判定を待っている候補はありません。新たに付番された方と変更のあった方は、登録後に照合して"
        "ここに載せます。全員の照合は毎週日曜日と find_candidates コマンドで行います。"
    )
    # Rights and record
    personal_file = FILE
    look_items = ("基本4情報", "団体内統合宛名番号", "業務番号", "個人番号の登録の有無")
    look_procedure = PROCEDURE
    # List
    list_display = ("strength", "first_person", "second_person", "cause", "state_badge", "waiting")
    list_filter = ("state", "cause")
    search_fields = ("first__integrated_number", "second__integrated_number")
    search_help_text = "団体内統合宛名番号"
    ordering = ("-score", "found_at")
    # Page
    fieldsets = (
        ("二人の比較", {"fields": ("comparison",)}),
        ("一致の程度", {"fields": ("agreement",)}),
        ("判定の経過", {"fields": ("history",)}),
    )
    readonly_fields = ("comparison", "agreement", "history")
    actions_detail = ("judge_same", "judge_different", "put_off")

    # Who is shown ----------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[MatchCandidate]:
        """Return the pairs; those of people under 支援措置 only for who may see them."""
        may_see = holds(request, OPEN_PROTECTED, file=FILE)
        mine = super().get_queryset(request).values("pk")
        return selectors.candidates(with_protected=may_see).filter(pk__in=mine)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MatchCandidate], search_term: str
    ) -> tuple[QuerySet[MatchCandidate], bool]:
        """Open with what waits for a judgement."""
        found, distinct = super().get_search_results(request, queryset, search_term)
        if not search_term and "state__exact" not in request.GET:
            found = found.filter(state__in=MatchCandidate.OPEN)
        return found, distinct

    def prepare(self, request: HttpRequest, rows: Sequence[MatchCandidate]) -> None:
        """Bring along the people, and the score from which a pair is called 濃厚."""
        numbers = {number for row in rows for number in (row.first_id, row.second_id)}
        people, strong = selectors.sides(numbers), services.thresholds().strong_from
        for row in rows:
            row.people = people
            row.strong_from = strong

    def look_subjects(self, obj: MatchCandidate) -> list[tuple[str, str]]:
        """Return the numbers of the two."""
        return [("integrated", obj.first_id), ("integrated", obj.second_id)]

    def is_protected(self, obj: MatchCandidate) -> bool:
        """Say whether one of the two is under 支援措置."""
        return obj.first.under_support or obj.second.under_support

    # List columns ----------------------------------------------------------------------------

    @admin.display(description="得点", ordering="score")
    def strength(self, obj: MatchCandidate) -> SafeString:
        """Return the score with its word."""
        strong = obj.score >= float(obj.strong_from)
        words = f"{'濃厚' if strong else '要確認'} {obj.score:.1f}"
        return display.badge(words, "warned" if strong else "info")

    @admin.display(description="一人目")
    def first_person(self, obj: MatchCandidate) -> SafeString | str:
        """Return who the first is."""
        return self._person(obj, obj.first_id)

    @admin.display(description="二人目")
    def second_person(self, obj: MatchCandidate) -> SafeString | str:
        """Return who the second is."""
        return self._person(obj, obj.second_id)

    def _person(self, obj: MatchCandidate, number: str) -> SafeString | str:
        side = obj.people[number]
        if side.basics is None:
            return "(削除・名寄せ済)"
        name = display.name_and_kana(side.basics.name, side.basics.name_kana)
        born = display.day(side.basics.birth_on, weekday=False, words=side.basics.birth_text)
        return SafeString(f"{name} {born}")

    @admin.display(description="状態", ordering="state")
    def state_badge(self, obj: MatchCandidate) -> SafeString:
        """Return the state as a word with a shape."""
        return display.badge(obj.get_state_display(), _LEVELS[State(obj.state)])

    @admin.display(description="経過", ordering="found_at")
    def waiting(self, obj: MatchCandidate) -> str:
        """Return how long the pair waits for a judgement."""
        if obj.state not in MatchCandidate.OPEN:
            return ""
        return display.waited(obj.found_at, at=timezone.now())

    # Page ------------------------------------------------------------------------------------

    @admin.display(description="二人")
    def comparison(self, obj: MatchCandidate) -> SafeString:
        """Return the two side by side, the differences marked."""
        return compared(
            obj.first_id,
            obj.second_id,
            headings=("一人目", "二人目"),
            day=timezone.localdate(),
        )

    @admin.display(description="項目ごと")
    def agreement(self, obj: MatchCandidate) -> SafeString:
        """Return how far each item agrees, and what the score says."""
        rows = [
            (
                item.words,
                display.badge(words_of(item.code, level), "done" if agrees(level) else "plain"),
            )
            for item in ITEMS
            if (level := obj.levels.get(item.code))
        ]
        table = display.table(("項目", "一致の程度"), rows, caption="項目ごとの一致の程度")
        facts = display.facts(
            [
                ("得点", f"{obj.score:.1f}(1増えるごとに確からしさが2倍)"),
                ("同一人の確率", f"{min(obj.probability, 0.9999):.2%}(学習した重みによる目安)"),
                ("照合モデル", str(obj.model or "")),
                ("発見の経緯", obj.get_cause_display()),
                ("発見日時", display.moment(obj.found_at)),
            ]
        )
        return SafeString(f"{table}{facts}")

    @admin.display(description="判定")
    def history(self, obj: MatchCandidate) -> SafeString:
        """Return the judgements so far."""
        decisions = list(obj.decisions.order_by("-at", "-pk"))
        who = names_of(one.staff_number for one in decisions)
        moments = [
            display.Moment(
                at=one.at,
                what=one.get_state_display(),
                text=one.reason,
                who=who(one.staff_number),
                level=_LEVELS[State(one.state)],
            )
            for one in decisions
        ]
        return display.timeline(moments, empty="まだ判定していません。")

    # Acts ------------------------------------------------------------------------------------

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may judge."""
        return request.user.has_perm("integrated_address.decide_matchcandidate")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer a judgement only where one is open."""
        offered = super().get_actions_detail(request, object_id)
        obj = self.get_object(request, str(object_id))
        return offered if obj is not None and obj.state in MatchCandidate.OPEN else []

    @action(description="同一人と判定する", permissions=["decide"])
    def judge_same(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Propose a 名寄せ."""
        return self._judge(
            request,
            object_id,
            services.judge_same,
            title="同一人と判定する",
            button="同一人と判定し、名寄せを提案する",
            effects=[
                Effect("番号", "すぐには変わりません。別の職員の承認で名寄せします"),
                Effect("次の手順", "「名寄せ」の一覧で、別の職員が内容を確認して承認します"),
            ],
            done="名寄せを提案しました。別の職員が承認すると名寄せします。",
            undo="承認までは却下でき、承認後は解除できます。",
        )

    @action(description="別人と判定する", permissions=["decide"])
    def judge_different(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put the pair aside until something about the two changes."""
        return self._judge(
            request,
            object_id,
            services.judge_different,
            title="別人と判定する",
            button="別人と判定する",
            effects=[Effect("候補一覧", "二人の登録内容が変わるまで、候補に載りません")],
            done="別人と判定しました。",
            undo="取り消せません。二人の登録内容が変わると、また候補に載ります。",
        )

    @action(description="保留する", permissions=["decide"])
    def put_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say for what the judgement waits."""
        return self._judge(
            request,
            object_id,
            services.put_off,
            title="判定を保留する",
            button="理由を記録して保留する",
            effects=[Effect("候補一覧", "「保留」として残り、いつでも判定できます")],
            done="保留しました。",
            undo="保留した後も判定できます。",
        )

    def _judge(
        self,
        request: HttpRequest,
        object_id: str,
        judge: Callable[..., Any],
        *,
        title: str,
        button: str,
        effects: Sequence[Effect],
        done: str,
        undo: str,
    ) -> HttpResponse:
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> None:
            judge(
                candidate_number=obj.pk,
                reason=data["reason"],
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )

        return self.act_page(
            request,
            title=title,
            button=button,
            do=do,
            obj=obj,
            form_class=ReasonForm,
            effects=[Effect("対象", f"{obj.first_id} と {obj.second_id}"), *effects],
            done=done,
            undo=undo,
        )
