"""Pages of bulk jobs: 一括処理 with its report, 受領エラー and what became of them; and their home block."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from sapporo_base import selectors, services
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.conversions.findings import unmapped_table
from sapporo_base.admin.filters import WaitingFirst
from sapporo_base.admin.home import Attention, HomeBlock, HomeRow
from sapporo_base.admin.looks import OPEN_PROTECTED
from sapporo_base.admin.record_lines import named_on, system_words
from sapporo_base.admin.rights import RightIsMissing, require
from sapporo_base.admin.runs import (
    INTERRUPTED,
    KIND_NAMES,
    TAKE_UP_AGAIN,
    counts_of,
    kind_of,
    rejects_of,
    report_tables,
    run_state,
)
from sapporo_base.layouts.columns import NO_SUCH_CODE, UNMAPPED
from sapporo_base.models import BatchRun, RejectedRow

_OF_CODES = frozenset({NO_SUCH_CODE.code, UNMAPPED.code})
_ADDRESSEE_NUMBER = re.compile(r"(?<!\d)\d{15}(?!\d)")


class KindFilter(admin.SimpleListFilter):
    """処理, in words."""

    title = "処理"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the kinds that there are names for."""
        return list(KIND_NAMES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[BatchRun]) -> QuerySet[BatchRun]:
        """Return the runs of the kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(BatchRun)
class BatchRunAdmin(ReadOnlyAdmin):
    """一括処理."""

    duty, icon, duty_order = "運用", "inventory", 10
    about = "ファイルの受領など、まとめて行う処理の記録です。"
    empty_text = "他システムのファイルを受領すると、件数と結果がここに表示されます。"
    can_export = True
    list_display = ("id", "what", "file_name", "status", "started", "ended", "rejects")
    list_filter = ("state", KindFilter)
    search_fields = ("file_name", "file_sha256")
    search_help_text = "ファイル名・SHA-256で検索"
    ordering = ("-started_at",)
    fields = (
        "id",
        "what",
        "status",
        "message",
        "file_name",
        "file_sha256",
        "started",
        "ended",
        "count_table",
        "report_tables",
        "rejects",
        "staff",
        "system",
        "correlation_id",
    )

    @admin.display(description="職員")
    def staff(self, obj: BatchRun) -> str:
        """Return who brought it, by name."""
        return named_on(obj, obj.staff_number)

    @admin.display(description="庁内業務システム")
    def system(self, obj: BatchRun) -> str | SafeString:
        """Return which system brought it, by its name."""
        return system_words(obj, obj.system_code)

    @admin.display(description="処理", ordering="kind")
    def what(self, obj: BatchRun) -> str:
        """Return what it does, in words."""
        return kind_of(obj)

    @admin.display(description="状態", ordering="state")
    def status(self, obj: BatchRun) -> SafeString:
        """Return the state with its shape; of a running job also how far it is."""
        return run_state(obj)

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
        return counts_of(obj)

    @admin.display(description="明細")
    def report_tables(self, obj: BatchRun) -> SafeString:
        """Return what the job has to tell, as tables."""
        return report_tables(obj)

    @admin.display(description="受領エラー")
    def rejects(self, obj: BatchRun) -> SafeString | str:
        """Return how many rows were not taken, and lead there."""
        return rejects_of(obj)


class RejectedRowState(WaitingFirst):
    """What became of the rows."""

    states = RejectedRow.State.choices

    def narrowed(self, queryset: QuerySet[RejectedRow], state: str) -> QuerySet[RejectedRow]:
        """Return the rows in that state."""
        return queryset.filter(state=state)


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyAdmin):
    """受領エラー."""

    duty, icon, duty_order = "運用", "error", 11
    about = (
        "受領できなかった行です。行の内容は封緘されていて、権限がある人が理由を記録して開きます。"
        "訂正して再受領するか、送信元が送り直したものは破棄してください。"
    )
    empty_text = "受領したファイルに誤りのある行があると、行番号・項目・理由がここに表示されます。"
    can_export = True
    list_display = ("batch_file", "row_number", "item", "reason", "status", "settled")
    list_display_links = ("row_number",)
    list_select_related = ("batch",)
    list_filter = (RejectedRowState, "item", "code")
    search_fields = ("item", "code", "reason", "batch__file_name")
    search_help_text = "ファイル名・項目・理由で検索"
    ordering = ("-batch_id", "row_number")
    fields = (
        "batch_file",
        "batch",
        "row_number",
        "item",
        "code",
        "reason",
        "strange_codes",
        "status",
        "settled",
        "settled_reason",
    )
    readonly_fields = fields
    actions_detail = ("mend_row", "open_row", "drop_row")

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Allow the rows of one batch."""
        return lookup == "batch__id__exact" or super().lookup_allowed(lookup, value, request)

    # Who may what ----------------------------------------------------------------------------

    def _mending_page(self, object_id: Any) -> str:
        """Return the page on which a row of this kind is mended, "" where there is none."""
        row = RejectedRow.objects.select_related("batch").filter(pk=object_id).first()
        name = settings.MENDING_PAGES.get(row.batch.kind, "") if row else ""
        return reverse(name, args=[row.pk]) if row and name else ""

    def _is_open(self, object_id: Any) -> bool:
        return RejectedRow.objects.filter(pk=object_id, state=RejectedRow.State.OPEN).exists()

    def has_open_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """The content is for who may handle rejected rows; what can be mended opens on that page."""
        may = request.user.has_perm("sapporo_base.change_rejectedrow")
        return may and not (object_id and self._mending_page(object_id))

    def has_mend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """An open row is mended by who may handle rejected rows, where its subsystem has a page."""
        may = request.user.has_perm("sapporo_base.change_rejectedrow")
        return may and bool(
            not object_id or (self._is_open(object_id) and self._mending_page(object_id))
        )

    def has_drop_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """An open row is dropped by who may handle rejected rows."""
        may = request.user.has_perm("sapporo_base.change_rejectedrow")
        return may and bool(not object_id or self._is_open(object_id))

    # Columns ---------------------------------------------------------------------------------

    @admin.display(description="ファイル", ordering="batch_id")
    def batch_file(self, obj: RejectedRow) -> SafeString:
        """Return the file in which it came, on one line."""
        return format_html('<span class="whitespace-nowrap">{}</span>', obj.batch.file_name)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave 未対応コード out where it has none."""
        found = (
            unmapped_table(request, obj.item) if obj is not None and obj.code in _OF_CODES else ""
        )
        if obj is not None:
            vars(obj)["strange"] = found
        return [name for name in self.fields if name != "strange_codes" or found]

    @admin.display(description="未対応コード")
    def strange_codes(self, obj: RejectedRow) -> SafeString:
        """Return the codes of this item that nobody has entered, each with the way to enter it."""
        return vars(obj)["strange"]

    @admin.display(description="状態")
    def status(self, obj: RejectedRow) -> SafeString:
        """Return the state with its shape."""
        level = {"open": "waiting", "mended": "done", "dropped": "plain"}[obj.state]
        return display.badge(obj.get_state_display(), level)

    @admin.display(description="処理者・日時")
    def settled(self, obj: RejectedRow) -> SafeString:
        """Return who mended or dropped it, and when."""
        if obj.settled_at is None:
            return display.NOTHING
        return format_html("{} {}", obj.settled_by, display.moment(obj.settled_at))

    # Acts ------------------------------------------------------------------------------------

    @action(description="訂正して再受領する", permissions=["mend"], icon="edit")
    def mend_row(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the page of the subsystem on which the row is mended."""
        self.found(request, object_id)
        return HttpResponseRedirect(self._mending_page(object_id))

    def _protected_people(self, request: HttpRequest, row: RejectedRow) -> list[services.Subject]:
        """
        Return whom of the protected a sealed row names, to who may open protected people.

        :raises RightIsMissing: this person may not; the refusal is recorded.
        """
        named = set(_ADDRESSEE_NUMBER.findall(str(services.open_rejected_row(row))))
        subjects = [("resident", number) for number in sorted(selectors.protected_among(named))]
        if subjects:
            try:
                require(request, OPEN_PROTECTED, file="resident")
            except RightIsMissing as missing:
                services.record_refusal(
                    staff_act(request),
                    "rejected_row_opened",
                    detail=missing.words,
                    subjects=subjects,
                )
                raise
        return subjects

    @action(description="行の内容を開く", permissions=["open"], icon="lock_open")
    def open_row(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the sealed row with a reason, recorded before it is shown."""
        row = self.found(request, object_id)

        def do(data: dict[str, str]) -> HttpResponse:
            content = services.disclose_rejected_row(
                row,
                subjects=self._protected_people(request, row),
                act=staff_act(request, reason=data["reason"]),
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

    @action(description="破棄する", permissions=["drop"], icon="delete_sweep")
    def drop_row(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say why nothing more is done with the row."""
        row = self.found(request, object_id)

        def do(data: dict[str, str]) -> None:
            services.settle_rejected_row(
                row,
                state=RejectedRow.State.DROPPED,
                reason=data["reason"],
                act=staff_act(request),
            )

        return self.act_page(
            request,
            title="受領エラーの行を破棄する",
            button="破棄する",
            do=do,
            obj=row,
            form_class=ReasonForm,
            danger=True,
            effects=[
                Effect("行", f"{row.batch.file_name} {row.row_number}行"),
                Effect("項目と理由", f"{row.item}: {row.reason}"),
                Effect("起こること", "この行は受領しません。送信元が送り直せば受領できます。"),
            ],
            undo="破棄した行は元に戻せません。",
            done="破棄しました。",
        )


def _note(runs: Sequence[BatchRun], interrupted: Collection[int]) -> str:
    if interrupted:
        return f"中断した受領があります。{TAKE_UP_AGAIN}"
    return "" if runs else "ファイルの受領などを行うと、結果がここに表示されます。"


def _batch_state(bad: int, rejects: int) -> str:
    if bad:
        return f"確認が必要 {bad}件"
    return f"受領エラー {rejects:,}件" if rejects else "正常"


def batch_block(request: HttpRequest) -> HomeBlock | None:
    """Show the last bulk jobs, those with rejected rows first in attention."""
    if not request.user.has_perm("sapporo_base.view_batchrun"):
        return None
    interrupted = selectors.interrupted_runs()
    runs = [
        *BatchRun.objects.filter(pk__in=interrupted).order_by("-started_at"),
        *BatchRun.objects.exclude(pk__in=interrupted).order_by("-started_at")[:5],
    ]
    bad = [r for r in runs if r.pk in interrupted or r.state in {"rejected", "failed", "held"}]
    # A rejected row waits however many jobs came after its own.
    rejects = selectors.open_reject_count()
    may_see = request.user.has_perm("sapporo_base.view_rejectedrow")
    waiting = HomeRow(
        "受領エラー(未処理)",
        f"{rejects:,}件",
        reverse("admin:sapporo_base_rejectedrow_changelist") if may_see else "",
        Attention.WARNED if rejects else Attention.CALM,
    )
    return HomeBlock(
        title="一括処理",
        state=_batch_state(len(bad), rejects),
        attention=Attention.WARNED if bad or rejects else Attention.CALM,
        note=_note(runs, interrupted),
        rows=[
            waiting,
            *(
                HomeRow(
                    run.file_name or kind_of(run),
                    INTERRUPTED if run.pk in interrupted else run.get_state_display(),
                    reverse("admin:sapporo_base_batchrun_change", args=(run.pk,)),
                    Attention.WARNED if run in bad else Attention.CALM,
                )
                for run in runs
            ),
        ],
        links=[("すべての一括処理", reverse("admin:sapporo_base_batchrun_changelist"))],
        order=20,
    )
