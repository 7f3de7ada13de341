"""支援措置 for its managers: the list by last day, one measure's page, and what is due at home."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gateway import selectors as gateway_selectors
from gateway.selectors import FlagState
from resident_basic import selectors, services
from resident_basic.admin.protection.acts import FILE, PROCEDURE, MeasureActsMixin
from resident_basic.models import ResidentVersion, SupportApplication, SupportMeasure
from resident_basic.rules.items import REGISTER
from resident_basic.rules.protection import Phase, extension_opens
from sapporo_base import selectors as base
from sapporo_base.admin import display
from sapporo_base.admin.bases import MOST_COUNTED, ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.records import KINDS
from sapporo_base.admin.rights import holds, require

PHASES = {
    Phase.EXPIRED: ("期間経過(保護は継続中)", "stopped"),
    Phase.ENDING: ("終了1か月前(延長受付中)", "warned"),
    Phase.PROVISIONAL: ("仮支援措置(決定待ち)", "waiting"),
    Phase.RUNNING: ("支援措置中", "info"),
}
FLAGS = {
    FlagState.SET: ("設定済", "done"),
    FlagState.CLEAR: ("設定なし", "plain"),
    FlagState.WAITING_NUMBER: ("番号の登録待ち", "waiting"),
    FlagState.ASKED: ("設定を依頼中", "waiting"),
    FlagState.FAILED: ("設定に失敗(再試行中)", "stopped"),
    FlagState.NOT_NUMBERED: ("団体内統合宛名番号なし", "plain"),
}
OUTCOMES = {"shown": "warned", "hidden": "info", "refused": "stopped"}
_ALARMS_SHOWN = 30
_OFFICES = dict(SupportApplication.Office.choices)


class PhaseFilter(admin.SimpleListFilter):
    """Where a 支援措置 stands today; the list opens with all that hold."""

    title = "状態"
    parameter_name = "phase"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the phases, what waits for a second person, and what has ended."""
        phases = [(str(phase), words) for phase, (words, _) in PHASES.items()]
        return [*phases, ("end_proposed", "解除の決定待ち"), ("ended", "解除済")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SupportMeasure]
    ) -> QuerySet[SupportMeasure]:
        """Return what is in the phase."""
        chosen = self.value()
        if chosen == "ended":
            return queryset.filter(ended_at__isnull=False)
        if chosen == "end_proposed":
            return queryset.filter(ended_at=None, end_proposed_at__isnull=False)
        if chosen in set(Phase):
            return queryset.filter(selectors.measures_in(str(chosen), day=timezone.localdate()))
        return queryset.filter(ended_at=None)


@admin.register(SupportMeasure)
class SupportMeasureAdmin(MeasureActsMixin, RecordedLookMixin, ReadOnlyAdmin):
    """支援措置, what ends first on top; only for those who may open protected people."""

    # Place and words
    duty, duty_title, duty_order, icon = "窓口", "支援措置", 15, "shield_person"
    about = (
        "支援措置の対象者を、終了年月日の近い順に表示します。終了年月日を過ぎても、"
        "職員2人が解除するまで保護は続きます。"
    )
    empty_text = (
        "支援措置はありません。住民の画面で登録するか、既存住基から受領すると表示されます。"
    )
    # Rights and record
    personal_file = FILE
    look_items = ("支援措置", "支援措置申出", "併せて支援を求める者", "閲覧警報")
    look_procedure = PROCEDURE
    list_kind = "support_measures_listed"
    # List
    list_display = ("person", "last", "phase", "subject", "platform", "alarmed")
    list_filter = (PhaseFilter, "kind", "subject_kind", "source")
    search_fields = ("resident_number",)
    search_help_text = "フリガナ・生年月日・宛名番号で検索"
    # Page
    readonly_fields = (
        "card",
        "terms_line",
        "asked",
        "family",
        "flags",
        "lifts_table",
        "alarm_line",
    )
    fieldsets = (
        ("支援措置", {"fields": ("card",)}),
        ("期間の経過", {"fields": ("terms_line",)}),
        ("申出", {"fields": ("asked",)}),
        ("併せて支援を求める者", {"fields": ("family",)}),
        ("中間サーバへの設定", {"fields": ("flags",)}),
        ("一時解除", {"fields": ("lifts_table",)}),
        ("閲覧警報", {"fields": ("alarm_line",)}),
    )
    actions_detail = (
        "decide",
        "extend",
        "propose_end",
        "confirm_end",
        "withdraw_end",
        "add_family",
        "write_application",
        "write_forwarding",
        "show_opponent",
        "write_opponent",
        "lift",
        "end_lifts",
        "send_flags",
    )

    # Who may ---------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether this person may see who is protected."""
        return super().has_view_permission(request, obj) and holds(
            request, OPEN_PROTECTED, file=FILE
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list to those who may open protected people; name the right to others."""
        if request.user.has_perm("resident_basic.view_supportmeasure"):
            require(request, OPEN_PROTECTED, file=FILE)
        services.raise_look_alarms(act=staff_act(request, procedure=PROCEDURE))
        return super().changelist_view(request, extra_context)

    def look_subjects(self, obj: SupportMeasure) -> list[tuple[str, str]]:
        """Return the 宛名番号."""
        return [("resident", obj.resident_number)]

    def is_protected(self, obj: SupportMeasure) -> bool:
        """Say that a reason is needed for each page, those of ended measures too."""
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet[SupportMeasure]:
        """Return the measures of people in the wards that this person serves, what ends first first."""
        measures = super().get_queryset(request)
        wards = base.wards_of(request.user)
        if wards is not None:
            living = ResidentVersion.objects.filter(is_latest=True, municipality_code__in=wards)
            measures = measures.filter(resident_number__in=living.values("resident_number"))
        return measures.order_by(F("until").asc(nulls_first=True), "pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SupportMeasure], search_term: str
    ) -> tuple[QuerySet[SupportMeasure], bool]:
        """Find by 宛名番号, kana and birth date."""
        if not search_term.strip():
            return queryset, False
        found = selectors.find_residents(
            search_term,
            wards=base.wards_of(request.user),
            with_protected=True,
            limit=MOST_COUNTED,
        )
        numbers = [one.resident_number for one in found.people]
        return queryset.filter(resident_number__in=numbers), False

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        """Bring names, flags and alarms of the measures along, at once."""
        numbers = [row.resident_number for row in rows]
        latest = selectors.latest_of(numbers)
        flags = gateway_selectors.flag_states(
            system=base.system(REGISTER), business_numbers=numbers
        )
        alarms = selectors.waiting_alarm_counts([row.pk for row in rows])
        for row in rows:
            row.latest = latest.get(row.resident_number)
            row.platform_flags = flags[row.resident_number]
            row.alarms_waiting = alarms.get(row.pk, 0)

    # Columns ---------------------------------------------------------------------------------

    @admin.display(description="終了年月日", ordering="until")
    def last(self, obj: SupportMeasure) -> SafeString:
        """Return the last day of the term."""
        return display.day(obj.until, weekday=False) if obj.until else SafeString("定めなし")

    @admin.display(description="状態")
    def phase(self, obj: SupportMeasure) -> SafeString:
        """Return where it stands as a word with a shape; that its end waits for someone, too."""
        if obj.ended_at:
            return display.badge("解除済", "plain")
        words = display.badge(*PHASES[selectors.phase_of(obj, day=timezone.localdate())])
        if obj.end_proposed_at:
            return format_html("{} {}", words, display.badge("解除の決定待ち", "waiting"))
        return words

    @admin.display(description="対象者")
    def person(self, obj: Any) -> str:
        """Return the name."""
        latest = self._latest(obj)
        return latest.name if latest else "(住民の情報がありません)"

    @admin.display(description="対象者区分")
    def subject(self, obj: SupportMeasure) -> str:
        """Return whether they asked, or others with them."""
        return obj.get_subject_kind_display()

    @admin.display(description="自動応答不可・不開示")
    def platform(self, obj: Any) -> SafeString:
        """Return what the platform has of it."""
        return display.badge(*FLAGS[obj.platform_flags.state])

    @admin.display(description="未確認の警報")
    def alarmed(self, obj: Any) -> SafeString:
        """Return how many alarms wait."""
        if not obj.alarms_waiting:
            return display.NOTHING
        return display.badge(f"{obj.alarms_waiting:,}件", "warned")

    def _latest(self, obj: Any) -> ResidentVersion | None:
        if not hasattr(obj, "latest"):
            obj.latest = selectors.latest_of([obj.resident_number]).get(obj.resident_number)
        latest: ResidentVersion | None = obj.latest
        return latest

    # Sections --------------------------------------------------------------------------------

    @admin.display(description="内容")
    def card(self, obj: SupportMeasure) -> SafeString:
        """Return the measure at a glance, and what is due."""
        resident = reverse("admin:resident_basic_resident_change", args=[obj.resident_number])
        today = timezone.localdate()
        pairs: list[tuple[str, Any]] = [
            ("対象者", format_html('<a href="{}">{}</a>', resident, self.person(obj))),
            ("状態", self.phase(obj)),
            ("区分", f"{obj.get_kind_display()}({obj.get_subject_kind_display()})"),
            ("開始年月日", display.day(obj.since, weekday=False)),
            ("終了年月日", self.last(obj)),
            ("登録", format_html("{} {}", display.moment(obj.started_at), _who(obj.started_by))),
            ("登録の理由", obj.reason),
        ]
        if obj.until and not obj.ended_at and not obj.is_provisional:
            opens = extension_opens(obj.until)
            words = "受付中" if today >= opens else "この日から受け付けます"
            pairs.append(
                ("延長の受付", format_html("{} {}", display.day(opens, weekday=False), words))
            )
        if obj.end_proposed_at:
            pairs += [
                ("解除の事由", obj.get_ended_because_display()),
                ("解除の理由", obj.end_reason),
                (
                    "解除の起案",
                    format_html(
                        "{} {}", display.moment(obj.end_proposed_at), _who(obj.end_proposed_by)
                    ),
                ),
            ]
        if obj.ended_at:
            pairs.append(
                ("解除", format_html("{} {}", display.moment(obj.ended_at), _who(obj.ended_by)))
            )
        return display.facts(pairs)

    @admin.display(description="期間")
    def terms_line(self, obj: SupportMeasure) -> SafeString:
        """Return every term, the newest first."""
        return display.table(
            ("事由", "区分", "開始", "終了", "登録", "理由"),
            [
                (
                    one.get_cause_display(),
                    one.get_kind_display(),
                    display.day(one.since, weekday=False),
                    display.day(one.until, weekday=False) if one.until else "定めなし",
                    format_html("{} {}", display.moment(one.recorded_at), _who(one.recorded_by)),
                    one.reason,
                )
                for one in obj.terms.order_by("-recorded_at", "-pk")
            ],
            caption="支援措置期間の経過(新しい順)",
        )

    @admin.display(description="申出の内容")
    def asked(self, obj: SupportMeasure) -> SafeString:
        """Return what was asked for, by whom confirmed, and where it was sent on to."""
        application = selectors.application_of(obj)
        pairs: list[tuple[str, Any]] = []
        if application:
            body = application.get_body_display() if application.body else ""
            confirmed = display.day(application.confirmed_on, weekday=False)
            pairs = [
                ("申出年月日", display.day(application.applied_on, weekday=False)),
                ("申出の理由", application.get_ground_display()),
                (
                    "支援を求められている事務",
                    display.items([_OFFICES[one] for one in application.offices]),
                ),
                ("相談機関", f"{body} {application.body_name}".strip() or "未確認"),
                ("相談機関の確認", confirmed if application.confirmed_on else "未確認"),
            ]
        municipalities = base.code_names("municipality", day=timezone.localdate())
        forwardings = display.table(
            ("向き", "市区町村", "転送年月日"),
            [
                (
                    one.get_direction_display(),
                    municipalities.get(one.municipality_code, one.municipality_code),
                    display.day(one.forwarded_on, weekday=False),
                )
                for one in obj.forwardings.order_by("-forwarded_on", "-pk")
            ],
            caption="転送情報",
            empty="他の市区町村との転送はありません。",
        )
        facts = display.facts(pairs) if pairs else format_html("<p>{}</p>", "申出は未登録です。")
        return format_html("{}{}", facts, forwardings)

    @admin.display(description="同じ申出の対象者")
    def family(self, obj: SupportMeasure) -> SafeString:
        """Return the others of the same 申出."""
        together = selectors.open_family_of(obj)
        latest = selectors.latest_of([one.resident_number for one in together])
        rows = []
        for one in together:
            person = latest.get(one.resident_number)
            url = reverse("admin:resident_basic_supportmeasure_change", args=[one.pk])
            rows.append(
                (
                    format_html('<a href="{}">{}</a>', url, person.name if person else "支援措置"),
                    one.get_subject_kind_display(),
                    self.phase(one),
                    self.last(one),
                )
            )
        return display.table(
            ("対象者", "区分", "状態", "終了年月日"),
            rows,
            caption="同じ申出の対象者",
            empty="併せて支援を求めた方はいません。",
        )

    @admin.display(description="自動応答不可・不開示該当")
    def flags(self, obj: SupportMeasure) -> SafeString:
        """Return how far the flags are on their way to the platform, and what went wrong."""
        told = gateway_selectors.flag_states(
            system=base.system(REGISTER), business_numbers=[obj.resident_number]
        )[obj.resident_number]
        pairs: list[tuple[str, Any]] = [
            ("求めている設定", "自動応答不可・不開示該当" if told.is_wanted else "設定しない"),
            ("プラットフォームの状態", display.badge(*FLAGS[told.state])),
            ("最後に設定した日時", display.moment(told.set_at)),
        ]
        if told.error:
            pairs += [
                ("直近のエラー", told.error),
                ("試行回数", display.count(told.attempts, "回")),
                ("次に試す日時", display.moment(told.next_try_at)),
            ]
        return display.facts(pairs)

    @admin.display(description="一時解除")
    def lifts_table(self, obj: SupportMeasure) -> SafeString:
        """Return who could open the person for a while, and why."""
        now = timezone.now()
        return display.table(
            ("状態", "職員番号", "開始", "終了", "解除した職員", "理由"),
            [
                (
                    display.badge("取消", "plain")
                    if one.ended_at
                    else display.badge("終了", "plain")
                    if one.until <= now
                    else display.badge("解除中", "warned"),
                    one.staff_number,
                    display.moment(one.since),
                    display.moment(one.ended_at or one.until),
                    one.granted_by,
                    one.reason,
                )
                for one in obj.lifts.order_by("-since", "-pk")[:_ALARMS_SHOWN]
            ],
            caption="一時解除の記録(新しい順)",
            empty="一時解除はありません。",
        )

    @admin.display(description="最近の警報")
    def alarm_line(self, obj: SupportMeasure) -> SafeString:
        """Return who looked at the person lately."""
        moments = [
            display.Moment(
                at=one.at,
                what=one.get_outcome_display(),
                text=" ".join(
                    part
                    for part in (KINDS.get(one.kind, one.kind), one.procedure, one.reason)
                    if part
                ),
                who=one.staff_name or one.system_code,
                url=reverse("admin:resident_basic_lookalarm_change", args=[one.pk]),
                level=OUTCOMES[one.outcome],
            )
            for one in obj.alarms.order_by("-at", "-pk")[:_ALARMS_SHOWN]
        ]
        return display.timeline(moments, empty="閲覧警報はありません。")


def _who(number: str) -> str:
    return f"職員番号{number}" if number[:1].isascii() and number else number


def home_block(request: HttpRequest) -> HomeBlock | None:
    """Say which terms end or have ended, what waits for a decision, and which flags failed."""
    may = request.user.has_perm("resident_basic.view_supportmeasure")
    if not may or not holds(request, OPEN_PROTECTED, file=FILE):
        return None
    counts = selectors.phase_counts(day=timezone.localdate())
    url = reverse("admin:resident_basic_supportmeasure_changelist")
    levels = {
        Phase.EXPIRED: Attention.WARNED,
        Phase.ENDING: Attention.WAITING,
        Phase.PROVISIONAL: Attention.WAITING,
        Phase.RUNNING: Attention.CALM,
    }
    rows = [
        HomeRow(
            PHASES[phase][0],
            f"{counts[phase]:,}人",
            f"{url}?phase={phase}",
            levels[phase] if counts[phase] else Attention.CALM,
        )
        for phase in PHASES
    ]
    proposed, failed = selectors.ends_proposed().count(), gateway_selectors.unset_flags_count()
    if proposed:
        words = f"{proposed:,}人"
        rows.insert(
            0, HomeRow("解除の決定待ち", words, f"{url}?phase=end_proposed", Attention.WAITING)
        )
    if failed:
        rows.insert(0, HomeRow("中間サーバへの設定に失敗", f"{failed:,}人", url, Attention.WARNED))
    due = counts[Phase.EXPIRED] + counts[Phase.ENDING]
    return HomeBlock(
        title="支援措置",
        state=f"期限 {due:,}人" if due else "期限の近い方はいません",
        attention=max(row.attention for row in rows),
        rows=rows,
        note="終了年月日を過ぎても、解除されるまで保護は続きます。",
        links=[("支援措置を開く", url)],
        order=15,
    )
