"""自動応答不可 and 不開示該当: of people and of one 特定個人情報, as wanted and as the platform has them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from gateway import services
from gateway.admin.words import words
from gateway.models import InformationFlag, PlatformNumber
from integrated_address import selectors as addressees
from sapporo_base import selectors as base
from sapporo_base.acts import Act
from sapporo_base.admin import display as shown
from sapporo_base.admin.act_pages import ReasonForm
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.looks import RecordedLookMixin


def _flags(no_answer: bool, withheld: bool) -> str:  # noqa: FBT001 - two flags of a row
    told = [
        word for word, is_set in (("自動応答不可", no_answer), ("不開示該当", withheld)) if is_set
    ]
    return "・".join(told) or "設定なし"


class InformationFlagForm(ReasonForm):
    """Whose 特定個人情報, and which flags."""

    system = forms.ChoiceField(label="庁内業務システム", widget=UnfoldAdminSelectWidget)
    business_numbers = forms.CharField(
        label="業務番号",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="1行に1件。まとめて設定できます。",
    )
    information_code = forms.CharField(
        label="特定個人情報名コード", max_length=16, widget=UnfoldAdminTextInputWidget
    )
    no_automatic_answer = forms.BooleanField(
        label="自動応答不可にする", required=False, widget=UnfoldBooleanWidget
    )
    not_disclosed = forms.BooleanField(
        label="不開示該当にする", required=False, widget=UnfoldBooleanWidget
    )
    field_order = (
        "system",
        "business_numbers",
        "information_code",
        "no_automatic_answer",
        "not_disclosed",
        "reason",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(base.system_names().items())
        self.fields["system"].choices = [(code, f"{code} {name}") for code, name in names]

    def clean_business_numbers(self) -> list[str]:
        """Return the numbers, each once."""
        lines = (line.strip() for line in self.cleaned_data["business_numbers"].splitlines())
        return list(dict.fromkeys(line for line in lines if line))


class _FlagPage(RecordedLookMixin, ReadOnlyAdmin):
    """What both lists of flags have: whom a row is about, and the reason for protection."""

    personal_file = "resident"
    look_items = ("自動応答不可", "不開示該当")

    def look_subjects(self, obj: Any) -> list[tuple[str, str]]:
        """Return whom it is about."""
        return [("integrated", obj.integrated_number)]

    def is_protected(self, obj: Any) -> bool:
        """Say whether the person stands under 支援措置."""
        return bool(addressees.under_support([obj.integrated_number]))

    def prepare(self, request: HttpRequest, rows: Any) -> None:
        """Leave out the numbers of people under 支援措置: only that a flag is set is shown."""
        hidden = set(addressees.under_support([row.integrated_number for row in rows]))
        for row in rows:
            row.is_hidden = row.integrated_number in hidden

    @display(description="団体内統合宛名番号", ordering="integrated_number")
    def whose(self, obj: Any) -> SafeString | str:
        """Return the number, or that it is withheld."""
        if getattr(obj, "is_hidden", False):
            return "支援措置対象者"
        return shown.grouped(obj.integrated_number)

    @display(description="直近のエラー")
    def error_words(self, obj: Any) -> str:
        """Return what went wrong last, without anybody's number."""
        return words(obj.error if hasattr(obj, "error") else obj.flags_error)


@admin.register(InformationFlag)
class InformationFlagAdmin(_FlagPage):
    """特定個人情報フラグ: of one 特定個人情報 of a person."""

    duty = "連携"
    icon = "flag"
    duty_order = 60
    about = (
        "特定個人情報ごとの自動応答不可・不開示該当です。設定がプラットフォームに届くまで、"
        "その副本は送りません。毎晩プラットフォームの設定と比べ、異なれば自動で直します。"
    )
    empty_text = "特定個人情報ごとのフラグはありません。「フラグを設定する」から設定します。"
    list_display = (
        "whose",
        "information_code",
        "wanted",
        "there",
        "standing",
        "checked_at",
        "differed_at",
    )
    list_filter = (
        "no_automatic_answer",
        "not_disclosed",
        "information_code",
        ("due_at", admin.EmptyFieldListFilter),
        ("differed_at", admin.EmptyFieldListFilter),
    )
    ordering = ("due_at", "-changed_at")
    fields = (
        "information_code",
        "system",
        "wanted",
        "there",
        "standing",
        "error_words",
        "attempts",
        "set_at",
        "checked_at",
        "differed_at",
        "changed_at",
    )
    readonly_fields = ("wanted", "there", "standing", "error_words")
    actions_list = ("set_flags",)

    @display(description="市の設定")
    def wanted(self, obj: InformationFlag) -> str:
        """Return what is wanted."""
        return _flags(obj.no_automatic_answer, obj.not_disclosed)

    @display(description="プラットフォームの設定")
    def there(self, obj: InformationFlag) -> str:
        """Return what the platform was told, or told itself."""
        return _flags(obj.sent_no_automatic_answer, obj.sent_not_disclosed)

    @display(description="状態")
    def standing(self, obj: InformationFlag) -> SafeString:
        """Return how far it is."""
        if obj.due_at is None:
            return shown.badge("設定済", "done")
        return shown.badge("再送待", "warned") if obj.error else shown.badge("送信待", "waiting")

    def has_set_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may set flags."""
        return request.user.has_perm("gateway.set_informationflag")

    @action(description="フラグを設定する", permissions=["set"], icon="flag")
    def set_flags(self, request: HttpRequest) -> HttpResponse:
        """Set or clear flags for one or many."""
        return self.act_page(
            request,
            title="特定個人情報フラグの設定",
            button="設定する",
            form_class=InformationFlagForm,
            explanation=(
                "指定した特定個人情報だけを対象にします。人全体の設定は支援措置の登録から行います。"
                "両方のチェックを外すと、設定を解除します。"
            ),
            undo="同じ画面で設定し直せます。",
            do=lambda data: self._set(data, staff_act(request, reason=data["reason"])),
        )

    def _set(self, data: dict[str, Any], act: Act) -> str:
        count = services.set_information_flags(
            system=base.system(data["system"]),
            business_numbers=data["business_numbers"],
            information_code=data["information_code"],
            no_automatic_answer=data["no_automatic_answer"],
            not_disclosed=data["not_disclosed"],
            act=act,
        )
        return f"{count:,}人のフラグを設定しました。稼働時間内にプラットフォームへ送ります。"


@admin.register(PlatformNumber)
class PlatformNumberAdmin(_FlagPage):
    """自動応答不可 and 不開示該当 of people: wanted, told, checked."""

    duty = "連携"
    icon = "shield_person"
    duty_order = 61
    duty_title = "自動応答不可・不開示(人)"
    about = (
        "人ごとの自動応答不可・不開示該当です。支援措置の登録・解除で設定されます。"
        "毎晩プラットフォームの設定と比べ、異なれば自動で直し、見つけた日時を残します。"
    )
    empty_text = "フラグを設定した人はいません。支援措置を登録すると、ここに表示されます。"
    list_display = (
        "whose",
        "wanted",
        "there",
        "standing",
        "flags_checked_at",
        "flags_differed_at",
    )
    list_filter = (
        "no_automatic_answer",
        "not_disclosed",
        ("flags_due_at", admin.EmptyFieldListFilter),
        ("flags_differed_at", admin.EmptyFieldListFilter),
    )
    ordering = ("flags_due_at", "-flags_set_at")
    fields = (
        "state",
        "code_state",
        "wanted",
        "there",
        "standing",
        "error_words",
        "flags_attempts",
        "flags_set_at",
        "flags_checked_at",
        "flags_differed_at",
    )
    readonly_fields = ("wanted", "there", "standing", "error_words")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlatformNumber]:
        """Return those whose flags were ever asked for."""
        asked = super().get_queryset(request)
        return asked.exclude(flags_set_at=None, flags_due_at=None)

    @display(description="市の設定")
    def wanted(self, obj: PlatformNumber) -> str:
        """Return what is wanted."""
        return _flags(obj.no_automatic_answer, obj.not_disclosed)

    @display(description="プラットフォームの設定")
    def there(self, obj: PlatformNumber) -> str:
        """Return what the platform was told, or told itself."""
        return _flags(obj.sent_no_automatic_answer, obj.sent_not_disclosed)

    @display(description="状態")
    def standing(self, obj: PlatformNumber) -> SafeString:
        """Return how far it is."""
        if obj.flags_due_at is None:
            return shown.badge("設定済", "done")
        level = "warned" if obj.flags_error else "waiting"
        return shown.badge("再送待" if obj.flags_error else "送信待", level)
