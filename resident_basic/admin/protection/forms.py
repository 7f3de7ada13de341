"""What the pages of 支援措置 ask for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from resident_basic.models import SupportApplication, SupportForwarding, SupportMeasure
from sapporo_base.admin.act_pages import ReasonForm
from sapporo_base.admin.dates import WarekiDateField, WarekiDateWidget

Choices = Sequence[tuple[str, str]]
ENDED = [one for one in SupportMeasure.EndedBecause.choices if one[0] != "received"]


class FamilyForm(ReasonForm):
    """Asks with whom together an act is done, and why."""

    family = forms.MultipleChoiceField(
        label="併せて行う方", required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order: Sequence[str] | None = ("family", "reason")


class StartForm(FamilyForm):
    """Asks what kind of 支援措置, from when, and for whom together."""

    kind = forms.ChoiceField(
        label="支援措置区分",
        choices=SupportMeasure.Kind.choices,
        widget=UnfoldAdminSelectWidget,
        help_text="申出を受けて決定する前は「仮支援措置」を選びます。",
    )
    since = WarekiDateField(
        label="開始年月日",
        widget=WarekiDateWidget,
        help_text="支援措置の終了年月日は開始から1年です(例: 令和2年4月1日から令和3年3月31日)。",
    )
    field_order = ("kind", "since", "family", "reason")


class DecideForm(FamilyForm):
    """Asks from which day the decided 支援措置 runs."""

    since = WarekiDateField(
        label="開始年月日", widget=WarekiDateWidget, help_text="終了年月日は開始から1年です。"
    )
    field_order = ("since", "family", "reason")


class EndForm(FamilyForm):
    """Asks on which ground 支援措置 ends."""

    because = forms.ChoiceField(label="事由", choices=ENDED, widget=UnfoldAdminSelectWidget)
    field_order = ("because", "family", "reason")


class ApplicationForm(forms.Form):
    """支援措置申出."""

    applied_on = WarekiDateField(label="申出年月日", widget=WarekiDateWidget)
    ground = forms.ChoiceField(
        label="申出の理由",
        choices=SupportApplication.Ground.choices,
        widget=UnfoldAdminSelectWidget,
    )
    offices = forms.MultipleChoiceField(
        label="支援を求められている事務",
        choices=SupportApplication.Office.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "支援を求められている事務を選んでください。"},
    )
    body = forms.ChoiceField(
        label="相談機関",
        choices=[("", "未確認"), *SupportApplication.Body.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    body_name = forms.CharField(
        label="相談機関の名称", max_length=100, required=False, widget=UnfoldAdminTextInputWidget
    )
    confirmed_on = WarekiDateField(
        label="相談機関の確認年月日",
        required=False,
        widget=WarekiDateWidget,
        help_text="相談機関の意見を確認した日。確認前は空けておきます。",
    )


class ForwardingForm(forms.Form):
    """転送情報."""

    direction = forms.ChoiceField(
        label="転送の向き",
        choices=SupportForwarding.Direction.choices,
        widget=UnfoldAdminSelectWidget,
    )
    municipality_code = forms.RegexField(
        r"^[0-9]{6}$",
        label="市区町村コード(6桁)",
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "maxlength": "6"}),
        error_messages={"invalid": "半角数字6桁で入力してください。"},
    )
    forwarded_on = WarekiDateField(label="転送年月日", widget=WarekiDateWidget)


class OpponentForm(forms.Form):
    """相手方, in free words."""

    name = forms.CharField(label="氏名", max_length=100, widget=UnfoldAdminTextInputWidget)
    name_kana = forms.CharField(
        label="フリガナ", max_length=100, required=False, widget=UnfoldAdminTextInputWidget
    )
    born = forms.CharField(
        label="生年月日", max_length=40, required=False, widget=UnfoldAdminTextInputWidget
    )
    residence = forms.CharField(
        label="住所等", max_length=300, required=False, widget=UnfoldAdminTextInputWidget
    )
    relation = forms.CharField(
        label="申出者との関係", max_length=100, required=False, widget=UnfoldAdminTextInputWidget
    )
    note = forms.CharField(
        label="その他",
        max_length=300,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class LiftForm(ReasonForm):
    """Asks for whom, for how long and why protection is lifted for a while."""

    staff_number = forms.CharField(
        label="一時解除を受ける職員の職員番号",
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text="自分自身に対する一時解除はできません。",
    )
    minutes = forms.IntegerField(
        label="時間(分)",
        min_value=1,
        max_value=60,
        initial=15,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text="1分から60分まで。過ぎると自動で元に戻ります。",
    )
    field_order = ("staff_number", "minutes", "reason")


def choosing_family(form_class: type[FamilyForm], choices: Choices) -> type[FamilyForm]:
    """Return the form with the people who may be chosen; without the field where there is nobody."""

    class FormOfFamily(form_class):  # type: ignore[valid-type]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            chosen: Any = self.fields["family"]
            chosen.choices = choices
            if not choices:
                chosen.widget = forms.MultipleHiddenInput()

    return FormOfFamily
