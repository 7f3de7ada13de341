"""転送待ち: whose 世帯情報 can't go out yet; 付番待ち: who could not be numbered yet."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from resident_basic.admin.finding import FILE, PROCEDURE
from resident_basic.models import WaitingForwarding, WaitingNumbering
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import RecordedLookMixin


@admin.register(WaitingForwarding)
class WaitingForwardingAdmin(RecordedLookMixin, ReadOnlyAdmin):
    """転送待ち, who waits longest first."""

    duty = "連携"
    duty_title = "世帯情報の転送待ち"
    duty_order = 31
    icon = "pending"
    about = "世帯情報をまだ市中間サーバに転送できない方と、その理由です。"
    empty_text = (
        "転送を待っている方はいません。団体内統合宛名番号が付番されると自動で転送されます。"
    )
    personal_file = FILE
    look_items = ("宛名番号", "転送待ちの理由")
    look_procedure = PROCEDURE
    list_display = ("number", "reason", "since", "waiting")
    search_fields = ("resident_number",)
    search_help_text = "宛名番号で検索"
    ordering = ("waiting_since", "resident_number")
    fields = ("number", "reason", "since", "waiting", "resident_page")
    readonly_fields = fields

    def look_subjects(self, obj: WaitingForwarding) -> list[tuple[str, str]]:
        """Return the 宛名番号."""
        return [("resident", obj.pk)]

    @admin.display(description="宛名番号", ordering="resident_number")
    def number(self, obj: WaitingForwarding) -> SafeString:
        """Return the 宛名番号 in groups of five."""
        return display.grouped(obj.pk)

    @admin.display(description="待ち始めた日時", ordering="waiting_since")
    def since(self, obj: WaitingForwarding) -> SafeString:
        """Return since when."""
        return display.moment(obj.waiting_since)

    @admin.display(description="経過")
    def waiting(self, obj: WaitingForwarding) -> str:
        """Return how long it has waited."""
        return display.waited(obj.waiting_since, at=timezone.now())

    @admin.display(description="住民")
    def resident_page(self, obj: WaitingForwarding) -> SafeString:
        """Return the way to the resident."""
        url = reverse("admin:resident_basic_resident_change", args=[obj.pk])
        return format_html('<a href="{}">住民の情報を見る</a>', url)


@admin.register(WaitingNumbering)
class WaitingNumberingAdmin(RecordedLookMixin, ReadOnlyAdmin):
    """付番待ち, who waits longest first."""

    duty = "連携"
    duty_title = "付番待ち"
    duty_order = 32
    icon = "hourglass_empty"
    about = (
        "団体内統合宛名の利用申請が有効でない間に受領し、まだ付番されていない方です。"
        "承認の後、その方を含むファイル(次の全件など)を受領すると付番されます。"
    )
    empty_text = "付番を待っている方はいません。"
    personal_file = FILE
    look_items = ("宛名番号", "付番待ちの理由")
    look_procedure = PROCEDURE
    list_display = ("number", "reason", "since", "waiting")
    search_fields = ("resident_number",)
    search_help_text = "宛名番号で検索"
    ordering = ("waiting_since", "resident_number")
    fields = ("number", "reason", "since", "waiting")
    readonly_fields = fields

    def look_subjects(self, obj: WaitingNumbering) -> list[tuple[str, str]]:
        """Return the 宛名番号."""
        return [("resident", obj.pk)]

    @admin.display(description="宛名番号", ordering="resident_number")
    def number(self, obj: WaitingNumbering) -> SafeString:
        """Return the 宛名番号 in groups of five."""
        return display.grouped(obj.pk)

    @admin.display(description="待ち始めた日時", ordering="waiting_since")
    def since(self, obj: WaitingNumbering) -> SafeString:
        """Return since when."""
        return display.moment(obj.waiting_since)

    @admin.display(description="経過")
    def waiting(self, obj: WaitingNumbering) -> str:
        """Return how long it has waited."""
        return display.waited(obj.waiting_since, at=timezone.now())


def waiting_block(request: HttpRequest) -> HomeBlock | None:
    """Say how many people's 世帯情報 waits to be forwarded, and since when the oldest."""
    if not request.user.has_perm("resident_basic.view_waitingforwarding"):
        return None
    waiting = WaitingForwarding.objects.order_by("waiting_since")
    count, oldest = waiting.count(), waiting.first()
    numberless = WaitingNumbering.objects.count()
    rows = []
    if oldest is not None:
        waited = display.waited(oldest.waiting_since, at=timezone.now())
        rows.append(HomeRow("最も長い待ち", waited))
    if numberless:
        rows.append(
            HomeRow(
                f"付番待ち {numberless:,}人",
                "団体内統合宛名の利用申請が有効でないため",
                reverse("admin:resident_basic_waitingnumbering_changelist"),
                Attention.STOPPED,
            )
        )
    return HomeBlock(
        title="世帯情報の転送待ち",
        state=f"転送待ち {count:,}人" if count else "待ちなし",
        attention=max(
            Attention.WAITING if count else Attention.CALM, *(row.attention for row in rows)
        )
        if rows
        else Attention.CALM,
        rows=rows,
        links=[("転送待ちの一覧", reverse("admin:resident_basic_waitingforwarding_changelist"))],
        order=46,
    )
