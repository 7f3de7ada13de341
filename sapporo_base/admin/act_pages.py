"""
The page before an act: it shows what will happen, asks for what is needed, and then calls one service.

Four eyes: where `drafted_by` names who drafted it, that person sees the page without the button.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextareaWidget

from sapporo_base.acts import Refusal
from sapporo_base.logs import WITHHELD, without_individual_numbers

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as _Page
else:
    _Page = object

_CONFIRMED = "_confirmed"
_KEPT = ("action", "_selected_action", "select_across", "index")


@dataclass(frozen=True, slots=True)
class Effect:
    """One line of what will happen: `label` (対象, 件数, …), `value` in words, `level` of attention."""

    label: str
    value: str
    level: str = ""


class ReasonForm(forms.Form):
    """Asks why; the reason stays in the record."""

    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="情報連携記録に残り、監査担当が確認します。氏名や個人番号は書かないでください。",
        error_messages={"required": "理由を入力してください。"},
    )

    def clean_reason(self) -> str:
        """Refuse a 個人番号 in it: the reason stands in the record. It does not come back in the page."""
        reason: str = self.cleaned_data["reason"]
        told = without_individual_numbers(reason)
        if told != reason:
            typed: Any = self.data.copy()
            typed[self.add_prefix("reason")] = told
            self.data = typed
            raise forms.ValidationError(
                f"個人番号は書かないでください。{WITHHELD}に置き換えました。"
            )
        return reason


class ActPageMixin(_Page):
    """Gives an admin class `act_page`."""

    def act_page(
        self,
        request: HttpRequest,
        *,
        title: str,
        button: str,
        do: Callable[[dict[str, Any]], HttpResponse | str | None],
        obj: Any = None,
        effects: Sequence[Effect] = (),
        form_class: type[forms.Form] = forms.Form,
        initial: dict[str, Any] | None = None,
        drafted_by: str = "",
        undo: str = "",
        explanation: str = "",
        done: str = "",
        back: str = "",
        danger: bool = False,
        progress: str = "",
    ) -> HttpResponse:
        """
        Show what will happen; on confirmation do it, say so and go back to the page it came from.

        :param do: called with the form's cleaned data; makes one call inward. A text it returns is the
            message, a response it returns is sent as it is. A `Refusal` is shown on the page, its
            `fields` at the form's fields.
        :param drafted_by: 職員番号 of the drafter, who may not decide (四眼).
        :param undo: how it can be undone, or that it can't.
        :param progress: where the page asks how far long work is while it waits for it.
        :param back: where to go afterwards; the page of `obj` or the list, if empty.
        """
        own_draft = bool(drafted_by) and drafted_by == request.user.staff_number
        confirmed = request.method == "POST" and _CONFIRMED in request.POST
        form = form_class(request.POST, request.FILES) if confirmed else form_class(initial=initial)
        back = back or self._page_of(obj)
        refused: Refusal | None = None
        if confirmed and not own_draft and form.is_valid():
            try:
                outcome = do(form.cleaned_data)
            except Refusal as refusal:
                refused = refusal
                for field, words in refusal.fields.items():
                    if field in form.fields:
                        form.add_error(field, words)
            else:
                if isinstance(outcome, HttpResponse):
                    return outcome
                messages.success(request, outcome or done or f"{title}: 完了しました。")
                return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "object": obj,
            "original": obj,
            "title": title,
            "button": button,
            "effects": effects,
            "form": form,
            "undo": undo,
            "explanation": explanation,
            "own_draft": own_draft,
            "refused": _left_to_say(refused, form),
            "back": back,
            "danger": danger,
            "progress": progress,
            "kept": [(name, value) for name in _KEPT for value in request.POST.getlist(name)],
        }
        status = 409 if refused else 200
        return TemplateResponse(request, "sapporo_base/act_page.html", context, status=status)

    def _page_of(self, obj: Any) -> str:
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}"
        if obj is None or not getattr(obj, "pk", None):
            return reverse(f"{name}_changelist")
        return reverse(f"{name}_change", args=(obj.pk,))


def _left_to_say(refusal: Refusal | None, form: forms.Form) -> str:
    """Return what a refusal says beyond the errors at the fields."""
    if refusal is None:
        return ""
    elsewhere = [str(words) for name, words in refusal.fields.items() if name not in form.fields]
    is_general = bool(refusal.fields) and refusal.message in {
        type(refusal).message,
        *refusal.fields.values(),
    }
    return " ".join(elsewhere if is_general else [refusal.message, *elsewhere])
