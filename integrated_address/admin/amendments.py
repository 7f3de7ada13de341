"""番号訂正: what waits for a second person, and what was decided."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from integrated_address import selectors, services
from integrated_address.admin.finding import FILE, PROCEDURE, basics_of, in_words, way_to
from integrated_address.admin.person_acts import WHAT_FOLLOWS
from integrated_address.models import IntegratedAddressee, NumberAmendment
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.filters import WaitingFirst
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import OPEN, OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.record_lines import bring_names, named_on
from sapporo_base.admin.rights import holds
from sapporo_base.rules.dates import format_date

State = NumberAmendment.State
_LEVELS = {State.PROPOSED: "waiting", State.DONE: "done", State.REFUSED: "stopped"}


class AmendmentState(WaitingFirst):
    """Where it stands."""

    states = State.choices

    def narrowed(
        self, queryset: QuerySet[NumberAmendment], state: str
    ) -> QuerySet[NumberAmendment]:
        """Return those in that state."""
        return queryset.filter(state=state)


@admin.register(NumberAmendment)
class NumberAmendmentAdmin(RecordedLookMixin, ReadOnlyAdmin):
    # Place and words
    duty, duty_title, duty_order, icon = "連携", "番号訂正", 30, "rule"
    about = "個人番号の変更・訂正と、業務番号の紐付誤りの訂正です。起案と決裁は別の職員が行います。"
    empty_text = (
        "決裁を待つ番号訂正はありません。団体内統合宛名の画面の「番号を訂正する」から起案します。"
    )
    # Rights and record
    personal_file = FILE
    look_items = ("番号訂正", "氏名", "団体内統合宛名番号")
    look_procedure = PROCEDURE
    # List
    list_display = ("what", "state_badge", "drafted", "drafter", "waited", "decider")
    list_filter = (AmendmentState, "kind")
    ordering = ("drafted_at", "pk")
    # Page
    readonly_fields = (
        "what",
        "state_badge",
        "person",
        "link_words",
        "target_page",
        "day",
        "reason",
        "drafted",
        "drafter",
        "decided",
        "decider",
        "decision_reason",
    )
    fields = readonly_fields
    actions_detail = ("grant", "refuse")

    def get_queryset(self, request: HttpRequest) -> QuerySet[NumberAmendment]:
        """Return them with their people; those of people under 支援措置 only for who may see them."""
        found = super().get_queryset(request).select_related("addressee", "target", "link__system")
        if holds(request, OPEN_PROTECTED, file=FILE):
            return found
        return found.filter(addressee__under_support=False).exclude(target__under_support=True)

    def look_subjects(self, obj: NumberAmendment) -> list[tuple[str, str]]:
        """Return the numbers of the people."""
        people = [obj.addressee_id, *([obj.target_id] if obj.target_id else [])]
        return [("integrated", number) for number in people]

    def is_protected(self, obj: NumberAmendment) -> bool:
        """Say whether one of the people is under 支援措置."""
        return obj.addressee.under_support or bool(obj.target and obj.target.under_support)

    # Columns ---------------------------------------------------------------------------------

    @admin.display(description="訂正の内容", ordering="kind")
    def what(self, obj: NumberAmendment) -> str:
        """Return its number and kind."""
        return f"第{obj.pk}号 {obj.get_kind_display()}"

    @admin.display(description="状態", ordering="state")
    def state_badge(self, obj: NumberAmendment) -> SafeString:
        """Return the state with its shape."""
        return display.badge(obj.get_state_display(), _LEVELS[State(obj.state)])

    @admin.display(description="起案日時", ordering="drafted_at")
    def drafted(self, obj: NumberAmendment) -> SafeString:
        """Return when it was drafted."""
        return display.moment(obj.drafted_at)

    def prepare(self, request: HttpRequest, rows: Sequence[NumberAmendment]) -> None:
        """Bring the names along of who drafted and who decided."""
        bring_names(rows, "drafted_by", "decided_by")

    @admin.display(description="起案者", ordering="drafted_by")
    def drafter(self, obj: NumberAmendment) -> str:
        """Return who drafted it."""
        return named_on(obj, obj.drafted_by)

    @admin.display(description="決裁者", ordering="decided_by")
    def decider(self, obj: NumberAmendment) -> str:
        """Return who decided."""
        return named_on(obj, obj.decided_by)

    @admin.display(description="待っている時間")
    def waited(self, obj: NumberAmendment) -> str | SafeString:
        """Return how long it waits."""
        if obj.state != State.PROPOSED:
            return display.NOTHING
        return display.waited(obj.drafted_at, at=timezone.now())

    @admin.display(description="団体内統合宛名")
    def person(self, obj: NumberAmendment) -> SafeString:
        """Lead to the person."""
        return _page(obj.addressee)

    @admin.display(description="業務番号")
    def link_words(self, obj: NumberAmendment) -> SafeString | str:
        """Return the business number that is another person's."""
        return f"{obj.link.system.name} {obj.link.number}" if obj.link else display.NOTHING

    @admin.display(description="正しい紐付先")
    def target_page(self, obj: NumberAmendment) -> SafeString:
        """Lead to whose it is."""
        return _page(obj.target) if obj.target else display.NOTHING

    @admin.display(description="効力の生じる日")
    def day(self, obj: NumberAmendment) -> SafeString:
        """Return from when on it counts."""
        return display.day(obj.effective_on)

    @admin.display(description="決裁日時")
    def decided(self, obj: NumberAmendment) -> SafeString:
        """Return when it was decided."""
        return display.moment(obj.decided_at)

    # Acts ------------------------------------------------------------------------------------

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may decide, and it waits."""
        may = request.user.has_perm("integrated_address.decide_numberamendment")
        return may and NumberAmendment.objects.filter(pk=object_id, state=State.PROPOSED).exists()

    @action(description="決裁する(反映する)", permissions=["decide"], icon="task_alt")
    def grant(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what it does, then grant it."""
        return self._decide(request, object_id, is_granted=True)

    @action(description="却下する", permissions=["decide"], icon="block")
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask why, then refuse it."""
        return self._decide(request, object_id, is_granted=False)

    def _decide(self, request: HttpRequest, object_id: str, *, is_granted: bool) -> HttpResponse:
        obj = self.found(request, object_id)
        words = "決裁" if is_granted else "却下"

        def do(data: dict[str, Any]) -> str:
            services.decide_amendment(
                amendment_id=obj.pk,
                is_granted=is_granted,
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )
            return f"{obj}を{words}しました。"

        effects = [
            Effect("訂正の内容", self.what(obj)),
            Effect("対象", in_words(obj.addressee)),
            Effect("起案の理由", obj.reason),
            Effect("効力の生じる日", format_date(obj.effective_on)),
        ]
        if obj.link and obj.target:
            effects.append(Effect("業務番号", f"{obj.link.system.name} {obj.link.number}"))
            effects.append(Effect("正しい紐付先", in_words(obj.target)))
            if is_granted:
                effects.append(Effect("決裁の後", WHAT_FOLLOWS, "warned"))
        elif is_granted:
            effects.append(Effect("符号", "未要求に戻ります。改めて要求してください。", "warned"))
        return self.act_page(
            request,
            title=f"番号訂正を{words}する",
            button=f"{words}する",
            do=do,
            obj=obj,
            form_class=ReasonForm,
            effects=effects,
            drafted_by=obj.drafted_by,
            undo="元に戻すには、改めて訂正を起案します。訂正の前の内容は記録に残ります。",
        )


def _page(person: IntegratedAddressee) -> SafeString:
    known = basics_of(person)
    return format_html("{} {}", known.name if known else "", way_to(person.pk))


def home_block(request: HttpRequest) -> HomeBlock | None:
    """Say which 番号訂正 wait for a decision."""
    may = request.user.has_perm("integrated_address.view_numberamendment")
    if not may or not holds(request, OPEN, file=FILE):
        return None
    waiting = selectors.waiting_amendments()
    count, oldest = waiting.count(), waiting.first()
    url = reverse("admin:integrated_address_numberamendment_changelist")
    rows = (
        [HomeRow("決裁待ち", f"{count:,}件", url, Attention.WAITING)] if oldest is not None else []
    )
    return HomeBlock(
        title="番号訂正",
        state=f"決裁待ち {count:,}件" if count else "決裁待ちなし",
        attention=Attention.WAITING if count else Attention.CALM,
        rows=rows,
        note=f"最も古いもの {display.waited(oldest.drafted_at, at=timezone.now())}前"
        if oldest
        else "",
        links=[("番号訂正を開く", url)],
        order=22,
    )
