"""社会保障宛名: one card for each person or corporation, and the way to it from a resident."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from sapporo_base import selectors as base_selectors
from sapporo_base.admin import display
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.dates import WarekiDateField, WarekiDateWidget
from sapporo_base.admin.looks import OPEN
from sapporo_base.admin.rights import holds
from sapporo_base.rules.kana import name_key
from social_address import selectors, services
from social_address.admin.people import FILE, NOT_SHOWN, SEXES, STATES, PersonMixin
from social_address.models import (
    AddresseeVersion,
    ContactRecord,
    SocialAddressee,
)


class ContactForm(forms.Form):
    """What is written down of a contact."""

    system_code = forms.ChoiceField(label="業務", widget=UnfoldAdminSelectWidget)
    channel = forms.ChoiceField(
        label="対応方法", choices=ContactRecord.Channel.choices, widget=UnfoldAdminSelectWidget
    )
    subject = forms.CharField(label="件名", max_length=100, widget=UnfoldAdminTextInputWidget)
    content = forms.CharField(
        label="内容",
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text="個人番号は書かないでください。",
    )
    follow_up_on = WarekiDateField(
        label="次回対応日", required=False, widget=WarekiDateWidget, help_text="任意"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = base_selectors.code_names("account_system", day=date.max)
        chosen: Any = self.fields["system_code"]
        chosen.choices = list(names.items())


@admin.register(SocialAddressee)
class SocialAddresseeAdmin(PersonMixin, ReadOnlyAdmin):
    """社会保障宛名: one card for each person or corporation."""

    duty, icon, duty_order = "窓口", "contacts", 20
    about = "社会保障業務で共通に使う個人・法人の宛名です。住民の情報は個人基本から届きます。"
    empty_text = "個人基本の異動情報を受領するか、住登外者・法人を登録すると表示されます。"
    look_items = ("氏名", "フリガナ", "生年月日", "性別", "住所", "世帯", "口座", "対応記録")
    list_display = ("addressee_number", "name", "name_kana", "born_on", "state", "place")
    list_filter = ("kind", "origin")
    search_fields = ("addressee_number",)
    search_help_text = "氏名・フリガナ・宛名番号で検索(個人番号では検索できません)"
    fields = (
        "addressee_number",
        "kind",
        "card",
        "history",
        "accounts",
        "contacts",
    )
    readonly_fields = ("card", "history", "accounts", "contacts")
    actions_detail = ("write_contact",)

    def addressee_of(self, obj: SocialAddressee) -> SocialAddressee:
        """Return the row itself."""
        return obj

    def get_queryset(self, request: HttpRequest) -> QuerySet[SocialAddressee]:
        """Bring the 最新 of each addressee along."""
        latest = Prefetch(
            "versions", AddresseeVersion.objects.filter(is_latest=True), to_attr="latest"
        )
        return super().get_queryset(request).prefetch_related(latest)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Search by number, name or kana: 異体字, widths and 清濁 make no difference."""
        term = search_term.strip()
        if not term or term.isdigit():
            return super().get_search_results(request, queryset, term)
        versions = AddresseeVersion.objects.filter(is_latest=True)
        found = versions.filter(name_key__startswith=name_key(term)).values("addressee")
        sounds = versions.filter(selectors.sounding(term)).values("addressee")
        return queryset.filter(pk__in=found.union(sounds)), False

    def get_urls(self) -> list[URLPattern]:
        """Add the page that writes a 対応記録."""
        view = self.admin_site.admin_view(self.contact_view)
        own = path("<int:pk>/contact/", view, name="social_address_socialaddressee_contact")
        return [own, *super().get_urls()]

    # Columns ---------------------------------------------------------------------------------

    def _latest(self, obj: SocialAddressee) -> AddresseeVersion | None:
        latest: list[AddresseeVersion] = getattr(obj, "latest", [])
        return latest[0] if latest else None

    @admin.display(description="氏名・名称")
    def name(self, obj: SocialAddressee) -> str:
        """Return the name."""
        version = self._latest(obj)
        return version.name if version else ""

    @admin.display(description="フリガナ")
    def name_kana(self, obj: SocialAddressee) -> str:
        """Return the kana."""
        version = self._latest(obj)
        return version.name_kana if version else ""

    @admin.display(description="生年月日")
    def born_on(self, obj: SocialAddressee) -> SafeString | str:
        """Return the birth date, an unknown one in its own words."""
        version = self._latest(obj)
        return (
            display.day(version.born_on, weekday=False, words=version.born_text) if version else ""
        )

    @admin.display(description="状態")
    def state(self, obj: SocialAddressee) -> SafeString | str:
        """Return 住民状態 or 住登外 or 法人, and 支援措置, as words."""
        if obj.kind == SocialAddressee.Kind.CORPORATION:
            return display.badge("法人")
        version = self._latest(obj)
        word = STATES.get(version.resident_status, "") if version else ""
        return (
            display.badge("支援措置", "warned") if self.is_protected(obj) else display.badge(word)
        )

    @admin.display(description="住所")
    def place(self, obj: SocialAddressee) -> str:
        """Return the place; nothing of it under 支援措置."""
        version = self._latest(obj)
        if self.is_protected(obj):
            return NOT_SHOWN
        return version.residential_address if version else ""

    # Sections --------------------------------------------------------------------------------

    @admin.display(description="基本情報")
    def card(self, obj: SocialAddressee) -> SafeString | str:
        """Return the person at a glance."""
        version = self._latest(obj)
        if version is None:
            return ""
        code = version.municipality_code
        municipality = base_selectors.code_names("municipality", day=timezone.localdate()).get(
            code, code
        )
        return display.facts(
            [
                ("氏名", version.name),
                ("フリガナ", version.name_kana),
                ("生年月日", self.born_on(obj)),
                ("性別", SEXES.get(version.sex, "")),
                ("状態", self.state(obj)),
                ("住所", version.residential_address),
                ("市区町村", municipality),
                ("世帯番号", version.household_number),
            ]
        )

    @admin.display(description="履歴")
    def history(self, obj: SocialAddressee) -> SafeString:
        """Return what was true and known when."""
        return display.table(
            ["履歴番号", "氏名", "住所", "有効開始日", "記録日時"],
            [
                [
                    one.history_number,
                    one.name,
                    one.residential_address,
                    display.day(one.valid_from),
                    display.moment(one.recorded_at),
                ]
                for one in obj.versions.order_by("-history_number", "-recorded_at")
            ],
            caption="履歴(新しい順)",
        )

    @admin.display(description="口座")
    def accounts(self, obj: SocialAddressee) -> SafeString:
        """Return the accounts; of the number, the last three digits."""
        return display.table(
            ["業務", "用途", "金融機関・支店", "口座番号", "名義", "有効開始日"],
            [
                [
                    one.system_code,
                    one.get_purpose_display(),
                    f"{one.bank_code}-{one.branch_code}",
                    f"****{one.account_number[-3:]}",
                    one.holder_kana,
                    display.day(one.valid_from),
                ]
                for one in obj.bank_accounts.filter(valid_until__isnull=True)
            ],
            caption="有効な口座",
        )

    @admin.display(description="対応記録")
    def contacts(self, obj: SocialAddressee) -> SafeString:
        """Return the latest contacts."""
        return display.table(
            ["日時", "方法", "件名", "内容", "職員", "次回"],
            [
                [
                    display.moment(one.contacted_at),
                    one.get_channel_display(),
                    one.subject,
                    one.content,
                    one.staff_name,
                    display.day(one.follow_up_on),
                ]
                for one in obj.contacts.order_by("-contacted_at")[:20]
            ],
            caption="対応記録(新しい順)",
        )

    # Acts ------------------------------------------------------------------------------------

    def has_write_contact_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Say whether this person may write a 対応記録."""
        return request.user.has_perm("social_address.add_contactrecord")

    @action(
        description="対応記録を登録する", permissions=["write_contact"], url_path="write-contact"
    )
    def write_contact(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Open the page that writes a 対応記録."""
        return self.contact_view(request, int(object_id))

    def contact_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask what was said, then write it down in the name of who asks."""
        addressee = self.get_object(request, str(pk))
        if addressee is None or not self.has_write_contact_permission(request):
            raise PermissionDenied
        if self.permit_look(request, addressee) is None:
            return self._ask_reason(request, addressee)
        return self.act_page(
            request,
            title="対応記録の登録",
            button="対応記録を登録する",
            obj=addressee,
            form_class=ContactForm,
            undo="登録した対応記録は書き換えられません。誤りは新しい記録で訂正します。",
            do=lambda cleaned: self._recorded(request, addressee, cleaned),
        )

    def _recorded(
        self, request: HttpRequest, addressee: SocialAddressee, cleaned: dict[str, Any]
    ) -> str:
        contact = services.Contact(**cleaned)
        services.record_contact(addressee=addressee, contact=contact, act=staff_act(request))
        return "対応記録を登録しました。"


def ways_to_resident(request: HttpRequest, resident_number: str) -> list[tuple[str, str]]:
    """Return the page of a resident's 社会保障宛名 (of the same 宛名番号), with the right to it."""
    may_see = request.user.has_perm("social_address.view_socialaddressee")
    if not may_see or not holds(request, OPEN, file=FILE):
        return []
    known = SocialAddressee.objects.filter(addressee_number=resident_number)
    page = "admin:social_address_socialaddressee_change"
    return [("社会保障宛名", reverse(page, args=[one.pk])) for one in known]
