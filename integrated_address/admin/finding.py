"""People of 団体内統合宛名 in the search for people of the whole house, and the way to them from a resident."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrated_address import selectors, services
from integrated_address.models import BasicItems, IntegratedAddressee
from sapporo_base import selectors as base
from sapporo_base.admin import display
from sapporo_base.admin.bases import staff_act
from sapporo_base.admin.looks import OPEN, OPEN_PROTECTED
from sapporo_base.admin.people import Found, Register
from sapporo_base.admin.rights import holds

FILE = "integrated-address"
PROCEDURE = "団体内統合宛名の管理"
RESIDENT_NUMBERS = "001-000"
"""既存住基: whose numbers 住民宛名番号 are."""


def basics_of(addressee: IntegratedAddressee) -> BasicItems | None:
    """Return the present 基本4情報 of a person, None for one who was deleted."""
    known = getattr(addressee, "known", None)
    if known is None:
        known = list(addressee.basic_items.filter(valid_until=None, superseded_at=None))
    return known[0] if known else None


def in_words(addressee: IntegratedAddressee) -> str:
    """Return who it is on the page of an act: name and number."""
    known = basics_of(addressee)
    return f"{known.name if known else ''} 団体内統合宛名番号 {addressee.pk}".strip()


def page_of(number: str) -> str:
    """Return the address of a person's page."""
    return reverse("admin:integrated_address_integratedaddressee_change", args=[number])


def way_to(number: str) -> SafeString:
    """Return a 団体内統合宛名番号 that leads to the person's page."""
    return format_html('<a href="{}">{}</a>', page_of(number), display.grouped(number))


def ways_to_resident(request: HttpRequest, resident_number: str) -> list[tuple[str, str]]:
    """Return the page of a resident's 団体内統合宛名, with the right to it."""
    may_see = request.user.has_perm("integrated_address.view_integratedaddressee")
    if not may_see or not holds(request, OPEN, file=FILE):
        return []
    numbers = selectors.integrated_numbers_of(
        system=base.system(RESIDENT_NUMBERS), business_numbers=[resident_number]
    )
    return [("団体内統合宛名", page_of(number)) for number in numbers.values()]


def search_people(request: HttpRequest, term: str) -> Register | None:
    """Answer the search for people, cut to what this person may see."""
    may_see = request.user.has_perm("integrated_address.view_integratedaddressee")
    if not may_see or not holds(request, OPEN, file=FILE):
        return None
    people, has_more = services.look_up_people(
        term=term,
        with_protected=holds(request, OPEN_PROTECTED, file=FILE),
        act=staff_act(request, procedure=PROCEDURE),
    )
    return Register("団体内統合宛名", [_found(one) for one in people], has_more)


def _found(addressee: IntegratedAddressee) -> Found:
    known = basics_of(addressee)
    born = display.day(known.birth_on, words=known.birth_text) if known else ""
    return Found(
        name=known.name if known else "(削除)",
        name_kana=known.name_kana if known else "",
        born=born,
        residential_address="非公開"
        if addressee.under_support
        else (known.residential_address if known else ""),
        number=addressee.pk,
        url=page_of(addressee.pk),
        states=["支援措置"] if addressee.under_support else [],
    )
