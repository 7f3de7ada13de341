"""閲覧警報: who looked at protected people, until a manager has looked into it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from resident_basic import selectors, services
from resident_basic.admin.protection.acts import FILE, PROCEDURE
from resident_basic.admin.protection.sections import OUTCOMES
from resident_basic.models import LookAlarm
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import OPEN_PROTECTED
from sapporo_base.admin.record_lines import KINDS, bring_system_names, system_words
from sapporo_base.admin.rights import holds, require

_PATHS = {"admin": "画面", "api": "API"}


class AcknowledgedFilter(admin.SimpleListFilter):
    """Whether somebody has looked into it; the list opens with what waits."""

    title = "確認"
    parameter_name = "seen"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return acknowledged and all."""
        return [("yes", "確認済"), ("all", "すべて")]

    def choices(self, changelist: Any) -> Any:
        """Offer what waits as the first choice."""
        first, *rest = super().choices(changelist)
        return [{**first, "display": "未確認"}, *rest]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LookAlarm]) -> QuerySet[LookAlarm]:
        """Return what waits, or what is asked for."""
        if self.value() == "all":
            return queryset
        return queryset.filter(acknowledged_at__isnull=self.value() != "yes")


@admin.register(LookAlarm)
class LookAlarmAdmin(ReadOnlyAdmin):
    """閲覧警報; the protected person is named only by the page of their 支援措置."""

    duty, duty_title, duty_order, icon = "窓口", "閲覧警報", 16, "notification_important"
    about = (
        "支援措置対象者を、職員または庁内業務システムが閲覧・検索・照会したことの警報です。"
        "心当たりのない閲覧は、所見を付けて確認します。"
    )
    empty_text = "未確認の警報はありません。支援措置対象者が閲覧されると、ここに表示されます。"
    can_export = True
    list_display = ("when", "outcome_word", "who", "door", "reason", "measure_page")
    list_display_links = ("when",)
    list_filter = (AcknowledgedFilter, "outcome", "path")
    list_select_related = ("measure",)
    search_fields = ("=staff_number", "=system_code", "=measure__resident_number")
    search_help_text = "職員番号・システムコード・対象者の宛名番号で検索"
    ordering = ("-at", "-pk")
    fields = (
        "when",
        "outcome_word",
        "who",
        "on_behalf_of",
        "door",
        "detail",
        "procedure",
        "reason",
        "measure_page",
        "record",
        "acknowledged",
        "acknowledged_by",
        "note",
    )
    readonly_fields = fields
    actions = ("acknowledge",)
    actions_detail = ("acknowledge_one",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether this person manages 支援措置."""
        return super().has_view_permission(request, obj) and holds(
            request, OPEN_PROTECTED, file=FILE
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Raise what is not raised yet, then show the list."""
        if request.user.has_perm("resident_basic.view_lookalarm"):
            require(request, OPEN_PROTECTED, file=FILE)
        services.raise_look_alarms(act=staff_act(request, procedure=PROCEDURE))
        return super().changelist_view(request, extra_context)

    def prepare(self, request: HttpRequest, rows: Sequence[LookAlarm]) -> None:
        """Bring the names of the systems along."""
        bring_system_names(rows)

    @admin.display(description="日時", ordering="at")
    def when(self, obj: LookAlarm) -> SafeString:
        """Return when."""
        return display.moment(obj.at, seconds=True)

    @admin.display(description="結果", ordering="outcome")
    def outcome_word(self, obj: LookAlarm) -> SafeString:
        """Return what was shown as a word with a shape."""
        return display.badge(obj.get_outcome_display(), OUTCOMES[obj.outcome])

    @admin.display(description="職員・システム")
    def who(self, obj: LookAlarm) -> str | SafeString:
        """Return who looked."""
        if obj.staff_number:
            return f"{obj.staff_name}({obj.staff_number})"
        return system_words(obj, obj.system_code) if obj.system_code else "不明"

    @admin.display(description="経路・操作")
    def door(self, obj: LookAlarm) -> str:
        """Return by which door and what was done."""
        return f"{_PATHS.get(obj.path, obj.path)} {KINDS.get(obj.kind, obj.kind)}"

    @admin.display(description="支援措置")
    def measure_page(self, obj: LookAlarm) -> SafeString:
        """Lead to the measure, which asks for a reason."""
        url = reverse("admin:resident_basic_supportmeasure_change", args=[obj.measure_id])
        return format_html('<a href="{}">{}</a>', url, obj.measure)

    @admin.display(description="情報連携記録")
    def record(self, obj: LookAlarm) -> SafeString:
        """Lead to the record."""
        url = reverse("admin:sapporo_base_linkagerecord_change", args=[obj.record_id])
        return format_html('<a href="{}">記録番号{}</a>', url, obj.record_id)

    @admin.display(description="確認日時")
    def acknowledged(self, obj: LookAlarm) -> SafeString:
        """Return when somebody looked into it."""
        return display.moment(obj.acknowledged_at) if obj.acknowledged_at else display.NOTHING

    # Acts ------------------------------------------------------------------------------------

    def has_acknowledge_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may acknowledge alarms."""
        may = request.user.has_perm("resident_basic.acknowledge_lookalarm")
        return may and self.has_view_permission(request)

    def has_acknowledge_one_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may acknowledge the alarm, which waits for it."""
        waits = LookAlarm.objects.filter(pk=object_id, acknowledged_at=None).exists()
        return waits and self.has_acknowledge_permission(request)

    def _acknowledge(self, request: HttpRequest, ids: list[int], obj: Any = None) -> HttpResponse:
        def do(data: dict[str, Any]) -> str:
            seen = services.acknowledge_alarms(
                alarms=ids,
                note=data["reason"],
                act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
            )
            return f"{seen:,}件の閲覧警報を確認済にしました。"

        return self.act_page(
            request,
            title="閲覧警報の確認",
            button="確認済にする",
            do=do,
            obj=obj,
            form_class=ReasonForm,
            effects=[Effect("対象", f"{len(ids):,}件")],
            explanation="閲覧が事務に必要なものだったか、確認した結果を理由の欄に書いてください。",
            undo="確認は取り消せません。",
        )

    @admin.action(description="確認済にする", permissions=["acknowledge"])
    def acknowledge(self, request: HttpRequest, chosen: QuerySet[LookAlarm]) -> HttpResponse | None:
        """Ask what was found, then acknowledge the chosen."""
        ids = list(chosen.filter(acknowledged_at=None).values_list("pk", flat=True))
        if not ids:
            messages.info(request, "選択した警報は、すべて確認済です。")
            return None
        return self._acknowledge(request, ids)

    @action(description="確認済にする", permissions=["acknowledge_one"], icon="task_alt")
    def acknowledge_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask what was found, then acknowledge."""
        return self._acknowledge(request, [int(object_id)], self.found(request, object_id))


def home_block(request: HttpRequest) -> HomeBlock | None:
    """Say which looks at protected people nobody has looked into."""
    may = request.user.has_perm("resident_basic.view_lookalarm")
    if not may or not holds(request, OPEN_PROTECTED, file=FILE):
        return None
    services.raise_look_alarms(act=staff_act(request, procedure=PROCEDURE))
    waiting = selectors.waiting_alarms()
    count, oldest = waiting.count(), waiting.first()
    url = reverse("admin:resident_basic_lookalarm_changelist")
    rows = [
        HomeRow(
            LookAlarm.Outcome(outcome).label,
            f"{number:,}件",
            f"{url}?outcome__exact={outcome}",
            Attention.WARNED,
        )
        for outcome, number in selectors.waiting_alarm_outcomes().items()
    ]
    return HomeBlock(
        title="支援措置対象者の閲覧警報",
        state=f"未確認 {count:,}件" if count else "未確認なし",
        attention=Attention.WARNED if count else Attention.CALM,
        rows=rows,
        note=f"最も古いもの {display.waited(oldest.at, at=timezone.now())}前" if oldest else "",
        links=[("閲覧警報を開く", url)],
        order=14,
    )
