"""情報提供 on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import (
    Fields,
    Outgoing,
    items_of,
    known_moment,
    last_child,
    moment,
    put_record,
    row,
)
from gateway.platform.messages import (
    Answer,
    Provided,
    ProvisionAnswer,
    ProvisionContent,
    ProvisionState,
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
    "AnswerDueAt": profile.MOMENT,
}
WAITING_BODY: Final[Fields] = {"Count": profile.COUNT}
_RESULTS: Final = {"": "", "01": "provided", "02": "no_record", "03": "refused"}
_PROVIDED: Final[Fields] = {
    "ProvisionID": profile.RECORD_ID,
    "ProvisionState": re.compile(r"[1-4]"),
    "Result": re.compile(r"(?:0[1-3])?"),
    "ProvidedAt": profile.MOMENT,
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
                asked_at=known_moment(interface, told["RequestedAt"], "RequestedAt"),
            )
        )
    return waiting


def read_content(interface: str, record: etree._Element) -> ProvisionContent:
    """Return 情報照会内容(提供側) with what the 副本 would answer."""
    items = last_child(interface, record, "Items")
    told = row(interface, record, _CONTENT)
    return ProvisionContent(
        provision_id=told["ProvisionID"],
        integrated_number=told["IntegratedAddressNumber"],
        asker_code=told["InquirerOrganizationCode"],
        asker_name=told["InquirerName"],
        affair_code=told["AffairCode"],
        procedure_code=told["ProcedureCode"],
        information_code=told["SpecificPersonalInformationCode"],
        asked_at=known_moment(interface, told["RequestedAt"], "RequestedAt"),
        withheld=told["NonDisclosureCode"] == "1",
        state=_STATES[told["ProvisionState"]],
        answer_due_at=moment(interface, told["AnswerDueAt"], "AnswerDueAt"),
        copy_items=items_of(interface, items),
    )


def read_provided(interface: str, record: etree._Element) -> Provided:
    """Return 情報提供内容: our answer as the platform has it."""
    items = last_child(interface, record, "Items")
    told = row(interface, record, _PROVIDED)
    return Provided(
        provision_id=told["ProvisionID"],
        state=_STATES[told["ProvisionState"]],
        result=_RESULTS[told["Result"]],
        provided_at=moment(interface, told["ProvidedAt"], "ProvidedAt"),
        items=items_of(interface, items),
    )


def put_answers(message: Outgoing, answers: Iterable[Answer]) -> None:
    """Will append what staff answer."""
    for one in answers:
        record = put_record(message, one.record_id)
        message.put(record, "ProvisionID", one.provision_id)
        message.put(record, "AnswerType", ANSWER_TYPES[one.answer])
        message.put_items(etree.SubElement(record, "Items"), one.items)


def put_permissions(message: Outgoing, provision_ids: Mapping[str, str]) -> None:
    """Will append provisions whose answers may be sent, by their レコード識別番号."""
    for record_id, provision_id in provision_ids.items():
        message.put(put_record(message, record_id), "ProvisionID", provision_id)


def put_provision_ids(message: Outgoing, provision_ids: Iterable[str]) -> None:
    """Will append provisions that are asked about."""
    for provision_id in provision_ids:
        record = etree.SubElement(message.attachment, "Record")
        message.put(record, "ProvisionID", provision_id)
