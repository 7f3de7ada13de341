"""The form in which staff answer an inquiry of others."""

import json
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from gateway.models import Provision


class AnswerForm(forms.Form):
    """What is answered to an inquiry of others, and why."""

    answer = forms.ChoiceField(
        label="回答", choices=Provision.Answer.choices, widget=UnfoldAdminSelectWidget
    )
    items = forms.CharField(
        label="回答内容",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 10}),
        help_text="「項目名: 値」を1行に1つ。「提供する」のときだけ送られます。",
    )
    reason = forms.CharField(
        label="判断の理由", max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )

    def clean_items(self) -> dict[str, Any]:
        """Return the items by name; a repeating group stands as JSON."""
        told: dict[str, Any] = {}
        for line in self.cleaned_data["items"].splitlines():
            name, colon, value = line.partition(":")
            if not line.strip():
                continue
            if not colon or not name.strip():
                raise forms.ValidationError("「項目名: 値」の形で入力してください。")
            value = value.strip()
            try:
                told[name.strip()] = json.loads(value) if value.startswith("[") else value or None
            except ValueError:
                raise forms.ValidationError("繰返し項目の形が正しくありません。") from None
        return told


def lines_to_edit(items: dict[str, Any]) -> str:
    """Return items as they are typed, one a line."""
    return "\n".join(
        f"{name}: {json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value or ''}"
        for name, value in items.items()
    )
