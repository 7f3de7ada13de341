"""The page on which a rejected row is mended: its items as a form, what is wrong first."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from resident_basic import services
from resident_basic.admin.finding import FILE, PROCEDURE
from resident_basic.rules.intake import SEALED
from resident_basic.rules.items import register_layout
from sapporo_base import selectors as base
from sapporo_base.acts import NotFound, Refusal
from sapporo_base.admin.act_pages import Effect, ReasonForm
from sapporo_base.admin.bases import staff_act
from sapporo_base.admin.looks import OPEN_PROTECTED
from sapporo_base.admin.rights import RightIsMissing, require
from sapporo_base.layouts import Field
from sapporo_base.models import RejectedRow

if TYPE_CHECKING:
    from sapporo_base.admin.bases import ReadOnlyAdmin as _Page
else:
    _Page = object

RIGHT = "sapporo_base.change_rejectedrow"
_KEEP, _TYPE, _NONE = "keep", "type", "none"
_MOST_CHOICES = 100
_HELP = {
    "DATE": "例: 2026-10-01",
    "TIME": "例: 09:00:00",
    "9": "半角数字",
    "X": "半角",
    "N": "全角",
}


class MendForm(forms.Form):
    """The items of a row by the layout, the 個人番号 apart, and why it is mended."""

    def __init__(self, row: services.RowToMend, *args: Any, **kwargs: Any) -> None:
        """Make one field for each item; what was wrong is told by `wrong_fields`."""
        super().__init__(*args, **kwargs)
        self.row = row
        today = timezone.localdate()
        for field in register_layout().fields:
            if not field.sealed:
                value = self.data.get(field.name, row.values.get(field.name, ""))
                self.fields[field.name] = _form_field(field, value, today)
        choices = [(_TYPE, "入力し直す"), (_NONE, "個人番号なし")]
        if row.has_number and SEALED not in row.wrong:
            choices.insert(0, (_KEEP, "封緘されている番号を使う"))
        self.fields["number_choice"] = forms.ChoiceField(
            label="個人番号の扱い",
            choices=choices,
            widget=UnfoldAdminSelectWidget,
            initial=_KEEP if row.has_number else _NONE,
        )
        self.fields[SEALED] = forms.CharField(
            label="個人番号",
            required=False,
            strip=True,
            widget=UnfoldAdminPasswordWidget(
                attrs={"autocomplete": "off", "inputmode": "numeric", "maxlength": 12}
            ),
            help_text="「入力し直す」のときだけ、12桁を入力します。入力した番号は表示しません。",
        )
        self.fields["reason"] = forms.CharField(
            label="訂正の理由",
            max_length=300,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            help_text="情報連携記録に残ります。氏名や個人番号は書かないでください。",
            error_messages={"required": "訂正の理由を入力してください。"},
        )

    def values(self) -> dict[str, str]:
        """Return the items as they were typed, 個人番号 left out."""
        names = register_layout().names
        return {name: self.cleaned_data.get(name, "") for name in names if name != SEALED}

    def individual_number(self) -> str | None:
        """Return the 個人番号 typed anew, "" for none, None where the sealed one stays."""
        choice = self.cleaned_data["number_choice"]
        if choice == _KEEP:
            return None
        return self.cleaned_data[SEALED] if choice == _TYPE else ""

    def wrong_fields(self) -> list[Any]:
        """Return the fields of what is wrong, in the order of the layout."""
        wrong = set(self.row.wrong) | set(self.errors)
        return [self[name] for name in register_layout().names if name in wrong and name != SEALED]

    def other_fields(self) -> list[Any]:
        """Return the fields of all other items."""
        wrong = set(self.row.wrong) | set(self.errors)
        return [
            self[name] for name in register_layout().names if name not in wrong and name != SEALED
        ]

    def number_fields(self) -> list[Any]:
        """Return the fields about the 個人番号, and the reason."""
        return [self["number_choice"], self[SEALED], self["reason"]]

    def clean(self) -> dict[str, Any]:
        """Want a number where one is to be typed."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("number_choice") == _TYPE and not cleaned.get(SEALED):
            self.add_error(SEALED, "個人番号を入力してください。")
        return cleaned


def _form_field(field: Field, value: str, day: Any) -> forms.CharField:
    names = base.code_names(field.codes, day=day) if field.codes else {}
    help_text = _HELP.get(field.type, "")
    widget: forms.Widget = UnfoldAdminTextInputWidget()
    if names and len(names) <= _MOST_CHOICES:
        choices = [("", "(なし)"), *((code, f"{code} {name}") for code, name in names.items())]
        if value not in {"", *names}:
            choices.append((value, f"{value}(コード表にない値)"))
        widget = UnfoldAdminSelectWidget(choices=choices)
        help_text = ""
    # The judge of the layout says what is wrong, so that a person reads the words of a file.
    return forms.CharField(
        label=field.label, required=False, strip=False, widget=widget, help_text=help_text
    )


class MendingPages(_Page):
    """Gives an admin class the page that mends a rejected row of 既存住基."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        return [
            path(
                "mend/<int:row_id>/",
                self.admin_site.admin_view(self.mend_view),
                name="resident_basic_mend_row",
            ),
            *super().get_urls(),
        ]

    def mend_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Ask why the row is opened; show its items; receive it as it was mended."""
        rejected = RejectedRow.objects.select_related("batch").filter(pk=row_id).first()
        if not request.user.has_perm(RIGHT):
            raise RightIsMissing("受領エラーを処理する権限", right=RIGHT)
        if rejected is None or rejected.state != RejectedRow.State.OPEN:
            raise Http404
        try:
            row = services.row_to_mend(rejected, day=timezone.localdate())
        except NotFound as refusal:
            raise Http404 from refusal
        if row.is_protected:
            require(request, OPEN_PROTECTED, file=FILE)
        if "_mend" in request.POST:
            return self._mend(request, row)
        return self._ask(request, rejected)

    def _ask(self, request: HttpRequest, rejected: RejectedRow) -> HttpResponse:
        def do(data: dict[str, Any]) -> HttpResponse:
            row = services.open_row_to_mend(
                rejected=rejected,
                reason=data["reason"],
                act=staff_act(request, procedure=PROCEDURE),
            )
            form = MendForm(row, initial={**row.values, "reason": data["reason"]})
            return self._form_page(request, row, form)

        return self.act_page(
            request,
            title="受領エラーの行を訂正する",
            button="理由を記録して開く",
            do=do,
            form_class=ReasonForm,
            back=reverse("admin:sapporo_base_rejectedrow_change", args=[rejected.pk]),
            effects=[
                Effect("行", f"{rejected.batch.file_name} {rejected.row_number}行"),
                Effect("項目と理由", f"{rejected.item}: {rejected.reason}"),
            ],
            undo="開いたことは情報連携記録に残ります。個人番号は表示されません。",
        )

    def _mend(self, request: HttpRequest, row: services.RowToMend) -> HttpResponse:
        form = MendForm(row, request.POST)
        if not form.is_valid():
            return self._form_page(request, row, form)
        try:
            services.mend_rejected_row(
                rejected=row.rejected,
                values=form.values(),
                individual_number=form.individual_number(),
                reason=form.cleaned_data["reason"],
                act=staff_act(request, procedure=PROCEDURE),
            )
        except Refusal as refusal:
            for name, words in refusal.fields.items():
                form.add_error(name if name in form.fields else None, words)
            refused = "" if refusal.fields else refusal.message
            return self._form_page(request, row, form, refused=refused)
        messages.success(request, "訂正した行を受領しました。")
        return HttpResponseRedirect(reverse("admin:sapporo_base_rejectedrow_changelist"))

    def _form_page(
        self, request: HttpRequest, row: services.RowToMend, form: MendForm, refused: str = ""
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "受領エラーの行を訂正する",
            "rejected": row.rejected,
            "is_cut": row.is_cut,
            "wrong": [
                (register_layout().by_name[name].label, reason)
                for name, reason in row.wrong.items()
                if name in register_layout().by_name
            ],
            "form": form,
            "refused": refused,
            "back": reverse("admin:sapporo_base_rejectedrow_change", args=[row.rejected.pk]),
        }
        response = TemplateResponse(
            request,
            "resident_basic/mend_row.html",
            context,
            status=409 if refused else 200,
        )
        response["Cache-Control"] = "no-store, private"
        return response
