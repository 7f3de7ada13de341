"""受給者: children, months, payments, letters; and one person over all subsystems."""

from datetime import date

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from child_allowance.admin.looks import FILE, PROCEDURE, AllowanceLookMixin, person_link
from child_allowance.admin.notices import NotifyMixin
from child_allowance.admin.recipient_sections import PAYMENTS, born, months, place, sections_of
from child_allowance.models import Entitlement, Recipient
from child_allowance.services.person import open_person
from sapporo_base.acts import Refusal
from sapporo_base.admin import display, drawings
from sapporo_base.admin.bases import ReadOnlyAdmin, staff_act
from sapporo_base.admin.looks import OPEN, OPEN_PROTECTED
from sapporo_base.admin.rights import holds, require
from sapporo_base.rules.check_digits import WARDS_OF_SAPPORO
from sapporo_base.rules.dates import format_month, format_points
from social_address import selectors as social_address

MONTHS_SHOWN = 24


class WardFilter(admin.SimpleListFilter):
    """区, by name."""

    title = "区"
    parameter_name = "ward"

    def lookups(self, request, model_admin):
        """Return the wards of the city."""
        return list(WARDS_OF_SAPPORO.items())

    def queryset(self, request, queryset):
        """Return whose file the ward keeps; nobody under 支援措置 for who may not see where they live."""
        if not self.value():
            return queryset
        kept = queryset.filter(ward_code=self.value())
        if holds(request, OPEN_PROTECTED, file=FILE):
            return kept
        return kept.exclude(addressee_number__in=social_address.all_protected_numbers())


@admin.register(Recipient)
class RecipientAdmin(NotifyMixin, AllowanceLookMixin, ReadOnlyAdmin):
    """受給者."""

    duty, icon, duty_order = "窓口", "family_restroom", 20
    about = "児童手当の受給者と、算定児童、月ごとの支給額、支払です。"
    empty_text = "認定を決定するか、移行の行を受領すると、受給者が登録されます。"
    look_items = ("受給者", "算定児童", "支給月額", "支払", "通知書")
    list_display = ("approval_number", "person_name", "person", "starts", "status", "ward")
    list_filter = (WardFilter, "ended_because", "entitled_from")
    search_fields = ("=approval_number", "=addressee_number")
    search_help_text = "認定番号または宛名番号で検索"
    ordering = ("-entitled_from", "-pk")
    fieldsets = (
        (None, {"fields": ("card",)}),
        ("算定児童", {"fields": ("counted",)}),
        ("月ごとの支給額", {"fields": ("months",)}),
        ("支払", {"fields": ("paid",)}),
        ("請求・届出と通知書", {"fields": ("asked",)}),
    )
    readonly_fields = ("card", "counted", "months", "paid", "asked")
    actions_detail = ("notify",)

    def get_urls(self):
        """Add the page of one person over all subsystems."""
        return [
            path(
                "person/",
                self.admin_site.admin_view(self.person_view),
                name="child_allowance_person",
            ),
            *super().get_urls(),
        ]

    def get_object(self, request, object_id, from_field=None):
        """Fetch the recipient with the people of the page."""
        recipient = super().get_object(request, object_id, from_field)
        if recipient is not None:
            children = recipient.children.values_list("child_number", flat=True)
            vars(recipient)["people"] = self.subjects(
                request, {recipient.addressee_number, *children}
            )
        return recipient

    @admin.display(description="受給者")
    def card(self, recipient: Recipient) -> SafeString:
        """Return the recipient at a glance."""
        number = recipient.addressee_number
        subject = vars(recipient)["people"].get(number)
        return display.facts(
            [
                ("氏名", person_link(number, subject)),
                ("生年月日", born(subject)),
                ("住所", place(subject)),
                ("宛名番号", display.grouped(number)),
                ("認定番号", recipient.approval_number),
                ("状態", self.status(recipient)),
                ("認定年月日", display.day(recipient.approved_on)),
                ("支給期間", self.period(recipient)),
            ]
        )

    @admin.display(description="宛名番号")
    def person(self, recipient: Recipient) -> SafeString:
        """Return the number in groups."""
        return display.grouped(recipient.addressee_number)

    @admin.display(description="支給開始年月", ordering="entitled_from")
    def starts(self, recipient: Recipient) -> SafeString:
        """Return the first month."""
        return display.month(recipient.entitled_from)

    @admin.display(description="区")
    def ward(self, recipient: Recipient) -> str:
        """Return the ward by name; in no list under 支援措置, nor by an order."""
        if vars(recipient).get("is_withheld"):
            return "非公開(支援措置)"
        return WARDS_OF_SAPPORO.get(recipient.ward_code, recipient.ward_code)

    @admin.display(description="状態")
    def status(self, recipient: Recipient) -> SafeString:
        """Return whether the entitlement goes on."""
        if recipient.entitled_until is None:
            return display.badge("受給中", "done")
        return display.badge(f"終了({recipient.get_ended_because_display()})", "plain")

    @admin.display(description="支給期間")
    def period(self, recipient: Recipient) -> SafeString:
        """Return the first and the last month."""
        return months(recipient.entitled_from, recipient.entitled_until)

    @admin.display(description="算定児童")
    def counted(self, recipient: Recipient) -> SafeString:
        """Return the children that count."""
        people = vars(recipient)["people"]
        return display.table(
            ["児童", "生年月日", "同居別居", "区分", "算定期間"],
            [
                (
                    person_link(child.child_number, people.get(child.child_number)),
                    display.day(child.born_on, weekday=False) if child.born_on else "不詳",
                    child.get_living_display(),
                    "監護相当"
                    if child.cared_for
                    else "施設入所等"
                    if child.in_facility
                    else "支給",
                    months(child.counted_from, child.counted_until),
                )
                for child in recipient.children.order_by("born_on")
            ],
            caption="算定児童",
        )

    @admin.display(description="月ごとの支給額")
    def months(self, recipient: Recipient) -> SafeString:
        """Return what each month is worth, as a picture with its table."""
        rows = Entitlement.objects.filter(recipient=recipient).order_by("-month", "rank")
        sums: dict[date, int] = {}
        for row in rows:
            sums[row.month] = sums.get(row.month, 0) + row.amount
        newest = sorted(sums.items())[-MONTHS_SHOWN:]
        finding = "まだ算定した月はありません"
        if newest:
            last, amount = newest[-1]
            finding = f"{format_month(last)}分は{amount:,}円"
        return drawings.bars(
            [(format_month(month), amount) for month, amount in newest],
            finding=finding,
            unit="円",
            heading="支給対象年月",
            below=[format_points(month).rpartition(".")[0] for month, _ in newest],
        )

    @admin.display(description="支払")
    def paid(self, recipient: Recipient) -> SafeString:
        """Return what went out, and what became of it."""
        return display.table(
            ["支払日", "支払額", "状態", "理由"],
            [
                (
                    display.day(payment.run.pay_on),
                    display.money(payment.amount),
                    display.badge(payment.get_state_display(), PAYMENTS[payment.state]),
                    payment.reason,
                )
                for payment in recipient.payments.select_related("run").order_by("-run__pay_on")
            ],
            caption="支払",
        )

    @admin.display(description="請求・届出と通知書")
    def asked(self, recipient: Recipient) -> SafeString:
        """Return the claims that led here."""
        return display.table(
            ["受付番号", "種別", "受付日", "状態"],
            [
                (
                    format_html(
                        '<a href="{}">{}</a>',
                        reverse("admin:child_allowance_claim_change", args=(claim.pk,)),
                        claim.claim_number,
                    ),
                    claim.get_kind_display(),
                    display.day(claim.received_on),
                    claim.get_state_display(),
                )
                for claim in recipient.claims.order_by("-received_on")
            ],
            caption="請求・届出",
        )

    def person_view(self, request: HttpRequest) -> HttpResponse:
        """Show one person from intake to payment; who is under 支援措置 needs the right and a reason."""
        if not request.user.has_perm("child_allowance.view_recipient"):
            raise PermissionDenied
        require(request, OPEN, file=FILE)
        number = request.GET.get("number", "").strip()
        reason: str | None = ""
        if number:
            # Whoever it is, a recipient or not: the same right, reason and refusal as for every page.
            someone = Recipient(pk=number, addressee_number=number)
            reason = self.permit_look(request, someone)
            if reason is None:
                return self._ask_reason(request, someone)
            if request.method == "POST":
                return HttpResponseRedirect(request.get_full_path())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "人の総覧",
            "number": number,
        }
        if number:
            act = staff_act(request, procedure=PROCEDURE, reason=reason or "人の総覧の閲覧")
            try:
                context["sections"] = sections_of(open_person(number=number, act=act))
            except Refusal as refusal:
                context["refused"] = refusal.message
        return TemplateResponse(request, "child_allowance/person.html", context)


def ways_to_resident(request: HttpRequest, resident_number: str) -> list[tuple[str, str]]:
    """Return the page of everything about a 受給者 of 児童手当, with the right to it."""
    may_see = request.user.has_perm("child_allowance.view_recipient")
    known = Recipient.objects.filter(addressee_number=resident_number)
    if not may_see or not holds(request, OPEN, file=FILE) or not known.exists():
        return []
    page = reverse("admin:child_allowance_person")
    return [("児童手当(人の総覧)", f"{page}?number={resident_number}")]
