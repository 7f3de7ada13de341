"""情報提供 on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import Fields, items_of, known_moment, last_child, row
from gateway.platform.messages import (
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
        copy_items=items_of(interface, items),
    )
