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
from resident_basic import selectors, services
from resident_basic.admin.protection.acts import FILE, PROCEDURE
from resident_basic.admin.protection.details import MeasureDetailsMixin
from resident_basic.admin.protection.sections import FLAGS, PHASES, MeasureSectionsMixin
from resident_basic.models import ResidentVersion, SupportMeasure
from resident_basic.rules.items import REGISTER
from resident_basic.rules.protection import Phase
from sapporo_base import selectors as base
from sapporo_base.admin import display
from sapporo_base.admin.bases import MOST_COUNTED, ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import OPEN_PROTECTED, RecordedLookMixin
from sapporo_base.admin.rights import holds, require


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
class SupportMeasureAdmin(
    MeasureDetailsMixin, MeasureSectionsMixin, RecordedLookMixin, ReadOnlyAdmin
):
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
