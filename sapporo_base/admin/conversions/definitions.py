"""Definitions drafted in an editor, imported from CSV, and activated by another."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.decorators import action

from sapporo_base import services
from sapporo_base.acts import Refusal
from sapporo_base.admin import display
from sapporo_base.admin.act_pages import Effect
from sapporo_base.admin.bases import staff_act
from sapporo_base.admin.conversions.forms import (
    HEAD_FORMS,
    ActivationForm,
    ImportForm,
    NewDefinitionForm,
    head_initial,
    posted_rows,
    sheet,
)
from sapporo_base.admin.conversions.versions import VersionsAdmin
from sapporo_base.layouts.sheets import sheet_csv
from sapporo_base.models import Layout
from sapporo_base.selectors import conversions


class DefinitionAdmin(VersionsAdmin):
    """Versions of a kind of definition: drafted, imported, activated by another."""

    actions_detail: Any = ("draft_next", "edit", "take_in", "activate", "discard", "export_rows")
    empty_first: ClassVar[dict[str, Any]] = {}
    """What the first version of a new definition says before anything is typed."""

    def get_urls(self) -> list[URLPattern]:
        """Add the editor."""
        view = self.admin_site.admin_view
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [path("<path:object_id>/edit/", view(self.edit_view), name=f"{prefix}_edit")]
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Begin a definition that there is none of yet."""
        if not self.has_add_permission(request):
            raise PermissionDenied

        def do(data: dict[str, Any]) -> HttpResponse:
            draft = services.begin_draft(
                kind=self.model,
                code=data["code"],
                name=data["name"],
                definition=self.empty_first,
                act=staff_act(request),
            )
            return HttpResponseRedirect(reverse(self._name("edit"), args=[draft.pk]))

        return self.act_page(
            request,
            title=f"新しい{self.opts.verbose_name}",
            button="改訂案を作成する",
            do=do,
            form_class=NewDefinitionForm,
            explanation="第1版の改訂案を作成します。別の職員が承認するまで使われません。",
        )

    @action(description="改訂案を作成する", permissions=["draft"], icon="edit_document")
    def draft_next(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Begin the next version, or go on with the draft that there is."""
        obj = self.found(request, object_id)
        draft = services.begin_draft(kind=self.model, code=obj.code, act=staff_act(request))
        return HttpResponseRedirect(reverse(self._name("edit"), args=[draft.pk]))

    @action(description="編集する", permissions=["edit"], icon="edit")
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the editor."""
        return HttpResponseRedirect(reverse(self._name("edit"), args=[object_id]))

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show and save the draft as a sheet, with what is wrong at its place."""
        draft = self.found(request, object_id)
        if not self.has_edit_permission(request, object_id):
            raise PermissionDenied
        rows_key, columns = conversions.COLUMNS[self.model]
        form = HEAD_FORMS[self.model](request.POST or None, initial=head_initial(draft))
        rows = draft.definition.get(rows_key, [])
        if request.method == "POST":
            rows = posted_rows(request.POST, columns)
            if form.is_valid():
                try:
                    draft = services.save_draft(
                        kind=self.model,
                        draft_id=draft.pk,
                        head=form.head(),
                        rows=rows,
                        name=form.cleaned_data["name"],
                        remark=form.cleaned_data["remark"],
                        valid_from=form.cleaned_data["valid_from"],
                        act=staff_act(request),
                    )
                except Refusal as refusal:
                    form.add_error(None, refusal.message)
                else:
                    rows = draft.definition[rows_key]
        elif code := request.GET.get("code", ""):
            # On the way out it is one of ours that has no code of theirs yet.
            key = "counterpart" if request.GET.get("ours") else "code"
            rows = [*rows, {key: code[:20]}]
        faults = conversions.definition_faults(
            self.model, draft.definition | {rows_key: rows}, day=draft.valid_from
        )
        if request.method == "POST" and form.is_valid():
            if not faults:
                messages.success(
                    request, "保存しました。誤りはありません。別の職員が承認できます。"
                )
                return HttpResponseRedirect(reverse(self._name("change"), args=[draft.pk]))
            messages.warning(request, f"保存しました。誤りが{len(faults)}件あります。")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": draft,
            "title": f"{draft.name} 第{draft.version}版の編集",
            "about": "途中でも保存できます。誤りは保存すると場所ごとに表示します。",
            "form": form,
            "columns": columns[:6],
            "has_more": len(columns) > 6,  # noqa: PLR2004 - as many as stand side by side
            "rows": sheet(columns, rows, faults),
            "faults": faults,
            "tables": conversions.table_choices(),
            "characters": conversions.character_choices(day=draft.valid_from),
            "back": reverse(self._name("change"), args=[draft.pk]),
        }
        status = 200 if form.is_valid() or request.method == "GET" else 422
        return TemplateResponse(
            request, "sapporo_base/definition_form.html", context, status=status
        )

    @action(description="CSVを取り込む", permissions=["edit"], icon="upload_file")
    def take_in(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put the rows of a CSV file in the place of the draft's; errors by row and column."""
        draft = self.found(request, object_id)
        _, columns = conversions.COLUMNS[self.model]

        def do(data: dict[str, Any]) -> HttpResponse | str:
            rows, faults = services.import_rows(
                kind=self.model,
                draft_id=draft.pk,
                data=data["file"].read(),
                dry_run=data["dry_run"],
                act=staff_act(request),
            )
            if not faults and not data["dry_run"]:
                return f"{len(rows)}行を取り込みました。"
            labels = {one.key: one.label for one in columns}
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": draft,
                "title": "取込みの確認",
                "count": len(rows),
                "faults": display.table(
                    ("行", "列", "誤り"),
                    [(one.row + 1, labels.get(one.column, ""), one.reason) for one in faults],
                    caption=f"誤り {len(faults)}件",
                )
                if faults
                else "",
                "back": request.path,
                "draft": reverse(self._name("change"), args=[draft.pk]),
            }
            return TemplateResponse(request, "sapporo_base/definition_import.html", context)

        return self.act_page(
            request,
            title="CSVを取り込む",
            button="読み込む",
            do=do,
            obj=draft,
            form_class=ImportForm,
            initial={"dry_run": True},
            effects=[
                Effect("対象", f"{draft.name} 第{draft.version}版(改訂案)"),
                Effect("見出し", "、".join(one.label for one in columns)),
                Effect("取り込むと", "改訂案の行がすべて、ファイルの行に置き換わります。"),
            ],
            undo="誤りが1件でもあれば、何も変わりません。現在の行は「CSVで保存する」で取り出せます。",
        )

    @action(description="CSVで保存する", permissions=["view"], icon="download")
    def export_rows(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the rows as a CSV file, as the import reads it."""
        obj = self.found(request, object_id)
        rows_key, columns = conversions.COLUMNS[self.model]
        data = sheet_csv(obj.definition.get(rows_key, []), columns)
        response = HttpResponse(data, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{obj.code}_v{obj.version}.csv"'
        return response

    @action(description="改訂を承認する", permissions=["activate"], icon="check")
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put a draft in force from a day; by another than who drafted it."""
        draft = self.found(request, object_id)
        faults = conversions.definition_faults(self.model, draft.definition, day=draft.valid_from)
        broken = (
            conversions.broken_examples(draft, day=draft.valid_from)
            if self.model is Layout and not faults
            else []
        )

        def do(data: dict[str, Any]) -> str:
            active = services.activate_draft(
                kind=self.model,
                draft_id=draft.pk,
                valid_from=data["valid_from"],
                broken_reason=data["broken_reason"],
                act=staff_act(request),
            )
            return f"第{active.version}版を承認しました({active.valid_from:%Y-%m-%d}から適用)。"

        return self.act_page(
            request,
            title=f"{draft.name} 第{draft.version}版を承認する",
            button="承認する",
            do=do,
            obj=draft,
            form_class=ActivationForm,
            initial={"valid_from": draft.valid_from},
            drafted_by=draft.drafted_by.staff_number if draft.drafted_by else "",
            effects=[
                Effect("起案", draft.drafted_by.name if draft.drafted_by else "なし"),
                Effect("改訂の理由", draft.remark or "記載なし"),
                Effect(
                    "誤り", f"{len(faults)}件" if faults else "なし", "warned" if faults else ""
                ),
                Effect("前の版との違い", self.difference(draft)),
                *(
                    Effect("変換見本と異なる", f"{one.example.name}: {one.how}", "warned")
                    for one in broken
                ),
            ],
            undo="承認した版は変更できません。誤りがあれば、次の版で直します。前の版は前日で終了します。",
        )

    @action(description="改訂案を破棄する", permissions=["edit"], icon="delete")
    def discard(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Throw the draft away."""
        draft = self.found(request, object_id)

        def do(data: dict[str, Any]) -> str:
            services.discard_draft(kind=self.model, draft_id=draft.pk, act=staff_act(request))
            return "改訂案を破棄しました。"

        return self.act_page(
            request,
            title="改訂案を破棄する",
            button="破棄する",
            do=do,
            obj=draft,
            danger=True,
            back=reverse(self._name("changelist")),
            effects=[Effect("対象", f"{draft.name} 第{draft.version}版(改訂案)")],
            undo="元に戻せません。適用中の版はそのまま使われます。",
        )
