"""What the platform holds of somebody, would answer, and has told whom, on the wire."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import NIL, Fields, items_of, known_moment, last_child, parse, row
from gateway.platform.failures import BadAnswer, WhyBad
from gateway.platform.messages import (
    CopyDetail,
    CopySearch,
    EndState,
    Items,
    PublicationEndResult,
    Recipient,
)
from gateway.platform.records import names_of

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATA: Final = re.compile(r".+", re.DOTALL)
_DETAIL: Final[Fields] = {
    "IntegratedAddressNumber": profile.NUMBER,
    "SpecificPersonalInformationCode": profile.CODE_16,
    "DataSetIdentificationItemCode": profile.KEY,
    "DataSetRecordKey": profile.KEY,
    "SPIMajorVersion": profile.KEY,
    "PublicationDate": _DAY,
    "PublishedEndDate": _DAY,
    "ParentDataSetRecordKey": profile.KEY,
    "AdministrativeRegionCode": profile.KEY,
    "DuplicateCopyData": _DATA,
}
SEARCH_BODY: Final[Fields] = {"Count": profile.COUNT, "AutomaticAnswer": profile.YES_NO}
_RECIPIENT: Final[Fields] = {
    "IntegratedAddressNumber": profile.NUMBER,
    "SpecificPersonalInformationCode": profile.CODE_16,
    "InquirerOrganizationCode": profile.ORGANIZATION,
    "InquirerName": profile.WORDS,
    "AffairCode": profile.CODE_16,
    "ProvidedAt": profile.MOMENT,
}
END_BODY: Final[Fields] = {"EndState": re.compile(r"[128]"), "Count": profile.COUNT}
_END_STATES: Final = {"1": EndState.REGISTERED, "2": EndState.DONE, "8": EndState.CANCELLED}


def read_detail(interface: str, record: etree._Element) -> CopyDetail:
    """Return a 副本 with its content, and the digest formed from what was told."""
    told = row(interface, record, _DETAIL)
    content = hashlib.sha256(told["DuplicateCopyData"].encode()).hexdigest()
    texts = [told[name] for name in _DETAIL if name != "DuplicateCopyData"]
    try:
        first, last = (date.fromisoformat(told[n]) for n in ("PublicationDate", "PublishedEndDate"))
    except ValueError:
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "PublicationDate") from None
    return CopyDetail(
        published_from=first,
        published_until=last,
        items=_items_of_data(interface, told["DuplicateCopyData"]),
        digest=hashlib.sha256("\n".join([*texts, content]).encode()).digest(),
    )


def _items_of_data(interface: str, data: str) -> Items:
    found: dict[str, object] = {}
    for child in parse(interface, data.encode()):
        name = str(child.tag)
        if child.get("Version") is not None:
            rows = found.setdefault(name, [])
            if not isinstance(rows, list):
                raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "DuplicateCopyData")
            rows.append({str(item.tag): _text(item) for item in child})
        else:
            found[name] = _text(child)
    return found  # type: ignore[return-value]  # texts and lists of texts only


def _text(element: etree._Element) -> str | None:
    return None if element.get(NIL) == "true" else (element.text or "")


def read_search(interface: str, told: Mapping[str, str], record: etree._Element) -> CopySearch:
    """Return what would be answered."""
    items = items_of(interface, last_child(interface, record, "Items"))
    return CopySearch(items, int(told["Count"]), is_automatic=told["AutomaticAnswer"] == "1")


def read_recipients(interface: str, records: Iterable[etree._Element]) -> list[Recipient]:
    """Return who was told what, the newest last."""
    read = []
    for record in records:
        names = tuple(names_of(interface, last_child(interface, record, "Items")))
        told = row(interface, record, _RECIPIENT)
        read.append(
            Recipient(
                integrated_number=told["IntegratedAddressNumber"],
                information_code=told["SpecificPersonalInformationCode"],
                asker_code=told["InquirerOrganizationCode"],
                asker_name=told["InquirerName"],
                affair_code=told["AffairCode"],
                provided_at=known_moment(interface, told["ProvidedAt"], "ProvidedAt"),
                items=names,
            )
        )
    return sorted(read, key=lambda r: r.provided_at)


def read_end(told: Mapping[str, str]) -> PublicationEndResult:
    """Return what became of a 公開終了日一括設定."""
    return PublicationEndResult(_END_STATES[told["EndState"]], int(told["Count"]))
