"""自動応答不可フラグ and 不開示該当フラグ on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import Fields, Outgoing, put_record, row
from gateway.platform.failures import CannotBeSent
from gateway.platform.messages import Flags, FlagSetting, InformationFlag

_FLAGS: Final[Fields] = {
    "IntegratedAddressNumber": profile.NUMBER,
    "NoAutomaticAnswer": profile.YES_NO,
    "NonDisclosure": profile.YES_NO,
}

_INFORMATION: Final[Fields] = {
    "IntegratedAddressNumber": profile.NUMBER,
    "SpecificPersonalInformationCode": profile.CODE_16,
    "NoAutomaticAnswer": profile.YES_NO,
}


def put_settings(message: Outgoing, settings: Iterable[FlagSetting]) -> None:
    """Will append flags to set or clear."""
    for one in settings:
        record = put_record(message, one.record_id)
        _put_person(message, record, one.integrated_number, one.information_code)
        message.put(record, "SettingType", "1" if one.on else "2")


def put_people(message: Outgoing, people: Iterable[tuple[str, str]]) -> None:
    """Will append 団体内統合宛名番号 with a 特定個人情報名コード each."""
    for number, information_code in people:
        record = etree.SubElement(message.attachment, "Record")
        _put_person(message, record, number, information_code)


def _put_person(
    message: Outgoing, record: etree._Element, number: str, information_code: str
) -> None:
    if not profile.NUMBER.fullmatch(number):
        raise CannotBeSent(message.interface, "IntegratedAddressNumber")
    message.put(record, "IntegratedAddressNumber", number)
    if information_code:
        if not profile.CODE_16.fullmatch(information_code):
            raise CannotBeSent(message.interface, "SpecificPersonalInformationCode")
        message.put(record, "SpecificPersonalInformationCode", information_code)


def read_information_flags(
    interface: str, records: Iterable[etree._Element]
) -> list[InformationFlag]:
    """Return 自動応答不可 of each 特定個人情報."""
    told = (row(interface, record, _INFORMATION) for record in records)
    return [
        InformationFlag(
            r["IntegratedAddressNumber"],
            r["SpecificPersonalInformationCode"],
            no_automatic_answer=r["NoAutomaticAnswer"] == "1",
        )
        for r in told
    ]


def read_flags(interface: str, records: Iterable[etree._Element]) -> list[Flags]:
    """Return both flags of each number."""
    told = (row(interface, record, _FLAGS) for record in records)
    return [
        Flags(
            r["IntegratedAddressNumber"],
            no_automatic_answer=r["NoAutomaticAnswer"] == "1",
            withheld=r["NonDisclosure"] == "1",
        )
        for r in told
    ]
