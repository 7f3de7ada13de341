"""Who gets a 宛名番号 of 社会保障: the next numbers of the reserved ranges, and the row of a newcomer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sapporo_base.acts import Act, NotNow
from sapporo_base.models import BusinessSystem
from sapporo_base.rules.check_digits import resident_number
from sapporo_base.rules.kana import kana_key, name_key
from social_address.models import (
    AddresseeNumberRange,
    AddresseeVersion,
    OutOfRegistryPerson,
    ServiceSubject,
    SocialAddressee,
    SocialAddresseeChange,
)

REGISTERED: Final = "registered"


class NoNumbersLeft(NotNow):
    """The ranges reserved for 住登外者 and corporations are used up."""

    code = "no_numbers_left"
    message = "住登外者・法人用の宛名番号の範囲を使い切りました。既存住基と調整のうえ範囲を追加してください。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Someone to register who is not in the 住民基本台帳, or a corporation (`corporate_number`)."""

    name: str
    name_kana: str = ""
    born_on: date | None = None
    born_text: str = ""
    sex: str = ""
    municipality_code: str = ""
    postal_code: str = ""
    residential_address: str = ""
    corporate_number: str = ""
    is_corporation: bool = False
    not_for_other_work: bool = False


def next_numbers(count: int) -> Iterator[str]:
    """Draw numbers from the reserved ranges; each range is locked until the transaction ends."""
    ranges = AddresseeNumberRange.objects.select_for_update().order_by("first_serial")
    for one in ranges:
        while count and one.next_serial <= one.last_serial:
            number = resident_number(one.next_serial)
            one.next_serial += 1
            if number is not None:
                count -= 1
                yield number
        one.save(update_fields=["next_serial"])
    if count:
        raise NoNumbersLeft


def serve(addressees: list[SocialAddressee], system: BusinessSystem, act: Act) -> None:
    ServiceSubject.objects.bulk_create(
        [
            ServiceSubject(addressee=one, system_code=system.code, since=act.day)
            for one in addressees
        ],
        ignore_conflicts=True,
    )


def create_addressee(
    newcomer: Newcomer, number: str, system: BusinessSystem, act: Act
) -> SocialAddressee:
    addressee = SocialAddressee.objects.create(
        addressee_number=number,
        kind="2" if newcomer.is_corporation else "1",
        origin=SocialAddressee.Origin.REGISTERED,
        corporate_number=newcomer.corporate_number,
        not_for_other_work=newcomer.not_for_other_work,
        registered_by_system=system.code,
        registered_at=act.at,
    )
    version = AddresseeVersion.objects.create(
        addressee=addressee,
        history_number=1,
        is_latest=True,
        source=AddresseeVersion.Source.REGISTERED,
        name=newcomer.name,
        name_kana=newcomer.name_kana,
        born_on=newcomer.born_on,
        born_text=newcomer.born_text,
        sex=newcomer.sex,
        municipality_code=newcomer.municipality_code,
        postal_code=newcomer.postal_code,
        residential_address=newcomer.residential_address,
        name_key=name_key(newcomer.name),
        kana_key=kana_key(newcomer.name_kana),
        fingerprint="",
        valid_from=act.day,
        recorded_at=act.at,
    )
    if not newcomer.is_corporation:
        OutOfRegistryPerson.objects.create(addressee=addressee, since=act.day)
    SocialAddresseeChange.objects.create(
        addressee=addressee,
        version=version,
        kind=REGISTERED,
        changed_on=act.day,
        recorded_at=act.at,
    )
    return addressee
