"""What two people were before a 名寄せ, and what it would move: for the preview and for the undoing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from integrated_address.models import (
    BasicItems,
    BusinessNumber,
    IndividualNumber,
    IntegratedAddressee,
    LinkageCodeStatus,
)
from integrated_address.rules import RESIDENT_REGISTER

_OPEN = {"valid_until__isnull": True, "superseded_at__isnull": True}


def flag_row(addressee: str) -> BusinessNumber | None:
    """Return the link that bears the 統合宛名フラグ of a person."""
    flagged = BusinessNumber.objects.filter(addressee=addressee, integrated_flag=True, **_OPEN)
    return flagged.select_related("system").first()


def whose_word_counts(*, survivor: str, retired: str) -> str:
    """
    Return of which of the two the 基本4情報 hold after a 名寄せ: of the one the 住民記録 speaks for.

    Where it speaks for both or for neither, the survivor's hold.
    """
    of_survivor, of_retired = flag_row(survivor), flag_row(retired)
    if of_retired is None:
        return survivor
    if of_survivor is None:
        return retired
    retired_is_registered = of_retired.system.code in RESIDENT_REGISTER
    survivor_is_registered = of_survivor.system.code in RESIDENT_REGISTER
    return retired if retired_is_registered and not survivor_is_registered else survivor


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


@dataclass(frozen=True, slots=True)
class NumbersOfSystem:
    """A system that is told of a 名寄せ, with its numbers that move and those that stay."""

    system_id: int
    code: str
    name: str
    moved: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def systems_to_tell(*, survivor: str, retired: str) -> list[NumbersOfSystem]:
    """Return every system that is linked to one of the two, with its own open numbers."""
    links = BusinessNumber.objects.filter(addressee__in=[survivor, retired], **_OPEN)
    told: dict[int, NumbersOfSystem] = {}
    for link in links.select_related("system").order_by("system_id", "number"):
        system = link.system
        entry = told.setdefault(system.pk, NumbersOfSystem(system.pk, system.code, system.name))
        (entry.moved if link.addressee_id == retired else entry.kept).append(link.number)
    return list(told.values())
