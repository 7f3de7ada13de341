"""情報提供等記録 on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import (
    Fields,
    Outgoing,
    known_moment,
    last_child,
    moment,
    put_record,
    row,
)
from gateway.platform.failures import BadAnswer, WhyBad
from gateway.platform.messages import ExchangeRecord, RecordSide, RecordUpdate

_SIDES: Final = {"1": RecordSide.INQUIRER, "2": RecordSide.PROVIDER}
_RESULTS: Final = {
    "01": "provided",
    "02": "no_record",
    "03": "refused",
    "04": "not_permitted",
    "05": "cancelled",
}

_RECORD: Final[Fields] = {
    "SequenceNumber": profile.COUNT,
    "Side": re.compile(r"[12]"),
    "InquirerOrganizationCode": profile.ORGANIZATION,
    "ProviderOrganizationCode": profile.ORGANIZATION,
    "IntegratedAddressNumber": profile.NUMBER,
    "AffairCode": profile.CODE_16,
    "ProcedureCode": profile.CODE_16,
    "SpecificPersonalInformationCode": profile.CODE_16,
    "RequestedAt": profile.MOMENT,
    "ProvidedAt": profile.MOMENT,
    "Result": re.compile(r"0[1-5]"),
    "NonDisclosureCode": profile.YES_NO,
    "RecordIdentificationNumber": profile.RECORD_ID,
}


def read_exchange_records(
    interface: str, records: Iterable[etree._Element]
) -> list[ExchangeRecord]:
    """Return 情報提供等記録 in the platform's order."""
    read = []
    for record in records:
        items = last_child(interface, record, "Items")
        told = row(interface, record, _RECORD)
        read.append(
            ExchangeRecord(
                sequence=int(told["SequenceNumber"]),
                side=_SIDES[told["Side"]],
                inquirer_code=told["InquirerOrganizationCode"],
                provider_code=told["ProviderOrganizationCode"],
                integrated_number=told["IntegratedAddressNumber"],
                affair_code=told["AffairCode"],
                procedure_code=told["ProcedureCode"],
                information_code=told["SpecificPersonalInformationCode"],
                requested_at=known_moment(interface, told["RequestedAt"], "RequestedAt"),
                provided_at=moment(interface, told["ProvidedAt"], "ProvidedAt"),
                result=_RESULTS[told["Result"]],
                items=tuple(names_of(interface, items)),
                withheld=told["NonDisclosureCode"] == "1",
                our_record_id=told["RecordIdentificationNumber"],
            )
        )
    return sorted(read, key=lambda r: r.sequence)


def put_updates(message: Outgoing, updates: Iterable[RecordUpdate]) -> None:
    """Will append 情報提供等記録 to update."""
    for update in updates:
        record = put_record(message, update.record_id)
        message.put(record, "SequenceNumber", str(update.sequence))
        message.put(record, "NonDisclosureCode", "1" if update.withheld else "0")


def names_of(interface: str, items: etree._Element) -> Iterable[str]:
    """Return the names of items that stand without contents."""
    for item in items:
        name = item.text or ""
        if item.tag != "Name" or not name or not profile.WORDS.fullmatch(name):
            raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "Items")
        yield name
