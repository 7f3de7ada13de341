"""名寄せ: proposed, looked at with what it moves, approved by another, undone."""

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
from integrated_address.admin.merge_effects import effects, effects_of_undoing, image_before
from integrated_address.admin.merge_notices import PROCEDURE, acknowledged
from integrated_address.admin.sides import compared
from integrated_address.models import Merge
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.looks import OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.record_lines import names_of
from sapporo_base.admin.rights import holds

State = Merge.State
_LEVELS = {
    State.PROPOSED: "waiting",
    State.MERGED: "done",
    State.UNDONE: "stopped",
    State.REJECTED: "plain",
}


@admin.register(Merge)
class MergeAdmin(RecordedLookMixin, ReadOnlyAdmin):
    # Place and words
    duty = "連携"
    duty_title = "名寄せ"
    duty_order = 14
    icon = "merge"
    about = (
        "一人に二つあった団体内統合宛名番号を一つにします。提案した職員とは別の職員が承認し、"
        "誤りであれば元に戻せます。"
    )
    empty_text = (
        "承認を待っている名寄せはありません。「同一人候補」で同一人と判定したとき、または個人番号の"
        "判明により同じ方と分かったときに、ここに載ります。"
    )
    # Rights and record
    personal_file = FILE
    look_items = ("基本4情報", "団体内統合宛名番号", "業務番号", "個人番号の登録の有無")
    look_procedure = PROCEDURE
    # List
    list_display = (
        "number",
        "retired_number",
        "survivor_number",
        "cause",
        "state_badge",
        "waiting",
    )
    list_filter = ("state", "cause")
    search_fields = ("retired__integrated_number", "survivor__integrated_number")
    search_help_text = "団体内統合宛名番号(統合された番号でも検索できます)"
    ordering = ("-proposed_at", "-pk")
    # Page
    fieldsets = (
        ("名寄せ", {"fields": ("card",)}),
        ("二人", {"fields": ("comparison",)}),
        ("経過", {"fields": ("history",)}),
        ("各業務への通知", {"fields": ("told",)}),
    )
    readonly_fields = ("card", "comparison", "history", "told")
    actions_detail = ("approve", "reject", "undo")

    # Who is shown ----------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Merge]:
        """Return the 名寄せ; those of people under 支援措置 only for who may see them."""
        may_see = holds(request, OPEN_PROTECTED, file=FILE)
        mine = super().get_queryset(request).values("pk")
        return selectors.merges(with_protected=may_see).filter(pk__in=mine)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Merge], search_term: str
    ) -> tuple[QuerySet[Merge], bool]:
        """Open with what waits for approval, the oldest first."""
        found, distinct = super().get_search_results(request, queryset, search_term)
        if not search_term and "state__exact" not in request.GET:
            found = found.filter(state=State.PROPOSED).order_by("proposed_at", "pk")
        return found, distinct

    def look_subjects(self, obj: Merge) -> list[tuple[str, str]]:
        """Return the numbers of the two."""
        return [("integrated", obj.survivor_id), ("integrated", obj.retired_id)]

    def is_protected(self, obj: Merge) -> bool:
        """Say whether one of the two is under 支援措置."""
        return obj.retired.under_support or obj.survivor.under_support

    # List columns ----------------------------------------------------------------------------

    @admin.display(description="名寄せ", ordering="pk")
    def number(self, obj: Merge) -> str:
        """Return its number."""
        return f"第{obj.pk}号"

    @admin.display(description="統合される番号")
    def retired_number(self, obj: Merge) -> SafeString:
        """Return the number that is answered with the other."""
        return display.grouped(obj.retired_id)

    @admin.display(description="残る番号")
    def survivor_number(self, obj: Merge) -> SafeString:
        """Return the number that remains."""
        return display.grouped(obj.survivor_id)

    @admin.display(description="状態", ordering="state")
    def state_badge(self, obj: Merge) -> SafeString:
        """Return the state as a word with a shape."""
        return display.badge(obj.get_state_display(), _LEVELS[State(obj.state)])

    @admin.display(description="経過", ordering="proposed_at")
    def waiting(self, obj: Merge) -> str:
        """Return how long it waits for approval."""
        if obj.state != State.PROPOSED:
            return ""
        return display.waited(obj.proposed_at, at=timezone.now())

    # Page ------------------------------------------------------------------------------------

    @admin.display(description="内容")
    def card(self, obj: Merge) -> SafeString:
        """Return what it is about."""
        return display.facts(
            [
                ("状態", self.state_badge(obj)),
                ("残る番号", display.grouped(obj.survivor_id)),
                ("統合される番号", display.grouped(obj.retired_id)),
                ("残る番号の決め方", "個人番号の登録がある方。なければ先に付番した方。"),
                ("提案の理由", f"{obj.get_cause_display()} {obj.reason}".strip()),
            ]
        )

    @admin.display(description="比較")
    def comparison(self, obj: Merge) -> SafeString:
        """Return the two as they are, or, once they are one, as they were before."""
        if obj.state == State.MERGED:
            return image_before(obj)
        return compared(
            obj.survivor_id,
            obj.retired_id,
            headings=("残る番号の方", "統合される番号の方"),
            day=timezone.localdate(),
        )

    @admin.display(description="経過")
    def history(self, obj: Merge) -> SafeString:
        """Return who did what."""
        who = names_of([obj.proposed_by, obj.decided_by, obj.undone_by])
        moments = [
            display.Moment(
                at=obj.proposed_at, what="提案", text=obj.reason,
                who=who(obj.proposed_by) or "自動(個人番号の判明)", level="waiting",
            )
        ]  # fmt: skip
        if obj.decided_at:
            rejected = obj.state == State.REJECTED
            moments.append(
                display.Moment(
                    at=obj.decided_at, what="却下" if rejected else "承認・名寄せ",
                    text=obj.decided_reason, who=who(obj.decided_by),
                    level="plain" if rejected else "done",
                )
            )  # fmt: skip
        if obj.undone_at:
            moments.append(
                display.Moment(
                    at=obj.undone_at, what="解除", text=obj.undone_reason, who=who(obj.undone_by),
                    level="stopped",
                )
            )  # fmt: skip
        return display.timeline(moments)

    @admin.display(description="通知")
    def told(self, obj: Merge) -> SafeString:
        """Return which systems were told, and which of them have acknowledged it."""
        notices = obj.notices.select_related("system").order_by("pk")
        rows = [
            (
                one.get_kind_display(),
                one.system.name,
                "、".join(one.moved_numbers) or "なし",
                "、".join(one.kept_numbers) or "なし",
                acknowledged(one),
            )
            for one in notices
        ]
        return display.table(
            ("種別", "庁内業務システム", "移った番号", "残る方の番号", "受領確認"),
            rows,
            caption="各業務への通知と受領確認",
            empty="名寄せを承認すると、紐付いているすべての業務に通知します。",
        )

    # Acts ------------------------------------------------------------------------------------

    def has_approve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may approve or reject."""
        return request.user.has_perm("integrated_address.approve_merge")

    def has_undo_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may undo."""
        return request.user.has_perm("integrated_address.undo_merge")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer what can be done in the state that the 名寄せ is in."""
        obj = self.get_object(request, str(object_id))
        state = obj.state if obj is not None else ""
        wanted = {State.PROPOSED: {"approve", "reject"}, State.MERGED: {"undo"}}.get(state, set())
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if any(one.action_name.endswith(name) for name in wanted)
        ]

    @action(description="内容を確認して承認する", permissions=["approve"])
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what moves, then carry it out."""
        obj = self.found(request, object_id)
        return self._act_on(
            request,
            obj,
            services.approve_merge,
            title=f"名寄せ 第{obj.pk}号を承認する",
            button="承認して名寄せする",
            effects=effects(obj),
            drafted_by=obj.proposed_by,
            done="名寄せしました。紐付いている業務と中間サーバーに通知します。",
            undo="解除すると、番号・基本4情報・副本は名寄せの前に戻ります。",
        )

    @action(description="却下する", permissions=["approve"])
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Reject the proposal."""
        obj = self.found(request, object_id)
        return self._act_on(
            request,
            obj,
            services.reject_merge,
            title=f"名寄せ 第{obj.pk}号を却下する",
            button="却下する",
            effects=[Effect("番号", "二つの番号は今のままです")],
            done="却下しました。",
            undo="取り消せません。二人の登録内容が変わると、また候補に載ります。",
        )

    @action(description="解除する", permissions=["undo"])
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what comes back, then undo."""
        obj = self.found(request, object_id)
        return self._act_on(
            request,
            obj,
            services.undo_merge,
            title=f"名寄せ 第{obj.pk}号を解除する",
            button="名寄せを解除する",
            effects=effects_of_undoing(obj),
            done="解除しました。二つの番号を使用中に戻し、紐付いている業務と中間サーバーに通知します。",
            undo="もう一度名寄せするには、改めて提案と承認が必要です。",
        )

    def _act_on(
        self,
        request: HttpRequest,
        obj: Merge,
        act: Callable[..., Any],
        *,
        title: str,
        button: str,
        effects: Sequence[Effect],
        done: str,
        undo: str,
        drafted_by: str = "",
    ) -> HttpResponse:
        def do(data: dict[str, Any]) -> None:
            act(
                merge_number=obj.pk,
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
            effects=effects,
            drafted_by=drafted_by,
            done=done,
            undo=undo,
            danger=True,
        )
