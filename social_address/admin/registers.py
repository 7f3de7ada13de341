"""What is kept of an addressee, as lists: 課税情報, 口座情報, 対応記録; and 宛名番号範囲."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sapporo_base import selectors as base_selectors
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin, SystemBaseAdmin, staff_act
from social_address import services
from social_address.admin.people import NOT_SHOWN, PersonMixin
from social_address.models import (
    AddresseeNumberRange,
    BankAccount,
    ContactRecord,
    TaxInformation,
)


@admin.register(TaxInformation)
class TaxInformationAdmin(PersonMixin, ReadOnlyAdmin):
    """課税情報 as 税宛名 sent it."""

    duty, icon, duty_order = "窓口", "receipt_long", 40
    about = "税宛名から受領した課税情報です。更正は回数ごとに残ります。"
    empty_text = "税宛名の課税情報ファイルを受領すると表示されます。"
    look_items = ("課税情報",)
    list_display = ("addressee", "tax_year", "revision", "is_latest", "total", "revised_on")
    list_filter = ("tax_year", "is_latest", "undeclared")
    list_select_related = ("addressee",)
    search_fields = ("addressee__addressee_number",)
    fields = ("addressee", "tax_year", "revision", "is_latest", "revised_on", "amounts")
    readonly_fields = ("amounts",)

    @admin.display(description="合計所得金額")
    def total(self, obj: TaxInformation) -> SafeString:
        """Return the total income in yen."""
        return display.money(obj.total_income)

    @admin.display(description="課税内容")
    def amounts(self, obj: TaxInformation) -> SafeString:
        """Return the items under their Japanese names."""
        layout = base_selectors.layout_definition("tax", day=obj.revised_on)
        labels = {one["name"]: one["label"] for one in layout["fields"]}
        return display.facts([(labels.get(name, name), value) for name, value in obj.items.items()])


@admin.register(BankAccount)
class BankAccountAdmin(PersonMixin, ReadOnlyAdmin):
    """口座情報 of the 社会保障 systems."""

    duty, icon, duty_order = "窓口", "account_balance", 30
    about = "社会保障業務の支給・還付・引落に使う口座です。"
    empty_text = "口座情報ファイルまたは児童手当の請求を受領すると表示されます。"
    look_items = ("口座",)
    list_display = ("addressee", "system_code", "purpose", "branch", "valid_from")
    list_filter = ("system_code", "purpose", "is_public_money_account")
    list_select_related = ("addressee",)
    search_fields = ("addressee__addressee_number",)

    @admin.display(description="金融機関・支店")
    def branch(self, obj: BankAccount) -> str:
        """Return bank and branch; the branch is near the home, so nothing of it under 支援措置."""
        return NOT_SHOWN if self.is_protected(obj) else f"{obj.bank_code}-{obj.branch_code}"


@admin.register(ContactRecord)
class ContactRecordAdmin(PersonMixin, ReadOnlyAdmin):
    """対応記録, those that wait for a follow-up first."""

    duty, icon, duty_order = "窓口", "support_agent", 25
    about = "窓口・電話などでの対応の記録です。登録は社会保障宛名の画面から行います。"
    empty_text = "社会保障宛名の画面で対応記録を登録すると表示されます。"
    look_items = ("対応記録",)
    list_display = ("contacted_at", "person", "channel", "about_what", "staff_name", "follow_up_on")
    list_filter = ("channel", "system_code", "follow_up_on")
    list_select_related = ("addressee",)
    # Not by subject: what a free text says of a protected person must not be found by guessing.
    search_fields = ("addressee__addressee_number",)
    search_help_text = "宛名番号で検索"
    actions = ("close_follow_ups",)

    @admin.display(description="件名")
    def about_what(self, obj: ContactRecord) -> str:
        """Return the subject, which is free text: nothing of it under 支援措置."""
        return "非公開(支援措置)" if self.is_protected(obj) else obj.subject

    @admin.display(description="社会保障宛名")
    def person(self, obj: ContactRecord) -> SafeString:
        """Return a link to the person."""
        url = reverse("admin:social_address_socialaddressee_change", args=[obj.addressee_id])
        return format_html('<a href="{}">{}</a>', url, obj.addressee.addressee_number)

    def has_close_follow_up_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may close a follow-up."""
        return request.user.has_perm("social_address.change_contactrecord")

    @admin.action(description="次回対応を完了にする", permissions=["close_follow_up"])
    def close_follow_ups(self, request: HttpRequest, records: QuerySet[ContactRecord]) -> None:
        """Close the follow-ups of the chosen records."""
        act = staff_act(request)
        closed = [services.close_follow_up(record=record, act=act) for record in records]
        self.message_user(request, f"{len(closed)}件の次回対応を完了にしました。")


@admin.register(AddresseeNumberRange)
class AddresseeNumberRangeAdmin(SystemBaseAdmin):
    """宛名番号範囲 reserved with 既存住基."""

    duty, icon = "運用", "pin"
    about = "住登外者・法人に付ける宛名番号の範囲です。既存住基と調整した範囲だけを登録します。"
    list_display = ("first_serial", "last_serial", "next_serial", "note")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A range that was used is never deleted."""
        return False
