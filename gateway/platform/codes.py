"""符号取得 on the wire."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Final

from lxml import etree

from gateway.platform import profile
from gateway.platform.envelope import Fields, Outgoing, reason_of, row
from gateway.platform.failures import BadAnswer, CannotBeSent, WhyBad
from gateway.platform.inquiries import once
from gateway.platform.messages import (
    CodeRequest,
    CodeRequestFile,
    CodeState,
)

TELL, TAKE_BACK, REQUESTS, STATES, HELD = "1", "2", "3", "4", "5"

_SEALED_BYTES: Final = 32 + 12 + 16
_REQUEST: Final[Fields] = {
    "IntegratedAddressNumber": profile.NUMBER,
    "ProcessSerialNumber": profile.SERIAL,
    "ResultCode": profile.RESULT_CODE,
    "ResultMessage": profile.WORDS,
}
_STATE: Final[Fields] = {
    "IntegratedAddressNumber": profile.NUMBER,
    "CodeStatus": profile.CODE_STATUS,
    "Cause": profile.WORDS,
}


def put_numbers(message: Outgoing, numbers: Iterable[str]) -> None:
    """Will append 団体内統合宛名番号."""
    for number in numbers:
        if not profile.NUMBER.fullmatch(number):
            raise CannotBeSent(message.interface, "IntegratedAddressNumber")
        etree.SubElement(message.attachment, "IntegratedAddressNumber").text = number


def put_sealed(message: Outgoing, sealed: Mapping[str, str]) -> None:
    """
    Will append 処理通番 with what was sealed to the 住基ネット side.

    :raises CannotBeSent: a text is not the size of a sealed 個人番号, so it may be an open one.
    """
    for serial, text in sealed.items():
        try:
            size = len(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            size = 0
        if size != _SEALED_BYTES or not profile.RECEIPT.fullmatch(serial):
            raise CannotBeSent(message.interface, "SealedIndividualNumber")
        record = etree.SubElement(message.attachment, "Record")
        etree.SubElement(record, "ProcessSerialNumber").text = serial
        etree.SubElement(record, "SealedIndividualNumber").text = text


def read_request_file(
    interface: str, sealing_key: str, records: Iterable[etree._Element]
) -> CodeRequestFile:
    """
    Return the 符号取得依頼ファイル.

    :raises BadAnswer: the key is no X25519 key, or a number has two 処理通番.
    """
    try:
        key = base64.b64decode(sealing_key, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:  # noqa: PLR2004 - the size of an X25519 public key
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "SealingKey")
    told = once(
        interface,
        (row(interface, record, _REQUEST) for record in records),
        by=lambda r: r["IntegratedAddressNumber"],
    )
    return CodeRequestFile(
        requests=tuple(
            CodeRequest(r["ProcessSerialNumber"], number)
            for number, r in told.items()
            if not r["ResultCode"]
        ),
        refused={
            number: reason_of(r["ResultCode"], r["ResultMessage"])
            for number, r in told.items()
            if r["ResultCode"]
        },
        sealing_key=key,
    )


def read_states(interface: str, records: Iterable[etree._Element]) -> list[CodeState]:
    """Return how far each 符号 is."""
    told = once(
        interface,
        (row(interface, record, _STATE) for record in records),
        by=lambda r: r["IntegratedAddressNumber"],
    )
    return [
        CodeState(number, profile.CODE_STATES[r["CodeStatus"]], r["Cause"])
        for number, r in told.items()
    ]
