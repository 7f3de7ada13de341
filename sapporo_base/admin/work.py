"""Pages of the work behind the scenes: 送信待ち, 稼働状況; and their home blocks."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from sapporo_base import selectors
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.models import Heartbeat, OutboxMessage

_CHECK_NAMES = {
    "database": "データベース",
    "broker": "ブローカー",
    "worker": "ワーカー",
    "scheduler": "スケジューラ",
    "platform": "中間サーバ・プラットフォーム",
}


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """送信待ちメッセージ."""

    duty, icon, duty_order = "運用", "outbox", 20
    about = (
        "確定した処理に続けて実行する作業です。「保留」は繰り返し失敗し、確認を待っているものです。"
    )
    empty_text = "後続の作業が登録されると表示されます。送信されたものは1日で消えます。"
    list_display = ("topic", "status", "attempts", "due", "last_error")
    list_filter = ("state", "queue")
    search_fields = ("topic",)
    ordering = ("due_at", "id")

    @admin.display(description="状態", ordering="state")
    def status(self, obj: OutboxMessage) -> SafeString:
        """Return the state with its shape."""
        level = {"waiting": "waiting", "sent": "done", "failed": "stopped"}[obj.state]
        return display.badge(obj.get_state_display(), level)

    @admin.display(description="実行予定", ordering="due_at")
    def due(self, obj: OutboxMessage) -> SafeString:
        """Return when it is due."""
        return display.moment(obj.due_at)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """稼働状況."""

    duty, icon, duty_order = "運用", "monitor_heart", 21
    about = "ワーカー・スケジューラ・プラットフォームの最終応答です。"
    empty_text = "ワーカーとスケジューラが動くと、最終応答がここに表示されます。"
    list_display = ("name", "status", "last")
    fields = ("name", "status", "last")
    ordering = ("name",)

    @admin.display(description="状態")
    def status(self, obj: Heartbeat) -> SafeString:
        """Say whether the sign of life is fresh."""
        fresh = (timezone.now() - obj.at).total_seconds() <= 60  # noqa: PLR2004 - a minute
        return display.badge("稼働中" if fresh else "応答なし", "done" if fresh else "stopped")

    @admin.display(description="最終応答", ordering="at")
    def last(self, obj: Heartbeat) -> SafeString:
        """Return when."""
        return display.moment(obj.at, seconds=True)


def health_block(request: HttpRequest) -> HomeBlock | None:
    """Say whether everything that the work needs is there."""
    if not request.user.has_perm("sapporo_base.view_heartbeat"):
        return None
    checks = selectors.readiness(at=timezone.now())
    bad = [check for check in checks if not check.well]
    return HomeBlock(
        title="システムの稼働状況",
        state=f"{len(bad)}件の異常" if bad else "正常",
        attention=Attention.STOPPED if bad else Attention.CALM,
        rows=[
            HomeRow(
                _CHECK_NAMES.get(check.name, check.name),
                check.word,
                attention=Attention.CALM if check.well else Attention.STOPPED,
            )
            for check in checks
        ],
        links=[("稼働状況の一覧", reverse("admin:sapporo_base_heartbeat_changelist"))],
        order=10,
    )


def outbox_block(request: HttpRequest) -> HomeBlock | None:
    """Say how many messages wait, and which need a person."""
    if not request.user.has_perm("sapporo_base.view_outboxmessage"):
        return None
    held = OutboxMessage.objects.filter(state=OutboxMessage.State.FAILED).count()
    waiting = OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING).count()
    url = reverse("admin:sapporo_base_outboxmessage_changelist")
    return HomeBlock(
        title="後続の作業",
        state=f"保留 {held:,}件" if held else "正常",
        attention=Attention.WARNED if held else Attention.CALM,
        rows=[
            HomeRow("送信待ち", f"{waiting:,}件", f"{url}?state__exact=waiting"),
            HomeRow("保留(要確認)", f"{held:,}件", f"{url}?state__exact=failed"),
        ],
        order=30,
    )
