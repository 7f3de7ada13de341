"""Lists and files: search by a list with a result for each row, 付番 by file, 移行."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.decorators import action

from integrated_address import services
from integrated_address.admin.finding import FILE, PROCEDURE
from integrated_address.admin.forms import ListForm, NumberFileForm
from integrated_address.rules import NotAList, read_list
from sapporo_base import selectors as base
from sapporo_base.acts import InvalidRequest, NotPermitted
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import staff_act
from sapporo_base.admin.exports import csv_response
from sapporo_base.admin.looks import OPEN, OPEN_NUMBER, OPEN_PROTECTED
from sapporo_base.admin.rights import RightIsMissing, holds, require, right_words
from sapporo_base.admin.runs import progress_words
from sapporo_base.layouts import UnreadableFile
from sapporo_base.services import REJECTS_TITLE, Receipt

if TYPE_CHECKING:
    from sapporo_base.admin.looks import ShownNumberMixin as _Page
else:
    _Page = object

_NUMBER = "integrated_address.number_person"
_LARGEST = 50 * 1024 * 1024
_RESULTS = {"found": "該当", "none": "該当なし", "several": "複数該当", "refused": "検索不可"}
_KINDS = ("number_people", "import_numbers")
_RECEIVED = {"number_people": services.number_people, "import_numbers": services.import_numbers}


class ListActs(_Page):
    """Acts on the list of people."""

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of lists and files."""
        guarded = self.admin_site.admin_view
        return [
            path(
                "by-list/",
                guarded(self.by_list_view),
                name="integrated_address_by_list",
            ),
            path(
                "number-file/",
                guarded(self.number_file_view),
                name="integrated_address_number_file",
            ),
            path(
                "number-file/progress/",
                guarded(self.file_progress_view),
                name="integrated_address_number_file_progress",
            ),
            *super().get_urls(),
        ]

    def has_search_by_list_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may see people at all."""
        return self.has_view_permission(request)

    def has_take_file_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may have people numbered."""
        return request.user.has_perm(_NUMBER) and self.has_view_permission(request)

    @action(description="一覧で検索する", permissions=["search_by_list"])
    def search_by_list(self, request: HttpRequest) -> HttpResponse:
        """Go to the search by a list."""
        return HttpResponseRedirect(reverse("admin:integrated_address_by_list"))

    @action(description="番号のファイルを取り込む", permissions=["take_file"])
    def take_file(self, request: HttpRequest) -> HttpResponse:
        """Go to the page that takes a file."""
        return HttpResponseRedirect(reverse("admin:integrated_address_number_file"))

    def by_list_view(self, request: HttpRequest) -> HttpResponse:
        """Search by a list and send the results as CSV; recorded before they leave."""
        require(request, OPEN, file=FILE)
        systems = [(code, f"{code} {name}") for code, name in sorted(base.system_names().items())]
        form = type("ListForm", (ListForm,), {"systems": systems})

        def do(data: dict[str, Any]) -> HttpResponse:
            return self._answer_list(request, data)

        response = self.act_page(
            request,
            title="一覧で検索する",
            button="理由を記録して検索する",
            do=do,
            form_class=form,
            effects=[
                Effect("結果", "1行ごとの結果をCSVで返します(個人番号は含みません)。"),
                Effect("支援措置対象者", "閲覧の権限がない場合は「該当なし」になります。"),
            ],
            explanation="検索したことと理由は、結果を出す前に情報連携記録に残ります。",
        )
        response["Cache-Control"] = "no-store, private"
        return response

    def _answer_list(self, request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
        try:
            rows, items = [], []
            for number, values in read_list(data["text"]):
                rows.append(number)
                items.append(services.Item(**values))
        except NotAList as fault:
            raise InvalidRequest(str(fault)) from fault
        if not items:
            raise InvalidRequest("検索する行がありません。2行目から1行に1件ずつ入力してください。")
        if any(item.individual_number for item in items) and not holds(
            request, OPEN_NUMBER, file=FILE
        ):
            raise NotPermitted(
                "個人番号で検索する権限がありません。個人番号の列を除いて検索してください。"
            )
        results = services.search_list(
            items=items,
            numbers_of=base.system(data["system"]) if data["system"] else None,
            with_protected=holds(request, OPEN_PROTECTED, file=FILE),
            act=staff_act(request, procedure=PROCEDURE, reason=data["reason"]),
        )
        return csv_response(
            "search_results",
            ("行", "結果", "説明", "団体内統合宛名番号", "業務番号", "符号取得状況"),
            (
                (
                    row,
                    _RESULTS[one.result],
                    one.detail,
                    one.integrated_number or "",
                    "・".join(one.business_numbers),
                    one.code_state or "",
                )
                for row, one in zip(rows, results, strict=True)
            ),
        )

    def number_file_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file of numbers: look first, then store; both show counts and the first faults."""
        require(request, OPEN, file=FILE)
        if not self.has_take_file_permission(request):
            raise RightIsMissing(right_words(_NUMBER), right=_NUMBER, file=FILE)

        def do(data: dict[str, Any]) -> HttpResponse:
            return self._take(request, data)

        return self.act_page(
            request,
            title="番号のファイルを取り込む",
            button="ファイルを読み込む",
            do=do,
            form_class=NumberFileForm,
            effects=[
                Effect("確認のみ", "件数と、取り込めない行の理由を表示します。何も保存しません。"),
                Effect("取り込む", "取り込めない行は受領エラーに残り、ほかの行は登録します。"),
                Effect("名寄せ", "ファイルの取込みでは、誰も統合しません。"),
            ],
            explanation=(
                "50MBを超えるファイルは、運用者がコマンド import_numbers、number_people で取り込みます。"
            ),
            undo="同じファイルをもう一度取り込んでも、何も変わりません。",
            progress=reverse("admin:integrated_address_number_file_progress"),
        )

    def _take(self, request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
        upload = data["upload"]
        if upload.size > _LARGEST:
            raise InvalidRequest(fields={"upload": "50MBを超えています。"})
        is_rehearsal = not data["store"]
        # It may hold 個人番号: it lies on the disk no longer than it is read.
        with tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as folder:
            file = Path(folder) / Path(upload.name).name
            with file.open("wb") as stream:
                stream.writelines(upload.chunks())
            try:
                receipt = _RECEIVED[data["sort"]](
                    path=file,
                    act=staff_act(request, procedure=PROCEDURE),
                    dry_run=is_rehearsal,
                    encoding=data["encoding"],
                )
            except UnreadableFile as fault:
                raise InvalidRequest(fields={"upload": fault.reason}) from fault
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "取込みの結果",
            "is_rehearsal": is_rehearsal,
            "file_name": upload.name,
            "facts": display.facts(
                [
                    *((label, f"{count:,}件") for label, count in receipt.counts.items()),
                    ("取り込めない行", f"{receipt.rejected:,}件"),
                ]
            ),
            "rejects": _rejects(receipt),
            "run": _run_page(request, receipt),
            "again": request.path,
        }
        return TemplateResponse(request, "integrated_address/file_taken.html", context)

    def file_progress_view(self, request: HttpRequest) -> HttpResponse:
        """Return in words how far the file is that this person has sent."""
        if not self.has_take_file_permission(request):
            raise Http404
        run = base.running_run(kinds=_KINDS, staff_number=request.user.staff_number)
        words = progress_words(run) if run else "ファイルを確認しています"
        return HttpResponse(words, content_type="text/plain; charset=utf-8")


def _rejects(receipt: Receipt) -> SafeString:
    if not receipt.rejects:
        return SafeString("")
    return display.table(base.REJECTS_HEADINGS, receipt.rejects, caption=REJECTS_TITLE)


def _run_page(request: HttpRequest, receipt: Receipt) -> str:
    """Return where the run is found again, for who may see runs."""
    if not request.user.has_perm("sapporo_base.view_batchrun"):
        return ""
    return reverse("admin:sapporo_base_batchrun_change", args=[receipt.batch_number])
