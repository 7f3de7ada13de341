"""What receptions left to be looked at: 履歴の欠番 and 照合差異, with their home block."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from resident_basic import selectors, services
from resident_basic.admin.finding import FILE, PROCEDURE
from resident_basic.models import HistoryGap, ReconciliationDifference
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.filters import WaitingFirst
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import RecordedLookMixin


class OpenFirst(WaitingFirst):
    """Whether it is still open."""

    states = (("open", "未解消"), ("closed", "解消"))

    def narrowed(self, queryset: QuerySet[Any], state: str) -> QuerySet[Any]:
        """Return what is open, or what is closed."""
        return queryset.filter(closed_at__isnull=state == "open")


class WaitingAdmin(RecordedLookMixin, ReadOnlyAdmin):
    """A list of people, by number alone, about whom something is open."""

    duty = "運用"
    can_export = True
    personal_file = FILE
    look_items = ("宛名番号", "履歴番号")
    look_procedure = PROCEDURE
    list_filter: Any = (OpenFirst,)
    search_fields = ("resident_number",)
    search_help_text = "宛名番号で検索"
    ordering = ("found_at", "pk")

    def look_subjects(self, obj: Any) -> list[tuple[str, str]]:
        """Return the 宛名番号."""
        return [("resident", obj.resident_number)]

    @admin.display(description="宛名番号", ordering="resident_number")
    def number(self, obj: Any) -> SafeString:
        """Return the 宛名番号 in groups of five."""
        return display.grouped(obj.resident_number)

    @admin.display(description="検出", ordering="found_at")
    def found_on(self, obj: Any) -> SafeString:
        """Return when it was found."""
        return display.moment(obj.found_at)

    @admin.display(description="経過")
    def age(self, obj: Any) -> str:
        """Return how long it is or was open."""
        return display.waited(obj.found_at, at=obj.closed_at or timezone.now())

    @admin.display(description="状態")
    def state(self, obj: Any) -> SafeString:
        """Say whether it is open."""
        return display.badge("解消", "done") if obj.closed_at else display.badge("未解消", "warned")

    @admin.display(description="解消", ordering="closed_at")
    def closed(self, obj: Any) -> SafeString:
        """Return when it was closed."""
        return display.moment(obj.closed_at)

    @admin.display(description="住民の画面")
    def resident_page(self, obj: Any) -> SafeString:
        """Lead to the resident's page."""
        url = reverse("admin:resident_basic_resident_change", args=[obj.resident_number])
        return format_html('<a href="{}">住民の情報を開く</a>', url)


@admin.register(HistoryGap)
class HistoryGapAdmin(WaitingAdmin):
    """履歴の欠番, the oldest first."""

    duty_title = "履歴の欠番"
    duty_order = 12
    icon = "rule"
    about = (
        "前後の履歴は届いていて、間の履歴が届いていない方です。古い順です。"
        "届けば自動で解消します。届かないと分かったものは、理由を記録して解消します。"
    )
    empty_text = "届いていない履歴はありません。"
    list_display = ("number", "history_number", "state", "age", "found_on", "closed", "closed_by")
    fields = (
        "number",
        "history_number",
        "state",
        "age",
        "found_on",
        "closed",
        "closed_by",
        "closed_reason",
        "resident_page",
    )
    readonly_fields = fields
    actions_detail = ("close_gap",)

    def has_close_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """An open gap is closed by who may."""
        may = request.user.has_perm("resident_basic.change_historygap")
        return may and bool(
            not object_id or selectors.open_gaps().filter(pk=str(object_id)).exists()
        )

    @action(description="届かないものとして解消する", permissions=["close"], icon="task_alt")
    def close_gap(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask why, then close the gap."""
        gap = self.found(request, object_id)

        def do(data: dict[str, Any]) -> None:
            services.close_gap(
                gap=gap, reason=data["reason"], act=staff_act(request, procedure=PROCEDURE)
            )

        return self.act_page(
            request,
            title="履歴の欠番を解消する",
            button="解消する",
            do=do,
            obj=gap,
            form_class=ReasonForm,
            effects=[
                Effect("宛名番号", gap.resident_number),
                Effect("届いていない履歴番号", str(gap.history_number)),
                Effect("起こること", "一覧から外れます。後で届けば、その履歴は登録されます。"),
            ],
            undo="解消した欠番は元に戻せません。",
            done="解消しました。",
        )


@admin.register(ReconciliationDifference)
class ReconciliationDifferenceAdmin(WaitingAdmin):
    """照合差異 of the full sets, the oldest first."""

    duty_title = "全件との照合差異"
    duty_order = 13
    icon = "compare_arrows"
    about = (
        "全件と住民の情報が合わなかった方です。全件にいない方も削除しません。"
        "後のファイルか異動に現れると解消します。異動差分で届かなかったものは、全件から登録済みです。"
    )
    empty_text = "未解消の照合差異はありません。異動差分で未着だったものは「解消」に表示されます。"
    list_display = ("number", "kind", "history_number", "state", "age", "found_on", "run")
    list_filter = (OpenFirst, "kind")
    list_select_related = ("batch",)
    fields = (
        "number",
        "kind",
        "history_number",
        "state",
        "age",
        "found_on",
        "closed",
        "run",
        "resident_page",
    )
    readonly_fields = fields

    @admin.display(description="ファイル", ordering="batch_id")
    def run(self, obj: ReconciliationDifference) -> str:
        """Return the full set."""
        return f"{obj.batch.file_name}(一括処理{obj.batch_id})"


def gap_block(request: HttpRequest) -> HomeBlock | None:
    """Say whose 履歴 has not arrived, and who is absent from the last full sets."""
    if not request.user.has_perm("resident_basic.view_historygap"):
        return None
    now = timezone.now()
    gaps = selectors.open_gaps()
    absent = selectors.open_absences().count()
    count = gaps.count()
    url = reverse("admin:resident_basic_historygap_changelist")
    differences = reverse("admin:resident_basic_reconciliationdifference_changelist")
    oldest = gaps.first()
    rows = []
    if oldest:
        # Whom it is about is told on the list, which is recorded.
        waited = display.waited(oldest.found_at, at=now)
        rows.append(HomeRow("最も古い履歴の欠番", waited, url, Attention.WAITING))
    if absent:
        rows.append(HomeRow("全件に不在", f"{absent:,}人", differences, Attention.WAITING))
    return HomeBlock(
        title="住民の履歴の欠番・照合差異",
        state=f"欠番{count:,}件・不在{absent:,}人" if count or absent else "なし",
        attention=Attention.WAITING if count or absent else Attention.CALM,
        note="" if rows else "届いていない履歴と、全件にいない住民があると表示されます。",
        rows=rows,
        links=[("履歴の欠番", url), ("全件との照合差異", differences)],
        order=25,
    )
