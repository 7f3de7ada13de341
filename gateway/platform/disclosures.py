"""自己情報提供 on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import (
    Fields,
    items_of,
    known_moment,
    last_child,
    moment,
    reason_of,
    row,
)
from gateway.platform.failures import BadAnswer, WhyBad
from gateway.platform.inquiries import once
from gateway.platform.messages import DisclosedContent, Disclosure, DisclosureResult

_RESULTS: Final = {
    "01": DisclosureResult.PROVIDED,
    "02": DisclosureResult.NO_RECORD,
    "03": DisclosureResult.WITHHELD,
    "04": DisclosureResult.WAITING,
}
_STATE: Final[Fields] = {
    "SequenceNumber": profile.COUNT,
    "RecordIdentificationNumber": profile.RECORD_ID,
    "IntegratedAddressNumber": profile.NUMBER,
    "SpecificPersonalInformationCode": profile.CODE_16,
    "RequestedAt": profile.MOMENT,
    "ProvidedAt": profile.MOMENT,
    "Result": profile.STATUS,
}
_CONTENT: Final[Fields] = {
    "RecordIdentificationNumber": profile.RECORD_ID,
    "ResultCode": profile.RESULT_CODE,
    "ResultMessage": profile.WORDS,
}


def read_states(interface: str, records: Iterable[etree._Element]) -> list[Disclosure]:
    """Return 自己情報提供状況 in the platform's order."""
    found = []
    for record in records:
        told = row(interface, record, _STATE)
        found.append(
            Disclosure(
                sequence=int(told["SequenceNumber"]),
                disclosure_id=told["RecordIdentificationNumber"],
                integrated_number=told["IntegratedAddressNumber"],
                information_code=told["SpecificPersonalInformationCode"],
                requested_at=known_moment(interface, told["RequestedAt"], "RequestedAt"),
                provided_at=moment(interface, told["ProvidedAt"], "ProvidedAt"),
                result=_RESULTS.get(told["Result"], DisclosureResult.UNKNOWN),
                result_code=told["Result"],
            )
        )
    return sorted(
        once(interface, found, by=lambda one: one.disclosure_id).values(), key=lambda d: d.sequence
    )


def read_contents(
    interface: str, records: Iterable[etree._Element], asked: Iterable[str] | None
) -> list[DisclosedContent]:
    """
    Return what was shown to people.

    :raises BadAnswer: one nobody asked about, or one that is missing.
    """
    found = once(
        interface,
        (_content(interface, record) for record in records),
        by=lambda one: one.disclosure_id,
    )
    if asked is not None and set(found) != set(asked):
        raise BadAnswer(interface, WhyBad.NOT_ASKED)
    return list(found.values())


def _content(interface: str, record: etree._Element) -> DisclosedContent:
    items = last_child(interface, record, "Items")
    told = row(interface, record, _CONTENT)
    refused = told["ResultCode"]
    return DisclosedContent(
        disclosure_id=told["RecordIdentificationNumber"],
        items=items_of(interface, items),
        reason=reason_of(refused, told["ResultMessage"]) if refused else None,
    )
