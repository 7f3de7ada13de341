"""Reception of files of 既存住基: chosen from the drop folder, looked at, confirmed, followed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from resident_basic import services
from resident_basic.admin.finding import PROCEDURE
from resident_basic.admin.mending import MendingPages
from resident_basic.models import Reception
from resident_basic.rules.items import FIXED_LAYOUT, LAYOUT
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.runs import (
    counts_of,
    progress_words,
    rejects_of,
    report_tables,
    run_state,
)
from sapporo_base.models import BatchRun

_LAYOUTS = {LAYOUT: "CSV", FIXED_LAYOUT: "固定長"}
_ENCODINGS = {"": "UTF-8(レイアウトの指定)", "cp932": "シフトJIS(CP932)", "utf-16": "UTF-16"}


class FileForm(forms.Form):
    """Asks which file of the drop folder, in which form; or brings one along."""

    file_name = forms.ChoiceField(
        label="受領フォルダーのファイル",
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="既存住基が受領フォルダーに置いたファイルです。新しい順です。",
    )
    upload = forms.FileField(
        label="手元のファイルを使う",
        required=False,
        help_text="選ぶと受領フォルダーに置いてから確認します。例: juki_daily_20261104.csv",
    )
    layout = forms.ChoiceField(
        label="ファイルの形式", choices=list(_LAYOUTS.items()), widget=UnfoldAdminSelectWidget
    )
    encoding = forms.ChoiceField(
        label="文字コード",
        required=False,
        choices=list(_ENCODINGS.items()),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what lies in the folder now."""
        super().__init__(*args, **kwargs)
        choices = [
            (one.name, f"{one.name}({filesizeformat(one.size)})")
            for one in services.waiting_files()
        ]
        self.fields["file_name"].choices = [("", "選択してください"), *choices]

    def clean(self) -> dict[str, Any]:
        """Want one file, and one only."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(cleaned.get("file_name")) == bool(cleaned.get("upload")):
            self.add_error("file_name", "受領フォルダーか手元の、どちらか1つを選んでください。")
        return cleaned


class ConfirmForm(forms.Form):
    """Asks why a suspicious file is received all the same."""

    reason = forms.CharField(
        label="確認した理由",
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="誰に何を確認したかを書いてください。氏名や個人番号は書かないでください。",
        error_messages={"required": "確認した理由を入力してください。"},
    )


@admin.register(Reception)
class ReceptionAdmin(MendingPages, ReadOnlyAdmin):
    """ファイル受領."""

    duty, duty_title, duty_order = "運用", "住民ファイルの受領", 5
    icon = "upload_file"
    about = (
        "既存住基の全件・異動差分を受領します。まず変更内容を確認し、それから受領します。"
        "処理はこの画面を閉じても続きます。"
    )
    empty_text = "「ファイルを確認する」から始めてください。確認と受領の記録がここに並びます。"
    list_display = ("file", "what", "scope", "state", "asked", "by")
    list_select_related = ("batch", "asked_by")
    list_filter = ("is_rehearsal", "scope", "batch__state")
    search_fields = ("file_name",)
    search_help_text = "ファイル名で検索"
    ordering = ("-asked_at", "-pk")
    fields = (
        "file_name",
        "what",
        "state",
        "findings",
        "counts",
        "errors",
        "report",
        "scope",
        "day",
        "written_in",
        "asked",
        "by",
        "confirmed_reason",
        "run",
    )
    readonly_fields = fields
    actions_list = ("choose_file",)
    actions_detail = ("receive",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Bring the runs along."""
        return super().get_queryset(request).select_related("batch", "asked_by")

    def get_urls(self) -> list[URLPattern]:
        """Add the address from which a page learns how far its run is."""
        return [
            path(
                "<int:object_id>/progress/",
                self.admin_site.admin_view(self.progress_view),
                name="resident_basic_reception_progress",
            ),
            *super().get_urls(),
        ]

    # Columns ---------------------------------------------------------------------------------

    @admin.display(description="ファイル名", ordering="file_name")
    def file(self, obj: Reception) -> SafeString:
        """Return the name, on one line."""
        return format_html('<span class="whitespace-nowrap">{}</span>', obj.file_name)

    @admin.display(description="内容")
    def what(self, obj: Reception) -> str:
        """Say whether it was received or only looked at."""
        return "確認" if obj.is_rehearsal else "受領"

    @admin.display(description="状態")
    def state(self, obj: Reception) -> SafeString:
        """Return how it stands; of a running one how far it is, kept up to date by itself."""
        if _is_over(obj):
            assert obj.batch is not None  # noqa: S101 - what is over has a run
            return run_state(obj.batch)
        words = progress_words(obj.batch) if obj.batch else "順番を待っています"
        url = reverse("admin:resident_basic_reception_progress", args=[obj.pk])
        return format_html(
            '{} <span data-follow="{}" aria-live="polite">{}</span>',
            display.badge("処理中" if obj.batch else "待機", "waiting"),
            url,
            words,
        )

    @admin.display(description="確認が必要な点")
    def findings(self, obj: Reception) -> SafeString | str:
        """Return why the file is suspicious, or could not be received."""
        message = obj.batch.message if obj.batch else ""
        if not message:
            return display.NOTHING
        return format_html('<p class="sb-note">{}</p>', message)

    @admin.display(description="件数")
    def counts(self, obj: Reception) -> SafeString:
        """Return the counts of the run."""
        return counts_of(obj.batch) if obj.batch and obj.batch.counts else display.NOTHING

    @admin.display(description="受領エラー")
    def errors(self, obj: Reception) -> SafeString | str:
        """Lead to the rows that were not taken."""
        return rejects_of(obj.batch) if obj.batch else display.NOTHING

    @admin.display(description="明細")
    def report(self, obj: Reception) -> SafeString:
        """Return the tables of the run."""
        return report_tables(obj.batch) if obj.batch else display.NOTHING

    @admin.display(description="形式・文字コード")
    def written_in(self, obj: Reception) -> str:
        """Return form and character set in words."""
        encoding = _ENCODINGS.get(obj.encoding, obj.encoding)
        return f"{_LAYOUTS.get(obj.layout, obj.layout)}・{encoding}"

    @admin.display(description="依頼", ordering="asked_at")
    def asked(self, obj: Reception) -> SafeString:
        """Return when it was asked for."""
        return display.moment(obj.asked_at)

    @admin.display(description="依頼者")
    def by(self, obj: Reception) -> SafeString:
        """Return who asked; a command that nobody signed bears no name."""
        name = obj.asked_by.name if obj.asked_by else "コマンド"
        return format_html('<span class="whitespace-nowrap">{}</span>', name)

    @admin.display(description="一括処理")
    def run(self, obj: Reception) -> SafeString:
        """Lead to the run."""
        if obj.batch is None:
            return display.NOTHING
        url = reverse("admin:sapporo_base_batchrun_change", args=[obj.batch_id])
        return format_html('<a href="{}">一括処理{}</a>', url, obj.batch_id)

    # Acts ------------------------------------------------------------------------------------

    def has_choose_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may receive files."""
        return bool(request.user.has_perm("resident_basic.receive_file"))

    def has_receive_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """A file that was looked at is received by who may."""
        if not request.user.has_perm("resident_basic.receive_file"):
            return False
        looked_at = Reception.objects.filter(
            pk=object_id, is_rehearsal=True, batch__state=BatchRun.State.REHEARSED
        )
        return not object_id or looked_at.exists()

    @action(description="ファイルを確認する", permissions=["choose"], icon="upload_file")
    def choose_file(self, request: HttpRequest) -> HttpResponse:
        """Ask for the file, then have it looked at."""

        def do(data: dict[str, Any]) -> HttpResponse:
            name = data["file_name"]
            if data["upload"]:
                name = services.put_into_folder(data["upload"].name, data["upload"].chunks())
            order = services.order_rehearsal(
                file_name=name,
                layout=data["layout"],
                encoding=data["encoding"],
                act=staff_act(request, procedure=PROCEDURE),
            )
            return HttpResponseRedirect(self._page_of(order))

        return self.act_page(
            request,
            title="住民ファイルを確認する",
            button="変更内容を確認する",
            do=do,
            form_class=FileForm,
            explanation="選んだファイルを検査し、何が変わるかを表示します。住民の情報は変更しません。",
        )

    @action(description="このファイルを受領する", permissions=["receive"], icon="task_alt")
    def receive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what will happen, ask for a reason where the file is suspicious, then receive it."""
        rehearsal = self.found(request, object_id)
        run = rehearsal.batch
        if run is None:
            raise Http404

        def do(data: dict[str, Any]) -> HttpResponse:
            order = services.order_reception(
                rehearsal=rehearsal,
                confirm_reason=data.get("reason", ""),
                act=staff_act(request, procedure=PROCEDURE),
            )
            return HttpResponseRedirect(self._page_of(order))

        effects = [
            Effect("ファイル", rehearsal.file_name),
            *(
                Effect(label, f"{run.counts.get(name, 0):,}件")
                for name, label in (
                    ("new_residents", "新しい住民"),
                    ("new_versions", "新しい履歴"),
                    ("corrections", "履歴の訂正"),
                    ("rejected", "受領できない行"),
                )
            ),
        ]
        if run.message:
            effects.append(Effect("確認が必要な点", run.message, level="warned"))
        return self.act_page(
            request,
            title="住民ファイルを受領する",
            button="受領する",
            do=do,
            obj=rehearsal,
            form_class=ConfirmForm if run.message else forms.Form,
            effects=effects,
            danger=bool(run.message),
            undo="受領した履歴は消せません。誤りは既存住基からの訂正で直します。",
        )

    def progress_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Return how far the run is, in words; without content once it is over."""
        reception = self.found(request, str(object_id))
        if not self.has_view_permission(request, reception):
            raise Http404
        if _is_over(reception):
            return HttpResponse(status=204)
        words = progress_words(reception.batch) if reception.batch else "順番を待っています"
        return HttpResponse(words, content_type="text/plain; charset=utf-8")


def _is_over(reception: Reception) -> bool:
    return bool(reception.batch and reception.batch.state != BatchRun.State.RUNNING)
