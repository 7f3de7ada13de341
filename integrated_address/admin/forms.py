"""What staff are asked for before an act on somebody's numbers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from integrated_address.models import NumberAmendment
from integrated_address.rules import plain_digits
from sapporo_base.admin.act_pages import ReasonForm
from sapporo_base.admin.dates import WarekiDateField, WarekiDateWidget
from sapporo_base.logs import bears_individual_number

_ENCODINGS = {"": "UTF-8(レイアウトの指定)", "cp932": "シフトJIS(CP932)"}
_FILES = {
    "number_people": "業務宛名番号(付番・紐付)",
    "import_numbers": "団体内統合宛名番号(移行)",
}
_Kind = NumberAmendment.Kind


class UnshownInput(UnfoldAdminTextInputWidget):
    """A field whose value is never sent back to the browser."""

    def format_value(self, value: Any) -> None:
        """Return nothing: a 個人番号 that was typed does not come back in a page."""
        return


class DigitsField(forms.RegexField):
    """A number as people write it: in groups, with hyphens, in full width."""

    def to_python(self, value: Any) -> Any:
        """Return its digits in half width, nothing between them."""
        return plain_digits(super().to_python(value))


def _number_field(*, is_required: bool) -> DigitsField:
    return DigitsField(
        r"^[0-9]{12,13}$",
        label="個人番号(12桁)",
        required=is_required,
        widget=UnshownInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "maxlength": "20"}
        ),
        help_text="数字12桁。入力した番号は画面にもアドレスにも残りません。",
        error_messages={
            "required": "個人番号を入力してください。",
            "invalid": "数字12桁で入力してください。",
        },
    )


class IndividualNumberForm(ReasonForm):
    """Asks for a 個人番号 to search by, and why."""

    individual_number = _number_field(is_required=True)
    field_order = ("individual_number", "reason")


class NumberChangeForm(ReasonForm):
    """Asks for another 個人番号 of a person."""

    kind = forms.ChoiceField(
        label="種別",
        choices=[one for one in _Kind.choices if one[0] != _Kind.MOVED],
        widget=UnfoldAdminSelectWidget,
        help_text="登録誤りの訂正・取消しは、今の番号が初めからこの方のものでなかった場合です。",
    )
    individual_number = _number_field(is_required=False)
    effective_on = WarekiDateField(
        label="効力の生じた日",
        widget=WarekiDateWidget,
        help_text="登録誤りの訂正・取消しは、この日にかかわらず今の番号の登録日から反映します。",
    )
    field_order = ("kind", "individual_number", "effective_on", "reason")

    def clean(self) -> dict[str, Any]:
        """Want a number unless the one there is taken away."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_missing = not cleaned.get("individual_number")
        if cleaned.get("kind") != _Kind.REMOVED and is_missing and not self.errors:
            self.add_error("individual_number", "新しい個人番号を入力してください。")
        return cleaned


class _LinkForm(ReasonForm):
    """Asks which of a person's links; `links` and their `periods` are filled by the page."""

    links: list[tuple[str, str]] = []
    periods: Mapping[str, tuple[date, date | None]] = {}
    link = forms.ChoiceField(label="業務番号", widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the person's links."""
        super().__init__(*args, **kwargs)
        self.fields["link"].choices = self.links


class PeriodForm(_LinkForm):
    """Asks since when and until when a business number is the person's."""

    valid_from = WarekiDateField(
        label="有効開始日",
        widget=WarekiDateWidget,
        required=False,
        help_text="空欄は、選んだ業務番号の今の有効開始日のままです。",
    )
    valid_until = WarekiDateField(
        label="有効終了日",
        widget=WarekiDateWidget,
        required=False,
        help_text="この日から有効でなくなります。空欄は、今のままです。",
    )
    is_open = forms.BooleanField(
        label="終了を取り消す(現在も有効)", required=False, widget=UnfoldBooleanSwitchWidget
    )
    field_order = ("link", "valid_from", "valid_until", "is_open", "reason")

    def clean(self) -> dict[str, Any]:
        """Fill in what is to stay as it is."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        given = [name for name in ("valid_from", "valid_until", "is_open") if cleaned.get(name)]
        if cleaned.get("valid_until") and cleaned.get("is_open"):
            self.add_error("is_open", "有効終了日を入れるか、終了を取り消すか、どちらかです。")
        elif not given and not self.errors:
            self.add_error("valid_from", "訂正する日を入力してください。")
        since, until = self.periods.get(cleaned.get("link", ""), (None, None))
        cleaned["valid_from"] = cleaned.get("valid_from") or since
        if not cleaned.get("valid_until") and not cleaned.get("is_open"):
            cleaned["valid_until"] = until
        return cleaned


class WrongLinkForm(_LinkForm):
    """Asks whose a business number really is."""

    target = DigitsField(
        r"^[0-9]{15}$",
        label="正しい方の団体内統合宛名番号",
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "maxlength": "25"}),
        error_messages={
            "required": "番号を入力してください。",
            "invalid": "数字15桁で入力してください。",
        },
    )
    effective_on = WarekiDateField(
        label="いつから正しい方の番号か",
        widget=WarekiDateWidget,
        required=False,
        help_text="空欄は、初めから誤りだった場合です(今の紐付の有効開始日から)。",
    )
    field_order = ("link", "target", "effective_on", "reason")

    def clean(self) -> dict[str, Any]:
        """Take it that the link was wrong from its beginning where no day is given."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, _ = self.periods.get(cleaned.get("link", ""), (None, None))
        cleaned["effective_on"] = cleaned.get("effective_on") or since
        return cleaned


class MomentForm(forms.Form):
    """Asks for which day, and as known when, a person's numbers are to be shown."""

    on = WarekiDateField(label="この日に有効だったもの", widget=WarekiDateWidget)
    known_on = WarekiDateField(
        label="この日までに市が把握していた内容で",
        widget=WarekiDateWidget,
        required=False,
        help_text="空欄は、今把握している内容です。",
    )


class NumberFileForm(forms.Form):
    """Asks for a file of numbers, and whether only to look."""

    sort = forms.ChoiceField(
        label="ファイルの種類", choices=list(_FILES.items()), widget=UnfoldAdminSelectWidget
    )
    upload = forms.FileField(label="ファイル", help_text="CSV(見出し・終了行あり)。50MBまで。")
    encoding = forms.ChoiceField(
        label="文字コード",
        required=False,
        choices=list(_ENCODINGS.items()),
        widget=UnfoldAdminSelectWidget,
    )
    store = forms.ChoiceField(
        label="処理",
        choices=[("", "確認のみ(何も保存しません)"), ("yes", "取り込む")],
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="まず確認のみで実行し、件数とエラーを確かめてください。",
    )


class ListForm(ReasonForm):
    """Asks for a list to search by, pasted or as a file."""

    systems: list[tuple[str, str]] = []
    system = forms.ChoiceField(
        label="業務番号の属するシステム", required=False, widget=UnfoldAdminSelectWidget
    )
    upload = forms.FileField(label="ファイル(CSV。UTF-8・シフトJIS)", required=False)
    text = forms.CharField(
        label="または貼り付け",
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8, "autocomplete": "off"}),
        help_text=(
            "1行目は見出しです: 業務番号、個人番号、団体内統合宛名番号、氏名、氏名フリガナ、"
            "生年月日、性別から必要なもの。表計算ソフトからそのまま貼り付けられます。10,000件まで。"
        ),
    )
    field_order = ("upload", "text", "system", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the systems."""
        super().__init__(*args, **kwargs)
        self.fields["system"].choices = [("", "指定なし"), *self.systems]

    def clean(self) -> dict[str, Any]:
        """Want one list, and read a file as text."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file = cleaned.get("upload")
        if bool(file) == bool((cleaned.get("text") or "").strip()):
            self.add_error("upload", "ファイルか貼り付けの、どちらか1つを指定してください。")
        elif file:
            text = _text_of(file.read())
            if text is None:
                self.add_error("upload", "文字コードがUTF-8でもシフトJISでもありません。")
            else:
                cleaned["text"] = text
        pasted = self.data.get("text", "")
        if "個人番号" in pasted or bears_individual_number(pasted):
            # A 個人番号 that was pasted does not come back in a page.
            self.data = self.data.copy()
            self.data.pop("text", None)
        return cleaned


def _text_of(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
