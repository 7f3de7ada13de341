"""マスター更新情報 on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import Fields, row
from gateway.platform.failures import BadAnswer, WhyBad
from gateway.platform.messages import MasterChange, MasterKind, MasterUpdate

_KINDS: Final = {"1": MasterKind.CODE, "2": MasterKind.COMBINATION}
_CHANGES: Final = {
    "1": MasterChange.ADDED,
    "2": MasterChange.CHANGED,
    "3": MasterChange.ABOLISHED,
}
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CODE: Final = re.compile(r"[0-9A-Za-z_\-]{0,20}")
_PARTY: Final = re.compile(r"(?:[0-9]{16}|municipality)?")
_CODE_16: Final = re.compile(rf"(?:{profile.CODE_16.pattern})?")
_UPDATE: Final[Fields] = {
    "SequenceNumber": profile.COUNT,
    "MasterType": re.compile(r"[12]"),
    "ChangeType": re.compile(r"[123]"),
    "ValidFrom": _DAY,
    "ValidUntil": re.compile(rf"(?:{_DAY.pattern})?", re.ASCII),
    "TableCode": _CODE,
    "Code": _CODE,
    "Name": profile.WORDS,
    "AffairCode": _CODE_16,
    "ProcedureCode": _CODE_16,
    "SpecificPersonalInformationCode": _CODE_16,
    "InquirerOrganizationCode": _PARTY,
    "ProviderOrganizationCode": _PARTY,
}
_NEEDED: Final = {
    MasterKind.CODE: ("TableCode", "Code", "Name"),
    MasterKind.COMBINATION: (
        "AffairCode",
        "ProcedureCode",
        "SpecificPersonalInformationCode",
        "InquirerOrganizationCode",
        "ProviderOrganizationCode",
    ),
}


def read_updates(interface: str, records: Iterable[etree._Element]) -> list[MasterUpdate]:
    """Return the updates in the platform's order, each with what its kind needs."""
    return sorted(
        (_update(interface, row(interface, record, _UPDATE)) for record in records),
        key=lambda update: update.sequence,
    )


def _update(interface: str, told: Mapping[str, str]) -> MasterUpdate:
    kind = _KINDS[told["MasterType"]]
    for name in _NEEDED[kind]:
        if not told[name]:
            raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, name)
    valid_from = _day(interface, told["ValidFrom"], "ValidFrom")
    valid_until = _day(interface, told["ValidUntil"], "ValidUntil") if told["ValidUntil"] else None
    if valid_until is not None and valid_until <= valid_from:
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "ValidUntil")
    return MasterUpdate(
        sequence=int(told["SequenceNumber"]),
        kind=kind,
        change=_CHANGES[told["ChangeType"]],
        valid_from=valid_from,
        valid_until=valid_until,
        table=told["TableCode"],
        code=told["Code"],
        name=told["Name"],
        affair_code=told["AffairCode"],
        procedure_code=told["ProcedureCode"],
        information_code=told["SpecificPersonalInformationCode"],
        inquirer_code=told["InquirerOrganizationCode"],
        provider_code=told["ProviderOrganizationCode"],
    )


def _day(interface: str, text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, where) from None
