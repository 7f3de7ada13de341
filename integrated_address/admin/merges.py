"""名寄せ: proposed, looked at with what it moves, approved by another, undone; who was told of it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from unfold.decorators import action

from integrated_address import selectors, services
from integrated_address.admin.people import FILE
from integrated_address.admin.sides import compared
from integrated_address.models import Merge, MergeNotice
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.rights import holds

PROCEDURE = "団体内統合宛名の名寄せ"
State = Merge.State
_LEVELS = {
    State.PROPOSED: "waiting",
    State.MERGED: "done",
    State.UNDONE: "stopped",
    State.REJECTED: "plain",
}
_LONG_WAIT_DAYS = 3


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
            return _image_before(obj)
        return compared(
            obj.survivor_id,
            obj.retired_id,
            headings=("残る番号の方", "統合される番号の方"),
            day=timezone.localdate(),
        )

    @admin.display(description="経過")
    def history(self, obj: Merge) -> SafeString:
        """Return who did what."""
        moments = [
            display.Moment(
                at=obj.proposed_at, what="提案", text=obj.reason,
                who=obj.proposed_by or "自動(個人番号の判明)", level="waiting",
            )
        ]  # fmt: skip
        if obj.decided_at:
            rejected = obj.state == State.REJECTED
            moments.append(
                display.Moment(
                    at=obj.decided_at, what="却下" if rejected else "承認・名寄せ",
                    text=obj.decided_reason, who=obj.decided_by,
                    level="plain" if rejected else "done",
                )
            )  # fmt: skip
        if obj.undone_at:
            moments.append(
                display.Moment(
                    at=obj.undone_at, what="解除", text=obj.undone_reason, who=obj.undone_by,
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
                _acknowledged(one),
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
            effects=_effects(obj),
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
            effects=_effects_of_undoing(obj),
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
                act=staff_act(request, procedure=PROCEDURE),
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


def _effects(obj: Merge) -> list[Effect]:
    preview = selectors.merge_preview(retired=obj.retired_id, survivor=obj.survivor_id)
    effects = [
        Effect(
            "残る番号", f"{obj.survivor_id}(統合される番号 {obj.retired_id} の検索にも答えます)"
        ),
        Effect(
            "移る業務番号",
            "、".join(f"{one.name} {len(one.moved)}件" for one in preview.systems if one.moved)
            or "なし",
        ),
        Effect("基本4情報", preview.whose_basics),
        Effect("符号", preview.code_words),
    ]
    for name in settings.MERGE_EFFECTS:
        lines = import_string(name)(retired=obj.retired_id, survivor=obj.survivor_id)
        effects += [Effect(label, words) for label, words in lines]
    effects.append(
        Effect("通知先", "、".join(one.name for one in preview.systems) or "紐付く業務なし")
    )
    if preview.protects:
        effects.append(
            Effect(
                "支援措置", "一方が対象のため、名寄せ後の方を支援措置対象とします", level="warned"
            )
        )
    if preview.contradiction:
        effects.append(Effect("個人番号", preview.contradiction, level="warned"))
    return effects


def _effects_of_undoing(obj: Merge) -> list[Effect]:
    before = obj.image["retired"]
    added = selectors.links_added_since(obj)
    effects = [
        Effect("使用中に戻る番号", obj.retired_id),
        Effect("戻る業務番号", f"{len(before['business_numbers'])}件"),
        Effect("副本・照会", "戻る業務番号の副本を、元の番号で送り直します"),
    ]
    if added:
        words = "、".join(f"{link.system.name} {link.number}" for link in added)
        effects.append(
            Effect("名寄せ後に紐付いた番号", f"残る番号に残ります: {words}", level="warned")
        )
    later = selectors.later_merge(obj)
    if later is not None:
        effects.append(
            Effect("先に必要な解除", f"名寄せ 第{later.pk}号を先に解除してください", level="warned")
        )
    return effects


def _image_before(obj: Merge) -> SafeString:
    told = []
    for side in ("survivor", "retired"):
        image = obj.image[side]
        basics: dict[str, Any] = next(
            (row for row in image["basics"] if row["valid_until"] is None), {}
        )
        links = [one for one in image["business_numbers"] if one["valid_until"] is None]
        told.append(
            {
                "氏名": basics.get("name", ""),
                "氏名フリガナ": basics.get("name_kana", ""),
                "生年月日": basics.get("birth", ""),
                "住所": basics.get("residential_address", ""),
                "支援措置": "対象" if image["under_support"] else "なし",
                "個人番号": "登録あり"
                if any(one["valid_until"] is None for one in image["individual_numbers"])
                else "登録なし",
                "業務番号": "、".join(f"{one['system']} {one['number']}" for one in links),
            }
        )
    return display.differences(
        *told,
        caption="名寄せ前の二人",
        only_changed=False,
        headings=("残った番号の方", "統合された番号の方"),
        word="相違",
        marks=("mark", "mark"),
    )


def _acknowledged(notice: MergeNotice) -> SafeString:
    if notice.acknowledged_at:
        moment = display.moment(notice.acknowledged_at)
        return format_html("{} {}", display.badge("確認済", "done"), moment)
    waited = display.waited(notice.at, at=timezone.now())
    return display.badge(f"確認待ち {waited}", "waiting")


@admin.register(MergeNotice)
class MergeNoticeAdmin(RecordedLookMixin, ReadOnlyAdmin):
    # Place and words
    duty = "連携"
    duty_title = "名寄せ通知"
    duty_order = 16
    icon = "mark_email_unread"
    about = (
        "名寄せとその解除を、紐付いている業務が受領したかを、待っている時間の長い順に表示します。"
    )
    empty_text = "受領確認を待っている通知はありません。名寄せまたは解除をすると、ここに載ります。"
    # Rights and record
    personal_file = FILE
    look_items = ("業務番号", "団体内統合宛名番号")
    look_procedure = PROCEDURE
    # List
    list_display = ("system", "kind_badge", "merge_page", "told_at", "acknowledgement")
    list_filter = ("system", "kind")
    ordering = ("at", "pk")
    # Page
    fields = ("system", "kind_badge", "merge_page", "told_at", "acknowledgement")
    readonly_fields = fields
    actions_detail = ("note_acknowledgement",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[MergeNotice]:
        """Return the notices; those about people under 支援措置 only for who may see them."""
        notices = super().get_queryset(request).select_related("system", "merge")
        may_see = holds(request, OPEN_PROTECTED, file=FILE)
        return notices.filter(merge__in=selectors.merges(with_protected=may_see).values("pk"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MergeNotice], search_term: str
    ) -> tuple[QuerySet[MergeNotice], bool]:
        """Open with what waits for an acknowledgement."""
        return queryset.filter(acknowledged_at=None) if not request.GET else queryset, False

    def look_subjects(self, obj: MergeNotice) -> list[tuple[str, str]]:
        """Return the numbers of the two."""
        return [("integrated", obj.merge.survivor_id), ("integrated", obj.merge.retired_id)]

    @admin.display(description="種別")
    def kind_badge(self, obj: MergeNotice) -> SafeString:
        """Return what happened."""
        return display.badge(
            obj.get_kind_display(), "info" if obj.kind == MergeNotice.Kind.MERGED else "stopped"
        )

    @admin.display(description="名寄せ")
    def merge_page(self, obj: MergeNotice) -> SafeString:
        """Return the way to the 名寄せ."""
        url = reverse("admin:integrated_address_merge_change", args=[obj.merge_id])
        return format_html('<a href="{}">第{}号</a>', url, obj.merge_id)

    @admin.display(description="通知日時", ordering="at")
    def told_at(self, obj: MergeNotice) -> SafeString:
        """Return since when it is there to be read."""
        return display.moment(obj.at)

    @admin.display(description="受領確認", ordering="acknowledged_at")
    def acknowledgement(self, obj: MergeNotice) -> SafeString:
        """Return when it was acknowledged, or how long it waits."""
        return _acknowledged(obj)

    def has_note_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may note that a system was told otherwise."""
        return request.user.has_perm("integrated_address.approve_merge")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer it only where nothing was acknowledged yet."""
        obj = self.get_object(request, str(object_id))
        waits = obj is not None and obj.acknowledged_at is None
        return super().get_actions_detail(request, object_id) if waits else []

    @action(description="受領確認を記録する", permissions=["note"])
    def note_acknowledgement(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Note how a system that reads no feed was told."""
        obj = self.found(request, object_id)

        def do(data: dict[str, Any]) -> None:
            services.acknowledge_by_staff(
                notice_number=obj.pk,
                reason=data["reason"],
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )

        return self.act_page(
            request,
            title="受領確認を記録する",
            button="受領確認を記録する",
            do=do,
            obj=obj,
            form_class=ReasonForm,
            effects=[Effect("対象", f"{obj.system.name}への通知 第{obj.pk}号")],
            explanation="APIで受領しない業務に電話や文書で伝えた場合に、伝え方を理由に書いて記録します。",
            done="受領確認を記録しました。",
            undo="取り消せません。",
        )


def home_block(request: HttpRequest) -> HomeBlock | None:
    """Return what waits for a judgement, an approval, an acknowledgement."""
    if not request.user.has_perm("integrated_address.view_matchcandidate"):
        return None
    waiting = selectors.doubts_waiting()
    now = timezone.now()
    late = any(
        one.oldest is not None and (now - one.oldest).days >= _LONG_WAIT_DAYS
        for name, one in waiting.items()
        if name != "candidates"
    )
    total = sum(one.count for one in waiting.values())
    rows = [
        HomeRow(
            words,
            f"{waiting[name].count:,}件",
            reverse(f"admin:integrated_address_{page}_changelist"),
        )
        for words, name, page in (
            ("判定待ちの候補", "candidates", "matchcandidate"),
            ("承認待ちの名寄せ", "merges", "merge"),
            ("受領確認待ちの通知", "notices", "mergenotice"),
        )
    ]
    return HomeBlock(
        title="同一人の確認",
        state=f"{total:,}件待ち" if total else "正常",
        attention=Attention.WARNED if late else Attention.WAITING if total else Attention.CALM,
        rows=rows,
        links=[("同一人候補を開く", reverse("admin:integrated_address_matchcandidate_changelist"))],
        order=32,
    )
