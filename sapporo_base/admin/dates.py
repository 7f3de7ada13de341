"""Dates in forms: 元号 or 西暦 is typed, either is understood, and the day is said back in both."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import INPUT_CLASSES

from sapporo_base.rules import dates

DATE_HELP = "例: 令和8年4月1日、R8.4.1、2026-04-01"


class WarekiDateWidget(forms.DateInput):
    """A text box for a date; a script beside it says which day was understood."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            attrs={
                "class": " ".join([*INPUT_CLASSES, "wareki-input"]),
                "autocomplete": "off",
                "placeholder": "令和8年4月1日",
                **(attrs or {}),
            }
        )

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the box and the place where the day is said back."""
        box = super().render(name, value, attrs, renderer)
        said = '<span class="sb-understood" aria-live="polite" data-wareki-for="{}"></span>'
        return format_html("{}" + said, box, (attrs or {}).get("id", ""))

    def format_value(self, value: Any) -> str | None:
        """Return a stored date as 令和8年4月1日; what was typed wrongly comes back as it was typed."""
        if isinstance(value, date):
            return dates.format_date(value, weekday=False)
        return super().format_value(value)


class WarekiDateField(forms.DateField):
    """A date in any writing that `sapporo_base.rules.dates` reads."""

    widget = WarekiDateWidget
    default_error_messages = {
        "invalid": f"日付として読み取れません。({DATE_HELP})",
        "required": "日付を入力してください。",
    }

    def to_python(self, value: Any) -> date | None:
        """
        Return the day that was typed.

        :raises ValidationError: it is no date, or no day of its era.
        """
        if value in self.empty_values:
            return None
        if isinstance(value, str):
            try:
                return dates.parse_date(value)
            except dates.NotADate:
                raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return super().to_python(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Say whether another day was typed, in whichever writing."""
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True
