"""What all pages about an addressee share: whose file it is, whom a row is about, 支援措置."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from sapporo_base import services as base
from sapporo_base.admin.looks import RecordedLookMixin
from social_address import selectors
from social_address.models import (
    SocialAddressee,
)

FILE = "social-address"
NOT_SHOWN = "住所非表示"
STATES = {"1": "住登者", "2": "転出者", "3": "死亡者", "9": "その他消除者", "": "住登外"}
SEXES = {"0": "不明", "1": "男", "2": "女"}


class PersonMixin(RecordedLookMixin):
    """What all pages about an addressee share: whose file it is, whom a row is about, 支援措置."""

    personal_file = FILE
    look_procedure = "社会保障宛名の管理"

    def addressee_of(self, obj: Any) -> SocialAddressee:
        """Return the addressee whom a row is about."""
        return obj.addressee

    def look_subjects(self, obj: Any) -> Sequence[base.Subject]:
        """Return the 宛名番号."""
        return [("social", self.addressee_of(obj).addressee_number)]

    def is_protected(self, obj: Any) -> bool:
        """Say whether the person stands under 支援措置; asked once for each row."""
        if not hasattr(obj, "is_under_support"):
            number = self.addressee_of(obj).addressee_number
            obj.is_under_support = bool(selectors.protected_numbers([number]))
        return obj.is_under_support

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        """Ask for the 支援措置 of all these people at once."""
        numbers = {self.addressee_of(row).addressee_number for row in rows}
        protected = selectors.protected_numbers(numbers)
        for row in rows:
            row.is_under_support = self.addressee_of(row).addressee_number in protected
