"""「この相手には何が届くか」: a made-up row beside what a layout makes of it, byte by byte where places count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from sapporo_base import services
from sapporo_base.acts import Refusal
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.layouts import BadLayout, LayoutSpecification, Tables, UnreadableFile, golden
from sapporo_base.layouts import parse_layout as parsed
from sapporo_base.layouts.emitting import file_codec
from sapporo_base.models import Layout
from sapporo_base.rules.characters import encoded
from sapporo_base.selectors import conversions

if TYPE_CHECKING:
    _Page = ReadOnlyAdmin
else:
    _Page = object

_BYTES_IN_A_LINE: Final = 16
_MOST_BYTES: Final = 4_096
_SAMPLES: Final[Mapping[str, str]] = {
    "N": "髙橋　葛\U000e0101〜",
    "X": "ABC-1",
    "9": "12",
    "S9": "-120",
    "9V": "1.5",
    "YEAR": "2026",
    "DATE": "1989-01-07",
    "TIME": "09:30:00",
}
_SAVE: Final = "_save_example"


class ExampleForm(forms.Form):
    """The name under which a row is kept as an example."""

    example_name = forms.CharField(
        label="見本の名称",
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget(),
        help_text="例: 旧字体を含む氏名。実在の方の情報は入力しないでください。",
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """One item on the page: what was typed beside what the receiver gets."""

    name: str
    label: str
    kind: str
    value: str
    output: str
    place: str
    octets: str
    notes: Sequence[SafeString]
    is_sealed: bool


class PreviewMixin(_Page):
    """Adds the page on which a layout is tried with a made-up row."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view(self.try_view)
        return [path("<path:object_id>/try/", view, name=f"{prefix}_try"), *super().get_urls()]

    def has_preview_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether the layout is one of files, which can be tried."""
        if object_id is None:
            return True
        found = Layout.objects.filter(pk=object_id, definition__form="message")
        return not found.exists()

    @action(description="変換を確認する", permissions=["preview"], icon="visibility")
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the page."""
        return HttpResponseRedirect(reverse("admin:sapporo_base_layout_try", args=[object_id]))

    def try_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a made-up row beside what becomes of it; keep it as an example where asked."""
        layout = self.found(request, object_id)
        if not self.has_view_permission(request, layout):
            raise PermissionDenied
        back = reverse("admin:sapporo_base_layout_change", args=[layout.pk])
        try:
            spec = parsed(layout.definition)
            tables = conversions.tables_for(
                [spec], day=max(layout.valid_from, timezone.localdate())
            )
        except BadLayout:
            messages.error(request, "誤りがあるため、まだ変換を確認できません。")
            return HttpResponseRedirect(back)
        form = ExampleForm(request.POST or None)
        row = (
            {name: request.POST.get(f"value-{name}", "") for name in spec.value_names}
            if request.method == "POST"
            else sample_row(spec, tables)
        )
        row = {name: value for name, value in row.items() if name not in hidden(spec)}
        asked = request.method == "POST" and _SAVE in request.POST and form.is_valid()
        if asked and self._save(request, layout, form, row):
            return HttpResponseRedirect(request.path)
        rendered = golden.rendered(spec, [row], tables)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": layout,
            "title": f"変換の確認 {layout.name} 第{layout.version}版",
            "about": "左に値を入力すると、右に相手先に届く内容を表示します。保存はされません。",
            "form": form,
            "shown": shown_items(spec, row, rendered, tables),
            "problems": [f"{one.label}: {one.reason}" for one in rendered.written.unwritten],
            "octets": hexadecimal(rendered.content),
            "text": rendered.content.decode(
                "utf-8-sig" if spec.encoding.startswith("utf-8") else spec.encoding, "replace"
            ),
            "size": len(rendered.content),
            "in_places": spec.form == "fixed",
            "may_save": request.user.has_perm("sapporo_base.add_golden_example")
            and layout.state == Layout.State.ACTIVE,
            "save": _SAVE,
            "back": back,
        }
        return TemplateResponse(request, "sapporo_base/layout_preview.html", context)

    def _save(
        self, request: HttpRequest, layout: Layout, form: ExampleForm, row: Mapping[str, str]
    ) -> bool:
        name = form.cleaned_data["example_name"]
        if not name:
            form.add_error("example_name", "見本の名称を入力してください。")
            return False
        try:
            services.add_golden_example(
                layout_id=layout.pk, name=name, rows=[row], act=staff_act(request)
            )
        except Refusal as refusal:
            form.add_error("example_name", refusal.fields.get("name", refusal.message))
            return False
        messages.success(
            request, f"変換見本「{name}」を登録しました。改訂の承認の前に確認されます。"
        )
        return True


def hidden(spec: LayoutSpecification) -> set[str]:
    """Return the items in which a 個人番号 stands: nobody types one here."""
    return {one.name for one in spec.fields if one.sealed or one.name == "individual_number"}


def sample_row(spec: LayoutSpecification, tables: Tables) -> dict[str, str]:
    """Return a row of nobody that every item can hold."""
    row = {}
    for one in spec.fields:
        value = _SAMPLES[one.type]
        if one.type != "DATE":
            value = _cut("ｻﾂﾎﾟﾛ" if one.characters == "zengin" else value, one.length)
        if one.codes and (codes := tables.codes.get(one.codes)):
            value = min(codes)
        elif one.check:
            value = ""
        row[one.name] = value
    for one in spec.fields:
        if one.unknown_date:
            row[f"{one.name}_unknown"] = row[f"{one.name}_text"] = ""
    return row


def _cut(value: str, length: int) -> str:
    return value if len(value) <= length // 2 else value[: max(1, length // 2)]


def shown_items(
    spec: LayoutSpecification,
    row: Mapping[str, str],
    rendered: golden.Rendered,
    tables: Tables,
) -> list[Shown]:
    """Return each item: what was typed, what the receiver gets, where, in which bytes, what was lost."""
    cells = rendered.cells[0] if rendered.cells else ("",) * len(spec.fields)
    lost = {one.item: one.losses for one in rendered.written.losses}
    refused = {one.item: one.reason for one in rendered.written.unwritten}
    back = _read_back(spec, rendered, tables)
    start = 1
    found = []
    for one, cell in zip(spec.fields, cells, strict=True):
        notes = [
            format_html(
                '<span class="sb-loss">{} <del>{}</del> → <ins>{}</ins>({})</span>',
                display.badge("置換え" if not loss.unmappable else "変換不可", "warned"),
                loss.original,
                loss.replacement,
                loss.rule,
            )
            for loss in lost.get(one.name, ())
        ]
        if one.name in refused:
            notes.append(
                format_html("{} {}", display.badge("書き出せない", "stopped"), refused[one.name])
            )
        elif (
            back is not None
            and one.name not in lost
            and back.get(one.name, "") != row.get(one.name, "")
        ):
            notes.append(
                format_html(
                    "{} 読み戻すと「{}」", display.badge("戻らない", "info"), back.get(one.name, "")
                )
            )
        end = start + one.length - 1
        found.append(
            Shown(
                one.name,
                one.label,
                f"{one.type} {one.length}",
                row.get(one.name, ""),
                "" if one.name in refused else cell,
                f"{start}-{end}" if spec.form == "fixed" else "",
                _octets(cell, file_codec(spec.encoding)),
                notes,
                one.name in hidden(spec),
            )
        )
        start = end + 1
    return found


def _octets(cell: str, codec: str) -> str:
    try:
        return encoded(cell, codec).hex(" ").upper()
    except UnicodeEncodeError:
        return ""


def _read_back(
    spec: LayoutSpecification, rendered: golden.Rendered, tables: Tables
) -> dict[str, str] | None:
    try:
        return golden.read_back(spec, rendered.content, tables)[0]
    except (UnreadableFile, IndexError):
        return None


def hexadecimal(content: bytes) -> SafeString:
    """Return bytes as they stand, sixteen in a line with their places."""
    lines = [
        (f"{at + 1:>6}", content[at : at + _BYTES_IN_A_LINE].hex(" ").upper())
        for at in range(0, min(len(content), _MOST_BYTES), _BYTES_IN_A_LINE)
    ]
    return format_html(
        '<pre class="sb-bytes" tabindex="0" aria-label="バイト列">{}</pre>',
        format_html_join("\n", '<span class="sb-place">{}</span>  {}', lines),
    )
