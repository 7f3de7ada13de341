"""情報提供 and 情報提供等記録 on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import Fields, items_of, moment, row
from gateway.platform.failures import BadAnswer, WhyBad
from gateway.platform.messages import (
    ExchangeRecord,
    ProvisionAnswer,
    ProvisionContent,
    ProvisionState,
    RecordSide,
    WaitingProvision,
)

ANSWER_TYPES: Final = {
    ProvisionAnswer.PROVIDE: "1",
    ProvisionAnswer.NO_RECORD: "2",
    ProvisionAnswer.REFUSE: "3",
}
_STATES: Final = {
    "1": ProvisionState.WAITING,
    "2": ProvisionState.ANSWER_REGISTERED,
    "3": ProvisionState.SENT,
    "4": ProvisionState.WITHDRAWN,
}
_SIDES: Final = {"1": RecordSide.INQUIRER, "2": RecordSide.PROVIDER}
_RESULTS: Final = {
    "01": "provided",
    "02": "no_record",
    "03": "refused",
    "04": "not_permitted",
    "05": "cancelled",
}

_WAITING: Final[Fields] = {
    "ProvisionID": profile.RECORD_ID,
    "IntegratedAddressNumber": profile.NUMBER,
    "InquirerOrganizationCode": profile.ORGANIZATION,
    "SpecificPersonalInformationCode": profile.CODE_16,
    "RequestedAt": profile.MOMENT,
}
_CONTENT: Final[Fields] = {
    **_WAITING,
    "InquirerName": profile.WORDS,
    "AffairCode": profile.CODE_16,
    "ProcedureCode": profile.CODE_16,
    "NonDisclosureCode": profile.YES_NO,
    "ProvisionState": re.compile(r"[1-4]"),
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


def read_waiting(interface: str, records: Iterable[etree._Element]) -> list[WaitingProvision]:
    """Return the inquiries of others that wait for staff."""
    waiting = []
    for record in records:
        told = row(interface, record, _WAITING)
        waiting.append(
            WaitingProvision(
                provision_id=told["ProvisionID"],
                integrated_number=told["IntegratedAddressNumber"],
                asker_code=told["InquirerOrganizationCode"],
                information_code=told["SpecificPersonalInformationCode"],
                asked_at=_known(interface, told["RequestedAt"], "RequestedAt"),
            )
        )
    return waiting


def read_content(interface: str, record: etree._Element) -> ProvisionContent:
    """Return 情報照会内容(提供側) with what the 副本 would answer."""
    items = _last(interface, record, "Items")
    told = row(interface, record, _CONTENT)
    return ProvisionContent(
        provision_id=told["ProvisionID"],
        integrated_number=told["IntegratedAddressNumber"],
        asker_code=told["InquirerOrganizationCode"],
        asker_name=told["InquirerName"],
        affair_code=told["AffairCode"],
        procedure_code=told["ProcedureCode"],
        information_code=told["SpecificPersonalInformationCode"],
        asked_at=_known(interface, told["RequestedAt"], "RequestedAt"),
        withheld=told["NonDisclosureCode"] == "1",
        state=_STATES[told["ProvisionState"]],
        copy_items=items_of(interface, items),
    )


def read_exchange_records(
    interface: str, records: Iterable[etree._Element]
) -> list[ExchangeRecord]:
    """Return 情報提供等記録 in the platform's order."""
    read = []
    for record in records:
        items = _last(interface, record, "Items")
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
                requested_at=_known(interface, told["RequestedAt"], "RequestedAt"),
                provided_at=moment(interface, told["ProvidedAt"], "ProvidedAt"),
                result=_RESULTS[told["Result"]],
                items=tuple(_names(interface, items)),
                withheld=told["NonDisclosureCode"] == "1",
                our_record_id=told["RecordIdentificationNumber"],
            )
        )
    return sorted(read, key=lambda r: r.sequence)


def _names(interface: str, items: etree._Element) -> Iterable[str]:
    for item in items:
        name = item.text or ""
        if item.tag != "Name" or not name or not profile.WORDS.fullmatch(name):
            raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "Items")
        yield name


def _last(interface: str, record: etree._Element, tag: str) -> etree._Element:
    found = record.find(tag)
    if found is None or record[-1] is not found:
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, tag)
    record.remove(found)
    return found


def _known(interface: str, text: str, where: str) -> datetime:
    at = moment(interface, text, where)
    if at is None:
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, where)
    return at
