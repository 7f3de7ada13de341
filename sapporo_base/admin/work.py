"""Pages of the work behind the scenes: 一括処理, 受領エラー, 送信待ち, 稼働状況; and their home blocks."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action

from sapporo_base import selectors, services
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.models import BatchRun, Heartbeat, OutboxMessage, RejectedRow

_BATCH_LEVELS = {
    "running": "waiting",
    "done": "done",
    "rejected": "warned",
    "failed": "stopped",
    "held": "stopped",
    "rehearsed": "info",
}
_CHECK_NAMES = {
    "database": "データベース",
    "broker": "ブローカー",
    "worker": "ワーカー",
    "scheduler": "スケジューラ",
    "platform": "中間サーバ・プラットフォーム",
}


# What the counts of a run are called; a count without a name here bears its own.
_COUNT_NAMES = {
    "rows": "ファイルの行数",
    "rejected": "受領できない行",
    "unchanged": "変更のない行",
    "new_residents": "新しい住民",
    "new_versions": "新しい履歴",
    "corrections": "履歴の訂正",
    "protected": "支援措置の開始・変更",
    "released": "支援措置の終了",
    "stored": "登録した行",
    "numbered": "付番した人",
    "outdated": "処理が古い行(反映しない)",
    "gaps": "新たな履歴の欠番",
}


@admin.register(BatchRun)
class BatchRunAdmin(ReadOnlyAdmin):
    """一括処理."""

    duty, icon, duty_order = "運用", "inventory", 10
    about = "ファイルの受領など、まとめて行う処理の記録です。"
    empty_text = "他システムのファイルを受領すると、件数と結果がここに表示されます。"
    can_export = True
    list_display = ("id", "kind", "file_name", "status", "started", "ended", "rejects")
    list_filter = ("state", "kind")
    search_fields = ("kind", "file_name", "file_sha256")
    search_help_text = "処理・ファイル名で検索"
    ordering = ("-started_at",)
    fields = (
        "id",
        "kind",
        "status",
        "message",
        "file_name",
        "file_sha256",
        "started",
        "ended",
        "count_table",
        "report_tables",
        "rejects",
        "staff_number",
        "system_code",
        "correlation_id",
    )

    @admin.display(description="状態", ordering="state")
    def status(self, obj: BatchRun) -> SafeString:
        """Return the state with its shape."""
        return display.badge(obj.get_state_display(), _BATCH_LEVELS[obj.state])

    @admin.display(description="開始", ordering="started_at")
    def started(self, obj: BatchRun) -> SafeString:
        """Return when it began."""
        return display.moment(obj.started_at)

    @admin.display(description="終了")
    def ended(self, obj: BatchRun) -> SafeString:
        """Return when it ended."""
        return display.moment(obj.ended_at)

    @admin.display(description="件数")
    def count_table(self, obj: BatchRun) -> SafeString:
        """Return the counts."""
        return display.facts(
            [(_COUNT_NAMES.get(name, name), f"{count:,}件") for name, count in obj.counts.items()]
        )

    @admin.display(description="明細")
    def report_tables(self, obj: BatchRun) -> SafeString:
        """Return what the job has to tell, as tables."""
        return report_tables(obj)

    @admin.display(description="受領エラー")
    def rejects(self, obj: BatchRun) -> SafeString | str:
        """Return how many rows were not taken, and lead there."""
        if obj.state not in {BatchRun.State.REJECTED, BatchRun.State.FAILED}:
            return display.NOTHING
        url = reverse("admin:sapporo_base_rejectedrow_changelist")
        return format_html(
            '<a href="{}?batch__id__exact={}">エラー行を表示({}件)</a>',
            url,
            obj.pk,
            f"{obj.rejected_rows.count():,}",
        )


def report_tables(run: BatchRun) -> SafeString:
    """Return the tables of a run's report."""
    sections = run.report.get("sections", [])
    if not sections:
        return display.NOTHING
    return format_html_join(
        "",
        "{}",
        ((display.table(one["headings"], one["rows"], caption=one["title"]),) for one in sections),
    )


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyAdmin):
    """受領エラー."""

    duty, icon, duty_order = "運用", "error", 11
    about = "受領できなかった行です。行の内容は封緘されていて、権限と理由がある人だけが開けます。"
    empty_text = "受領したファイルに誤りのある行があると、行番号・項目・理由がここに表示されます。"
    list_display = ("batch", "row_number", "item", "code", "reason", "status")
    list_select_related = ("batch",)
    list_filter = ("state", "code")
    search_fields = ("item", "code", "reason")
    ordering = ("-batch_id", "row_number")
    fields = ("batch", "row_number", "item", "code", "reason", "status")
    actions_detail = ("open_row",)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Allow the rows of one batch."""
        return lookup == "batch__id__exact" or super().lookup_allowed(lookup, value, request)

    def has_open_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """The content is for those who may handle rejected rows."""
        return request.user.has_perm("sapporo_base.change_rejectedrow")

    @admin.display(description="状態")
    def status(self, obj: RejectedRow) -> SafeString:
        """Return the state with its shape."""
        level = {"open": "waiting", "mended": "done", "dropped": "plain"}[obj.state]
        return display.badge(obj.get_state_display(), level)

    @action(description="行の内容を開く", permissions=["open"], icon="lock_open")
    def open_row(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the sealed row with a reason, recorded before it is shown."""
        row = self.found(request, object_id)

        def do(data: dict[str, str]) -> HttpResponse:
            content = services.disclose_rejected_row(
                row, act=staff_act(request, reason=data["reason"])
            )
            pairs = content.items() if isinstance(content, dict) else enumerate(content, 1)
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": row,
                "title": "受領エラーの行の内容",
                "content": display.facts([(str(k), v) for k, v in pairs]),
            }

            response = TemplateResponse(request, "sapporo_base/opened_row.html", context)
            response["Cache-Control"] = "no-store, private"
            return response

        return self.act_page(
            request,
            title="受領エラーの行を開く",
            button="理由を記録して開く",
            do=do,
            obj=row,
            form_class=ReasonForm,
            effects=[Effect("行", str(row)), Effect("理由", row.reason)],
            undo="個人番号は開いた内容にも表示されません。",
        )


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


def batch_block(request: HttpRequest) -> HomeBlock | None:
    """Show the last bulk jobs, those with rejected rows first in attention."""
    if not request.user.has_perm("sapporo_base.view_batchrun"):
        return None
    runs = list(BatchRun.objects.order_by("-started_at")[:5])
    bad = [run for run in runs if run.state in {"rejected", "failed", "held"}]
    return HomeBlock(
        title="一括処理",
        state=f"確認が必要 {len(bad)}件" if bad else "正常",
        attention=Attention.WARNED if bad else Attention.CALM,
        note="" if runs else "ファイルの受領などを行うと、結果がここに表示されます。",
        rows=[
            HomeRow(
                f"{run.file_name or run.kind}",
                run.get_state_display(),
                reverse("admin:sapporo_base_batchrun_change", args=(run.pk,)),
                Attention.WARNED if run in bad else Attention.CALM,
            )
            for run in runs
        ],
        links=[("すべての一括処理", reverse("admin:sapporo_base_batchrun_changelist"))],
        order=20,
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
