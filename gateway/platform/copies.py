"""副本 on the wire: the record of IF_DBM_20113 as found, its digest, and reconciliation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, TypeVar

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import NIL, XSI, Fields, Outgoing, row
from gateway.platform.failures import BadAnswer, CannotBeSent, WhyBad
from gateway.platform.messages import Copy, CopyKey, CopySent, CopySummary, HeldCopy, Items

T = TypeVar("T", Copy, CopyKey)

REGISTER: Final = "1"
DELETE: Final = "2"

_COUNTED: Final[Fields] = {"Count": profile.COUNT, "Digest": profile.DIGEST}
_BUCKET: Final[Fields] = {**_COUNTED, "Bucket": profile.BUCKET}
_HELD: Final[Fields] = {
    "IntegratedAddressNumber": profile.NUMBER,
    "DataSetIdentificationItemCode": profile.KEY,
    "DataSetRecordKey": profile.KEY,
    "SPIMajorVersion": profile.KEY,
    "Digest": profile.DIGEST,
}


def copy_data(interface: str, copy: Copy) -> str:
    """
    Return the 副本データ: an XML text of its own, carried inside the record.

    :raises CannotBeSent: an item's name or text cannot stand in XML.
    """
    root = etree.Element("Data", nsmap={"xsi": XSI})
    updated_at = _seconds(copy.updated_at)
    try:
        _put(root, copy.items, copy.layout_version, updated_at)
    except ValueError:
        raise CannotBeSent(interface, "DuplicateCopyData", copy.record_id) from None
    # XML turns \r\n and \r into \n on reading: what is digested must be what will be read.
    content = etree.tostring(root, encoding="unicode").replace("&#13;", "")
    return f'<?xml version="1.0" encoding="utf-8"?>{content}'


def what_is_sent(interface: str, copy: Copy) -> CopySent:
    """Return what is kept of a 副本 that is going to be sent."""
    return _sent(copy, copy_data(interface, copy))


def _sent(copy: Copy, data: str) -> CopySent:
    return CopySent(copy_digest(copy, data), hashlib.sha256(data.encode()).digest())


def copy_digest(copy: Copy, data: str) -> bytes:
    """Return the 32 bytes by which both ends know that they hold the same 副本."""
    told = (
        copy.integrated_number,
        copy.information_code,
        copy.dataset,
        copy.key,
        copy.layout_version,
        copy.published_from.isoformat(),
        copy.published_until.isoformat(),
        copy.parent_key,
        copy.ward_code,
        hashlib.sha256(data.encode()).hexdigest(),
    )
    return hashlib.sha256("\n".join(told).encode()).digest()


def put_copy(message: Outgoing, copy: Copy) -> CopySent:
    """Will append a 副本 to register, and return what is to be kept of it."""
    data = copy_data(message.interface, copy)
    _put_key(message, copy)
    told = {
        "PublicationDate": copy.published_from.isoformat(),
        "PublishedEndDate": copy.published_until.isoformat(),
        "AdministrativeRegionCode": copy.ward_code,
    }
    record = message.attachment[-1]
    message.put(record, "ParentDataSetRecordKey", copy.parent_key)
    for name, text in told.items():
        message.put(record, name, text)
    # libxml2 splits a "]]>" over two CDATA sections by itself.
    etree.SubElement(record, "DuplicateCopyData").text = etree.CDATA(data)
    return _sent(copy, data)


def put_copy_key(message: Outgoing, key: CopyKey) -> None:
    """Will append a 副本 to delete."""
    _put_key(message, key)


def parts(records: Sequence[T]) -> Iterator[tuple[str, Sequence[T]]]:
    """Return the records cut into named entries: one 特定個人情報 and dataset each."""
    number = 0
    ordered = sorted(records, key=lambda r: (r.information_code, r.dataset))
    for (code, dataset), group in groupby(ordered, key=lambda r: (r.information_code, r.dataset)):
        members = list(group)
        for start in range(0, len(members), profile.ENTRY_RECORDS):
            number += 1
            name = f"{code}_{profile.PLATFORM_CODE}_{_plain(dataset)}_{number:03d}"
            yield name, members[start : start + profile.ENTRY_RECORDS]


def read_summary(
    interface: str, code: str, told: Mapping[str, str], records: Iterable[etree._Element]
) -> CopySummary:
    """
    Return counts and digests.

    :raises BadAnswer: the buckets do not add up to the whole.
    """
    buckets: dict[str, tuple[int, bytes]] = {}
    for record in records:
        bucket = row(interface, record, _BUCKET)
        buckets[bucket["Bucket"]] = (int(bucket["Count"]), bytes.fromhex(bucket["Digest"]))
    count, digest = int(told["Count"]), bytes.fromhex(told["Digest"])
    xor = 0
    for _, part in buckets.values():
        xor ^= int.from_bytes(part)
    if sum(n for n, _ in buckets.values()) != count or xor.to_bytes(32) != digest:
        raise BadAnswer(interface, WhyBad.CONTRADICTION)
    return CopySummary(code, count, digest, buckets)


SUMMARY_BODY: Final = _COUNTED


def read_held(interface: str, records: Iterable[etree._Element]) -> list[HeldCopy]:
    """Return what the platform holds in one bucket."""
    held = []
    for record in records:
        told = row(interface, record, _HELD)
        held.append(
            HeldCopy(
                integrated_number=told["IntegratedAddressNumber"],
                dataset=told["DataSetIdentificationItemCode"],
                key=told["DataSetRecordKey"],
                layout_version=told["SPIMajorVersion"],
                digest=bytes.fromhex(told["Digest"]),
            )
        )
    return held


def _put_key(message: Outgoing, copy: Copy | CopyKey) -> None:
    told = (
        ("RecordIdentificationNumber", copy.record_id, profile.RECORD_ID),
        ("IntegratedAddressNumber", copy.integrated_number, profile.NUMBER),
        ("SpecificPersonalInformationCode", copy.information_code, profile.CODE_16),
        ("DataSetIdentificationItemCode", copy.dataset, profile.KEY),
        ("DataSetRecordKey", copy.key, profile.KEY),
        ("SPIMajorVersion", copy.layout_version, profile.KEY),
    )
    record = etree.SubElement(message.attachment, "Record")
    for name, text, form in told:
        if not form.fullmatch(text):
            raise CannotBeSent(message.interface, name, copy.record_id)
        etree.SubElement(record, name).text = text or None


def _put(parent: etree._Element, items: Items, version: str, updated_at: str) -> None:
    for name, value in items.items():
        if value is None:
            missing = etree.SubElement(parent, name, ReasonOfNull="NotAcceptable")
            missing.set(NIL, "true")
        elif isinstance(value, str):
            etree.SubElement(parent, name).text = value or None
        else:
            for member in value:
                group = etree.SubElement(
                    parent, name, Version=version, TimeAndDateOfUpdate=updated_at
                )
                _put(group, member, version, updated_at)


def _seconds(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _plain(text: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in text) or "0"
