"""What the pages of 児童手当 about a person have in common."""

from typing import Any

from sapporo_base.admin.looks import RecordedLookMixin
from social_address import selectors as social_address

FILE = "child-allowance"
PROCEDURE = "児童手当法による児童手当の支給に関する事務"


class AllowanceLookMixin(RecordedLookMixin):
    """A page about someone of the 児童手当情報ファイル; `person_field` leads to the 宛名番号."""

    personal_file = FILE
    look_procedure = PROCEDURE
    person_field = "addressee_number"

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
