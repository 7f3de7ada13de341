"""The forms of a 利用申請: what a section states, what is decided of it, what is still needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from resident_basic import selectors, services
from resident_basic.admin.applications.words import WHOLE, label_of, reduction_of
from resident_basic.models import UseApplication
from resident_basic.rules.applications import API, FORMS
from resident_basic.rules.items import (
    REDUCTIONS,
    Item,
    grouped_items,
    is_no_wider,
    resident_items,
)
from sapporo_base.admin.act_pages import ReasonForm
from sapporo_base.admin.dates import WarekiDateField
from sapporo_base.models import BusinessSystem, LegalBasis

_NOT_GRANTED = "-"

_SEPARATORS = str.maketrans("", "", ",，")


def _text(
    label: str, *, length: int, help_text: str = "", required: bool = True
) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=length,
        required=required,
        widget=UnfoldAdminTextInputWidget,
        help_text=help_text,
    )


class _CountField(forms.IntegerField):
    """A number of people, as it is read aloud (150,000) or not."""

    def to_python(self, value: Any) -> int | None:
        """Return the number without its separators."""
        return super().to_python(value.translate(_SEPARATORS) if isinstance(value, str) else value)


@dataclass(frozen=True, slots=True)
class PickedItem:
    """One row of the item picker: the item and its three fields."""

    item: Item
    take: forms.BoundField
    reduction: forms.BoundField | None
    reason: forms.BoundField


@dataclass(frozen=True, slots=True)
class PickedGroup:
    """The items that stand together on the 住民票, and whether one of them is chosen."""

    title: str
    rows: Sequence[PickedItem]

    @property
    def is_open(self) -> bool:
        """Say whether the group opens with the page: something of it is chosen, or wrong."""
        return any(row.take.value() or row.reason.errors for row in self.rows)


class ApplicationForm(forms.Form):
    """What a section states in a 利用申請. A draft may be incomplete; what is missing is told."""

    system: "forms.ModelChoiceField[BusinessSystem]" = forms.ModelChoiceField(
        label="庁内業務システム",
        queryset=None,
        widget=UnfoldAdminSelectWidget,
        empty_label="選んでください",
    )
    purpose = _text("利用目的", length=300, help_text="例: 学齢簿の編製")
    procedure = _text("事務", length=300, help_text="例: 学齢簿の編製に関する事務")
    legal_basis: "forms.ModelChoiceField[LegalBasis]" = forms.ModelChoiceField(
        label="法令上の根拠",
        queryset=None,
        widget=UnfoldAdminSelectWidget,
        empty_label="選んでください",
        help_text="選んだ庁内業務システムへの移転に適用されるものだけが認められます。",
    )
    subjects = _text(
        "対象者の範囲", length=300, required=False, help_text="例: 6歳から15歳までの住民とその世帯"
    )
    expected_count = _CountField(
        label="想定件数(年間)",
        required=False,
        min_value=1,
        max_value=9_999_999,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text="1年間に移転を受ける人数の見込み。例: 150,000",
        error_messages={"invalid": "数字で入力してください。例: 150,000"},
    )
    retention = _text("保管期間", length=100, required=False, help_text="例: 資格の喪失から5年")
    handling_section = _text("取扱部署", length=100, required=False)
    delivery_forms = forms.MultipleChoiceField(
        label="移転の形式",
        choices=list(FORMS.items()),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="承認された形式でだけ移転します。",
    )
    valid_from = WarekiDateField(label="利用開始日", help_text="この日から移転します。")
    valid_until = WarekiDateField(
        label="利用終了日", help_text="この日以降は移転しません。継続するには更新を申請します。"
    )
    individual_number = forms.BooleanField(
        label="個人番号の移転を申請する",
        required=False,
        help_text="個人番号を利用できる庁内業務システムだけが申請できます。一部だけの移転はありません。",
    )
    protected_people = forms.BooleanField(
        label="支援措置対象者の住所等の移転を申請する",
        required=False,
        help_text=(
            "申請しない場合、「支援措置で非公開」の項目は支援措置対象者について移転されません。"
            "申請する場合は、移転先で対象者を見分けられるよう「支援措置区分」も選んでください。"
        ),
    )

    def __init__(
        self,
        *args: Any,
        systems: QuerySet[BusinessSystem],
        day: date,
        application: UseApplication | None = None,
        **kwargs: Any,
    ) -> None:
        initial: dict[str, Any] = {"delivery_forms": [API]}
        if application is not None:
            initial = _initial(application)
        elif len(own := list(systems[:2])) == 1:
            initial |= {"system": own[0].pk, "handling_section": own[0].section}
        super().__init__(*args, initial=initial, **kwargs)
        chosen: Any = self.fields["system"]
        chosen.queryset = systems.order_by("business_id", "local_id")
        chosen.disabled = application is not None
        grounds: Any = self.fields["legal_basis"]
        grounds.queryset = LegalBasis.objects.filter(
            pk__in=[
                ground.pk
                for system in systems
                for ground in selectors.grounds_of(system=system, day=day)
            ]
        ).order_by("law", "item")
        for item in resident_items().values():
            self._add_item(item)

    def _add_item(self, item: Item) -> None:
        self.fields[f"take:{item.name}"] = forms.BooleanField(label=item.label, required=False)
        if item.reductions:
            choices = [("", WHOLE), *((one, REDUCTIONS[one]) for one in item.reductions)]
            self.fields[f"reduction:{item.name}"] = forms.ChoiceField(
                label=f"{item.label}の限定",
                choices=choices,
                required=False,
                widget=UnfoldAdminSelectWidget,
            )
        self.fields[f"reason:{item.name}"] = _text(
            f"{item.label}を必要とする理由", length=300, required=False
        )

    def stated(self) -> list[forms.BoundField]:
        """Return the fields above the item picker."""
        return [field for field in self if ":" not in field.name]

    @property
    def chosen_count(self) -> int:
        """Return how many items are chosen as the form stands."""
        return sum(bool(self[f"take:{name}"].value()) for name in resident_items())

    def groups(self) -> list[PickedGroup]:
        """Return the item picker, grouped as on the 住民票."""
        return [
            PickedGroup(
                title,
                [
                    PickedItem(
                        item,
                        self[f"take:{item.name}"],
                        self[f"reduction:{item.name}"] if item.reductions else None,
                        self[f"reason:{item.name}"],
                    )
                    for item in items
                ],
            )
            for title, items in grouped_items().items()
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of every item that is chosen."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in resident_items():
            if data.get(f"take:{name}") and not data.get(f"reason:{name}", "").strip():
                self.add_error(f"reason:{name}", "この項目を必要とする理由を入力してください。")
        return data

    def contents(self) -> services.ApplicationContents:
        """Return what the form states."""
        data = self.cleaned_data
        return services.ApplicationContents(
            purpose=data["purpose"],
            procedure=data["procedure"],
            legal_basis=data["legal_basis"],
            items=[
                services.ItemRequest(
                    name, data[f"reason:{name}"].strip(), data.get(f"reduction:{name}", "")
                )
                for name in resident_items()
                if data[f"take:{name}"]
            ],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            subjects=data["subjects"],
            expected_count=data["expected_count"],
            retention=data["retention"],
            handling_section=data["handling_section"],
            delivery_forms=data["delivery_forms"],
            individual_number=data["individual_number"],
            protected_people=data["protected_people"],
        )

    def take_refusal(self, message: str, fields: Mapping[str, Any]) -> None:
        """Put what a service refused to the fields that it names."""
        placed = False
        for name, words in fields.items():
            target = name if name in self.fields else f"reason:{name}"
            if target in self.fields:
                self.add_error(target, words)
                placed = True
        if not placed:
            self.add_error(None, message)


def _initial(application: UseApplication) -> dict[str, Any]:
    stated = {
        name: getattr(application, name)
        for name, field in ApplicationForm.base_fields.items()
        if field is not None
    }
    for one in application.requested_items.all():
        stated[f"take:{one.item}"] = True
        stated[f"reduction:{one.item}"] = one.reduction
        stated[f"reason:{one.item}"] = one.reason
    return stated


def grant_form(application: UseApplication) -> type[forms.Form]:
    """Return the form of a decision: every part of what was asked, to be granted as asked or less."""
    fields: dict[str, forms.Field] = {}
    if application.individual_number:
        fields["individual_number"] = forms.BooleanField(
            label="個人番号の移転を承認する", required=False, initial=True
        )
    if application.protected_people:
        fields["protected_people"] = forms.BooleanField(
            label="支援措置対象者の住所等の移転を承認する", required=False, initial=True
        )
    fields["forms"] = forms.MultipleChoiceField(
        label="移転の形式",
        choices=[(one, FORMS[one]) for one in FORMS if one in application.delivery_forms],
        initial=application.delivery_forms,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    fields["valid_from"] = WarekiDateField(label="利用開始日", initial=application.valid_from)
    fields["valid_until"] = WarekiDateField(
        label="利用終了日",
        initial=application.valid_until,
        help_text="申請された利用期間の内側で短くできます。",
    )
    for one in application.requested_items.order_by("pk"):
        item = resident_items()[one.item]
        narrower = [
            (reduction, f"{REDUCTIONS[reduction]}に限って承認")
            for reduction in item.reductions
            if reduction != one.reduction and is_no_wider(reduction, than=one.reduction)
        ]
        fields[f"item:{one.item}"] = forms.ChoiceField(
            label=label_of(one.item),
            choices=[
                (one.reduction, f"申請のとおり承認({reduction_of(one.reduction)})"),
                *narrower,
                (_NOT_GRANTED, "承認しない"),
            ],
            initial=one.reduction,
            required=False,
            widget=UnfoldAdminSelectWidget,
            help_text=f"理由: {one.reason}",
        )
    fields["reason"] = forms.CharField(
        label="決定の理由",
        required=False,
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="申請と異なる内容で承認する場合は必須。申請者に示されます。",
    )
    return type("GrantForm", (forms.Form,), fields)


def grant_of(application: UseApplication, data: Mapping[str, Any]) -> services.Grant:
    """Return what the form of a decision grants."""
    decided = {
        name.removeprefix("item:"): None if value == _NOT_GRANTED else value
        for name, value in data.items()
        if name.startswith("item:")
    }
    return services.Grant(
        items=decided,
        valid_from=data["valid_from"],
        valid_until=data["valid_until"],
        individual_number=data.get("individual_number", application.individual_number),
        protected_people=data.get("protected_people", application.protected_people),
        forms=data["forms"],
    )


def certification_form(application: UseApplication, *, day: date) -> type[forms.Form]:
    """Return the form of a 年次確認: which items are not needed any more."""
    given = application.approved_items.filter(valid_until__gt=day).order_by("pk")
    return type(
        "CertificationForm",
        (forms.Form,),
        {
            "given_up": forms.MultipleChoiceField(
                label="不要になった項目",
                choices=[(item, label_of(item)) for item in given.values_list("item", flat=True)],
                required=False,
                widget=UnfoldAdminCheckboxSelectMultipleWidget,
                help_text="選んだ項目の移転は、すぐに止まります。選ばない項目は引き続き移転されます。",
            ),
            "confirmed": forms.BooleanField(
                label="残りの項目を、承認された目的のために引き続き利用することを確認しました",
                error_messages={"required": "確認のうえ、チェックを入れてください。"},
            ),
            "remark": forms.CharField(
                label="所見",
                required=False,
                max_length=300,
                widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
                help_text="任意。利用件数の実績、見直した点など。",
            ),
        },
    )


class PreviewForm(ReasonForm):
    """Asks which system, whose data, and as of which day."""

    system: "forms.ModelChoiceField[BusinessSystem]" = forms.ModelChoiceField(
        label="庁内業務システム",
        queryset=None,
        widget=UnfoldAdminSelectWidget,
        empty_label="選んでください",
    )
    number = forms.CharField(
        label="宛名番号",
        max_length=15,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="個人番号は入力しないでください。",
    )
    day = WarekiDateField(
        label="基準日",
        required=False,
        help_text="任意。過去の日を入力すると、その日の承認と、その日に事実であった内容で示します。",
    )
    field_order = ("system", "number", "day", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["system"]
        chosen.queryset = BusinessSystem.objects.order_by("business_id", "local_id")
