"""What the pages of 児童手当 about a person have in common."""

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from child_allowance.services.person import known_subjects
from sapporo_base.admin import display
from sapporo_base.admin.bases import staff_act
from sapporo_base.admin.looks import RecordedLookMixin
from social_address import selectors as social_address

FILE = "child-allowance"
PROCEDURE = "児童手当法による児童手当の支給に関する事務"


class AllowanceLookMixin(RecordedLookMixin):
    """A page about someone of the 児童手当情報ファイル; `person_field` leads to the 宛名番号."""

    personal_file = FILE
    look_procedure = PROCEDURE
    person_field = "addressee_number"

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        """Bring the people along, at once; their register records that they were shown."""
        if "person_name" in self.list_display:
            subjects = self.subjects(request, {self.person_of(row) for row in rows})
            for row in rows:
                vars(row)["subject"] = subjects.get(self.person_of(row))
        protected = social_address.protected_numbers({self.person_of(row) for row in rows})
        for row in rows:
            vars(row)["is_withheld"] = self.person_of(row) in protected

    def subjects(self, request: HttpRequest, numbers: Collection[str]) -> dict[str, Any]:
        """Return these people by 宛名番号, in the items that 児童手当 was approved for."""
        return known_subjects(
            numbers=numbers, act=staff_act(request, procedure=self.look_procedure)
        )

    @admin.display(description="氏名")
    def person_name(self, obj: Any) -> SafeString:
        """Return name and kana of whom the row is about, as the way to everything about them."""
        return person_link(self.person_of(obj), vars(obj).get("subject"))

    def person_of(self, obj: Any) -> str:
        """Return the 宛名番号 of whom the page is about."""
        for name in self.person_field.split("."):
            obj = getattr(obj, name)
        return str(obj)

    def look_subjects(self, obj: Any) -> list[tuple[str, str]]:
        """Name the person to the record."""
        return [("social", self.person_of(obj))]

    def is_protected(self, obj: Any) -> bool:
        """Ask every register for 支援措置."""
        return bool(social_address.protected_numbers([self.person_of(obj)]))


def person_link(number: str, subject: Any) -> SafeString:
    """Return name and kana as the way to everything about a person; the number where no name is known."""
    url = f"{reverse('admin:child_allowance_person')}?number={number}"
    if subject is None or not subject.name:
        return format_html('<a href="{}">{}</a>', url, display.grouped(number))
    return display.name_and_kana(subject.name, subject.name_kana, url=url)
