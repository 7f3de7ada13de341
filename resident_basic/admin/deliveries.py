"""配信状況: how far each consumer lags behind the feed; 転送待ち: whose 世帯情報 can't go out yet."""

from typing import Any

from django.contrib import admin
from django.db.models import BigIntegerField, F, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from resident_basic import selectors
from resident_basic.admin.finding import FILE, PROCEDURE
from resident_basic.models import Delivery, WaitingForwarding, WaitingNumbering
from resident_basic.rules.applications import API
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import RecordedLookMixin


def _with_lag(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Return the deliveries with what lies between them and the newest 異動情報."""
    head = Value(selectors.CHANGES.head(), output_field=BigIntegerField())
    return deliveries.annotate(
        behind=head - F("read_until"), unconfirmed=F("read_until") - F("acknowledged_until")
    )


def _obstacle(delivery: Delivery) -> str:
    obstacle = selectors.obstacle_of(system=delivery.system, day=timezone.localdate(), form=API)
    return obstacle.words if obstacle else ""


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """配信状況, who is furthest behind first."""

    duty = "連携"
    duty_title = "異動情報の配信状況"
    duty_order = 30
    icon = "sync_alt"
    about = "各庁内業務システムが、異動情報をどこまで受け取ったかを示します。遅れの大きい順です。"
    empty_text = "承認を受けた庁内業務システムが異動情報を初めて受け取ると、表示されます。"
    can_export = True
    list_display = ("system", "status", "lag", "last_read", "open_receipts", "last_acknowledged")
    list_select_related = ("system",)
    search_fields = ("system__business_id", "system__name")
    search_help_text = "庁内業務システムで検索"
    fields = (
        "system",
        "status",
        "lag",
        "read_until",
        "last_read",
        "open_receipts",
        "acknowledged_until",
        "last_acknowledged",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """Return the deliveries with their lag."""
        return _with_lag(Delivery.objects.all()).order_by(*self.get_ordering(request))

    def get_ordering(self, request: HttpRequest) -> Any:
        """Sort who is furthest behind to the top."""
        return ["-behind", "system__business_id"]

    @admin.display(description="状態")
    def status(self, obj: Any) -> SafeString:
        """Say whether everything was taken over, or why nothing is handed on."""
        if obstacle := _obstacle(obj):
            return format_html("{} {}", display.badge("移転停止", "stopped"), obstacle)
        if obj.behind:
            return display.badge("未配信あり", "waiting")
        if obj.unconfirmed:
            return display.badge("受領確認待ち", "info")
        return display.badge("最新", "done")

    @admin.display(description="未配信の異動", ordering="behind")
    def lag(self, obj: Any) -> SafeString:
        """Return how many changes it has not read."""
        return display.count(obj.behind)

    @admin.display(description="受領確認のない異動", ordering="unconfirmed")
    def open_receipts(self, obj: Any) -> SafeString:
        """Return how many changes it read and has not confirmed."""
        return display.count(obj.unconfirmed)

    @admin.display(description="最終配信", ordering="read_at")
    def last_read(self, obj: Delivery) -> SafeString:
        """Return when it last read."""
        return display.moment(obj.read_at)

    @admin.display(description="最終受領確認", ordering="acknowledged_at")
    def last_acknowledged(self, obj: Delivery) -> SafeString:
        """Return when it last confirmed."""
        return display.moment(obj.acknowledged_at)


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


def delivery_block(request: HttpRequest) -> HomeBlock | None:
    """Show the consumers that are given nothing any more, and those that have not read everything."""
    if not request.user.has_perm("resident_basic.view_delivery"):
        return None
    behind = _with_lag(Delivery.objects.select_related("system")).filter(behind__gt=0)
    stopped = {one.pk: words for one in behind if (words := _obstacle(one))}
    furthest = sorted(behind, key=lambda one: (one.pk not in stopped, -one.behind))[:5]
    count = behind.count()
    state = "すべて配信済み" if Delivery.objects.exists() else "配信の実績なし"
    attention = Attention.CALM
    if count:
        state, attention = f"未配信あり {count:,}システム", Attention.INFORMED
    if stopped:
        state, attention = f"移転停止 {len(stopped):,}システム", Attention.STOPPED
    return HomeBlock(
        title="異動情報の配信",
        state=state,
        attention=attention,
        rows=[
            HomeRow(
                one.system.name,
                f"{one.behind:,}件 {stopped.get(one.pk, '')}",
                reverse("admin:resident_basic_delivery_change", args=[one.pk]),
                Attention.STOPPED if one.pk in stopped else Attention.INFORMED,
            )
            for one in furthest
        ],
        links=[("配信状況の一覧", reverse("admin:resident_basic_delivery_changelist"))],
        order=45,
    )


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
