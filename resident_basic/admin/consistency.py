"""整合性確認: what contradicts in the register, by kind, and what staff say about it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action

from resident_basic import selectors, services
from resident_basic.admin.finding import FILE, PROCEDURE
from resident_basic.models import ConsistencyFinding
from sapporo_base import selectors as base
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.rights import holds
from sapporo_base.rules.check_digits import WARDS_OF_SAPPORO

_LEVELS = {"open": "waiting", "confirmed": "info", "not_needed": "plain"}
_HOUSEHOLD_KINDS = {ConsistencyFinding.Kind.NO_HEAD, ConsistencyFinding.Kind.TWO_HEADS}
_PEOPLE_SHOWN = 4


class WardFilter(admin.SimpleListFilter):
    """区 of those that this person serves."""

    title = "区"
    parameter_name = "ward"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the wards this person serves."""
        served = base.wards_of(request.user)
        wards = WARDS_OF_SAPPORO.items()
        return [(code, name) for code, name in wards if served is None or code in served]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the findings of the ward."""
        return queryset.filter(municipality_code=self.value()) if self.value() else queryset


class PresenceFilter(admin.SimpleListFilter):
    """Whether the contradiction is still there: what is gone is shown when asked."""

    title = "解消"
    parameter_name = "closed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer what is gone."""
        return [("1", "解消済")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return what is there, or what is gone."""
        return queryset.filter(closed_at__isnull=self.value() != "1")


@admin.register(ConsistencyFinding)
class ConsistencyFindingAdmin(RecordedLookMixin, ReadOnlyAdmin):
    """整合性の指摘, what nobody has judged first."""

    duty = "窓口"
    duty_title = "住民の整合性確認"
    duty_order = 14
    icon = "rule"
    about = "台帳の中で互いに矛盾している住民・世帯です。毎晩確認します。訂正は既存住基で行い、次の確認で解消します。"
    empty_text = (
        "確認で見つかった矛盾が、未確認のものから表示されます。確認は毎晩2時30分に行います。"
    )
    can_export = True
    list_before_template = "resident_basic/consistency.html"
    personal_file = FILE
    look_items = ("宛名番号", "世帯番号", "整合性の指摘")
    look_procedure = PROCEDURE
    list_display = ("kind_words", "subject", "people", "what", "ward", "since", "judgement")
    list_filter = ("kind", "state", WardFilter, PresenceFilter)
    search_fields = ("number",)
    search_help_text = "宛名番号・世帯番号で検索"
    fields = (
        "kind_words",
        "subject",
        "people",
        "what",
        "ward",
        "since",
        "last_seen",
        "closed",
        "judgement",
        "reason",
        "judged_by",
        "judged",
    )
    readonly_fields = fields
    actions_detail = ("confirm", "dismiss")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConsistencyFinding]:
        """Return the findings of the wards served, without those about the protected for who may not."""
        shown = selectors.findings_shown(
            wards=base.wards_of(request.user),
            with_protected=holds(request, OPEN_PROTECTED, file=FILE),
        )
        return shown.order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> Any:
        """Sort what nobody has judged to the top, the oldest first."""
        return ["-state", "found_at", "pk"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show how many there are by kind above the list."""
        state = selectors.consistency_state(kind=services.CHECK_KIND)
        return super().changelist_view(
            request, {"summary": _summary(state)} | (extra_context or {})
        )

    def look_subjects(self, obj: ConsistencyFinding) -> list[tuple[str, str]]:
        """Return the 宛名番号 of all whom it concerns."""
        return [("resident", number) for number in obj.resident_numbers]

    def is_protected(self, obj: ConsistencyFinding) -> bool:
        """Say whether someone under 支援措置 is concerned."""
        return bool(selectors.protected_among(obj.resident_numbers))

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        """Bring along whom the findings concern, at once."""
        latest = selectors.latest_of({one for row in rows for one in row.resident_numbers})
        for row in rows:
            row.latest = latest

    # Columns ---------------------------------------------------------------------------------

    @admin.display(description="種別", ordering="kind")
    def kind_words(self, obj: ConsistencyFinding) -> SafeString:
        """Return what contradicts, by kind."""
        return format_html('<span class="sb-snug">{}</span>', obj.get_kind_display())

    @admin.display(description="対象", ordering="number")
    def subject(self, obj: ConsistencyFinding) -> SafeString:
        """Return the number, and whose it is."""
        word = "世帯番号" if obj.kind in _HOUSEHOLD_KINDS else "宛名番号"
        return format_html("{} {}", word, display.grouped(obj.number))

    @admin.display(description="関係する住民")
    def people(self, obj: ConsistencyFinding) -> SafeString:
        """Return the ways to those whom it concerns."""
        latest = getattr(obj, "latest", None)
        if latest is None:
            latest = selectors.latest_of(obj.resident_numbers)
        shown = [number for number in obj.resident_numbers if number in latest]
        links = format_html_join(
            "、",
            '<a href="{}">{}</a>',
            (
                (reverse("admin:resident_basic_resident_change", args=[n]), latest[n].name)
                for n in shown[:_PEOPLE_SHOWN]
            ),
        )
        more = len(shown) - _PEOPLE_SHOWN
        rest = f" ほか{more}人" if more > 0 else ""
        return format_html('<span class="sb-snug">{}{}</span>', links, rest)

    @admin.display(description="内容", ordering="detail")
    def what(self, obj: ConsistencyFinding) -> SafeString:
        """Return what contradicts."""
        return format_html('<span class="sb-snug">{}</span>', obj.detail)

    @admin.display(description="区", ordering="municipality_code")
    def ward(self, obj: ConsistencyFinding) -> SafeString:
        """Return the ward in words."""
        words = WARDS_OF_SAPPORO.get(obj.municipality_code, obj.municipality_code)
        return format_html('<span class="sb-one-line">{}</span>', words)

    @admin.display(description="最初の確認", ordering="found_at")
    def since(self, obj: ConsistencyFinding) -> SafeString:
        """Return since when it is known."""
        return display.day(obj.found_at, weekday=False)

    @admin.display(description="最後の確認")
    def last_seen(self, obj: ConsistencyFinding) -> SafeString:
        """Return when it was last found."""
        return display.moment(obj.seen_at)

    @admin.display(description="解消")
    def closed(self, obj: ConsistencyFinding) -> SafeString:
        """Return when it was gone."""
        return display.moment(obj.closed_at)

    @admin.display(description="対応日時")
    def judged(self, obj: ConsistencyFinding) -> SafeString:
        """Return when staff judged it."""
        return display.moment(obj.judged_at)

    @admin.display(description="対応", ordering="state")
    def judgement(self, obj: ConsistencyFinding) -> SafeString:
        """Return what staff said, or that it is gone."""
        if obj.closed_at is not None:
            return display.badge("解消", "done")
        return display.badge(obj.get_state_display(), _LEVELS[obj.state])

    # Acts ------------------------------------------------------------------------------------

    def has_judge_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may judge a finding, which is still there."""
        may = request.user.has_perm("resident_basic.change_consistencyfinding")
        if not may or object_id is None:
            return may
        finding = self.get_object(request, str(object_id))
        return finding is not None and finding.closed_at is None

    @action(description="確認済にする", permissions=["judge"], icon="task_alt")
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say that it is a mistake of the register, which 既存住基 will mend."""
        return self._judge(request, object_id, ConsistencyFinding.State.CONFIRMED)

    @action(description="対応不要にする", permissions=["judge"], icon="do_not_disturb_on")
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say that it is right as it is."""
        return self._judge(request, object_id, ConsistencyFinding.State.NOT_NEEDED)

    def _judge(
        self, request: HttpRequest, object_id: str, state: ConsistencyFinding.State
    ) -> HttpResponse:
        obj = self.found(request, object_id)
        if self.permit_look(request, obj) is None:
            return self._ask_reason(request, obj)

        def do(data: dict[str, Any]) -> None:
            services.judge_finding(
                finding=obj,
                state=state,
                reason=data["reason"],
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )

        words = {
            ConsistencyFinding.State.CONFIRMED: "既存住基で訂正されるまで一覧に残り、訂正後の確認で解消します。",
            ConsistencyFinding.State.NOT_NEEDED: "事実どおりとして扱い、未確認の件数から除きます。",
        }
        title = f"{state.label.partition('(')[0]}にする"
        return self.act_page(
            request,
            title=title,
            button=title,
            do=do,
            obj=obj,
            form_class=ReasonForm,
            effects=[
                Effect("種別", obj.get_kind_display()),
                Effect("内容", obj.detail),
                Effect("この後", words[state]),
            ],
            undo="あとから、もう一方に変更できます。",
            done=f"{title}: 記録しました。",
        )


def _summary(state: selectors.ConsistencyState) -> SafeString:
    """Return the counts by kind with what changed since the run before, and the finding as a sentence."""
    if state.checked_at is None:
        return format_html('<p class="sb-empty">{}</p>', "整合性確認はまだ行われていません。")
    total = sum(state.by_kind.values())
    said = f"矛盾は{total:,}件" if total else "矛盾はありません"
    rows = [
        (
            format_html('<a href="?kind__exact={}">{}</a>', kind.value, kind.label),
            state.by_kind[kind],
            state.unjudged[kind],
            _signed(state.change[kind]) if kind in state.change else "初回",
        )
        for kind in ConsistencyFinding.Kind
    ]
    table = display.table(
        ("種別", "件数", "うち未確認", "前回との差"),
        rows,
        caption=f"{said}(新たに{state.new:,}件、解消{state.closed:,}件)",
    )
    return format_html(
        "{}<p>最後の確認: {}。市全体の件数です。"
        "支援措置対象者に関わるものは、権限のある職員にだけ一覧に表示します。</p>",
        table,
        display.moment(state.checked_at),
    )


def _signed(number: int) -> str:
    return f"{number:+,}件" if number else "変化なし"


def consistency_block(request: HttpRequest) -> HomeBlock | None:
    """Say how many contradictions nobody has judged, and since when the oldest waits."""
    if not request.user.has_perm("resident_basic.view_consistencyfinding") or not holds(
        request, "open_personalinformationfile", file=FILE
    ):
        return None
    shown = selectors.findings_shown(
        wards=base.wards_of(request.user),
        with_protected=holds(request, OPEN_PROTECTED, file=FILE),
    )
    waiting = shown.filter(closed_at__isnull=True, state=ConsistencyFinding.State.OPEN)
    count, oldest = waiting.count(), waiting.order_by("found_at").first()
    checked = selectors.consistency_checked_at(kind=services.CHECK_KIND)
    rows = [HomeRow("最後の確認", display.moment(checked) if checked else "まだ行われていません")]
    if oldest is not None:
        waited = display.waited(oldest.found_at, at=timezone.now())
        rows.append(HomeRow("最も長い未確認", waited))
    return HomeBlock(
        title="住民の整合性",
        state=f"未確認 {count:,}件" if count else "未確認なし" if checked else "未実施",
        attention=Attention.WAITING if count or not checked else Attention.CALM,
        rows=rows,
        links=[("整合性確認の一覧", reverse("admin:resident_basic_consistencyfinding_changelist"))],
        order=44,
    )
