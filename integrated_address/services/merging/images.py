"""What two people were before a 名寄せ, and what it would move: for the preview and for the undoing."""

from collections.abc import Sequence
from typing import Any

from integrated_address.models import (
    BasicItems,
    IndividualNumber,
    IntegratedAddressee,
    LinkageCodeStatus,
)


def image_of(person: IntegratedAddressee) -> dict[str, Any]:
    """
    Return a person as known now, for staff to compare and for the undoing.

    That a 個人番号 is registered is in it, and since when; the number is not, nor what derives from it:
    the sealed rows stay in their table.
    """
    links = person.business_numbers.filter(superseded_at=None).select_related("system")
    numbers = IndividualNumber.objects.filter(addressee=person, superseded_at=None)
    code = LinkageCodeStatus.objects.filter(addressee=person).first()
    return {
        "integrated_number": person.pk,
        "numbered_at": person.numbered_at.isoformat(),
        "under_support": person.under_support,
        "basics": [_basics(row) for row in _known_basics(person)],
        "business_numbers": [
            {
                "id": link.pk,
                "system": link.system.code,
                "number": link.number,
                "valid_from": link.valid_from.isoformat(),
                "valid_until": link.valid_until.isoformat() if link.valid_until else None,
                "integrated_flag": link.integrated_flag,
            }
            for link in links.order_by("pk")
        ],
        "individual_numbers": [
            {
                "cause": row.cause,
                "valid_from": row.valid_from.isoformat(),
                "valid_until": row.valid_until.isoformat() if row.valid_until else None,
            }
            for row in numbers.defer("ciphertext", "digest", "second_digest").order_by("pk")
        ],
        "code_state": code.state if code else None,
    }


def _known_basics(person: IntegratedAddressee) -> Sequence[BasicItems]:
    return list(person.basic_items.filter(superseded_at=None).order_by("pk"))


def _basics(row: BasicItems) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "name_kana": row.name_kana,
        "birth": row.birth_text or (row.birth_on.isoformat() if row.birth_on else ""),
        "sex": row.sex,
        "residential_address": row.residential_address,
        "resident_state": row.resident_state,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
    }
