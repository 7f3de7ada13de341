"""The envelope of a message: built here, and opened here with distrust."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml import etree

from gateway.platform import profile
from gateway.platform.failures import (
    BadAnswer,
    CannotBeSent,
    PlatformRefused,
    Reason,
    ReasonCode,
    WhyBad,
)
from gateway.platform.messages import Items, Mode

XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
NIL: Final = f"{{{XSI}}}nil"
_DECLARATION: Final = re.compile(
    rb"""<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?P<encoding>[^"']{1,20})["'])?[^>]{0,40}\?>"""
)
_FIRST_YEAR, _LAST_YEAR = 1900, 9990
_HEADER_ITEMS: Final = (
    "MsgId",
    "MsgTypeId",
    "MsgMode",
    "SourceSystemID",
    "DestinationSystemID",
    "MsgResult",
)

Fields = Mapping[str, re.Pattern[str]]
"""What an element may and must hold: each child once, its text of that form."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who we are towards the platform."""

    code: str
    unit_code: str
    mode: Mode


# ---------------------------------------------------------------- out


class Outgoing:
    """A message being written. `attachment` takes the records."""

    def __init__(self, interface: str, message_id: str, sender: Sender) -> None:
        self.interface = interface
        self.message_id = message_id
        self._root = etree.Element("Message")
        header = etree.SubElement(self._root, "Header")
        told = (
            message_id,
            f"{interface}_R01",
            sender.mode.value,
            sender.code,
            profile.PLATFORM_CODE,
            "",
        )
        for name, text in zip(_HEADER_ITEMS, told, strict=True):
            etree.SubElement(header, name).text = text
        self.body = etree.SubElement(self._root, "Body")
        self.say("RequestSourceUnitCode", sender.unit_code)
        self.say("RequestSourceUserID", "")
        self.attachment = etree.SubElement(self._root, "Attachment")

    def say(self, name: str, text: str) -> None:
        """Will put an item into the body."""
        self.put(self.body, name, text)

    def put(self, parent: etree._Element, name: str, text: str | None) -> etree._Element:
        """
        Will append an element with a text.

        :raises CannotBeSent: the text has characters that no XML may have.
        """
        element = etree.SubElement(parent, name)
        try:
            element.text = text or None
        except ValueError:
            raise CannotBeSent(self.interface, name) from None
        return element

    def put_items(self, parent: etree._Element, items: Items) -> None:
        """Will append items by name, as results and answers carry them."""
        for name, value in items.items():
            if value is None or isinstance(value, str):
                element = self.put(parent, "Item", value)
                element.set("Name", name)
                if value is None:
                    element.set(NIL, "true")
            else:
                group = etree.SubElement(parent, "Group", Name=name)
                for row in value:
                    self.put_items(etree.SubElement(group, "Row"), row)

    def as_bytes(self) -> bytes:
        """Return the message in UTF-8."""
        return etree.tostring(self._root, xml_declaration=True, encoding="UTF-8")

    def without_attachment(self) -> bytes:
        """Return header and body: the first of the two entries of a part of IF_DBM_20113."""
        self._root.remove(self.attachment)
        try:
            return self.as_bytes()
        finally:
            self._root.append(self.attachment)

    def attachment_alone(self) -> bytes:
        """Return the records: the second of the two entries."""
        return etree.tostring(self.attachment, xml_declaration=True, encoding="UTF-8")


def put_record(message: Outgoing, record_id: str) -> etree._Element:
    """
    Will append a record with its レコード識別番号, and return it for its other items.

    :raises CannotBeSent: it is no such number.
    """
    if not profile.RECORD_ID.fullmatch(record_id):
        raise CannotBeSent(message.interface, "RecordIdentificationNumber", record_id)
    record = etree.SubElement(message.attachment, "Record")
    etree.SubElement(record, "RecordIdentificationNumber").text = record_id
    return record


# ---------------------------------------------------------------- in


def parse(interface: str, body: bytes) -> etree._Element:
    """
    Return the root of an XML text that came from outside.

    :raises BadAnswer: wrong encoding, DTD, entity, processing instruction, or no XML at all.
    """
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadAnswer(interface, WhyBad.WRONG_ENCODING) from None
    declaration = _DECLARATION.match(body)
    named = declaration["encoding"] if declaration else None
    if b"\x00" in body or (named is not None and named.lower() != b"utf-8"):
        raise BadAnswer(interface, WhyBad.WRONG_ENCODING)
    rest = body[declaration.end() :] if declaration else body
    if b"<!DOCTYPE" in rest or b"<!ENTITY" in rest or b"<?" in rest:
        raise BadAnswer(interface, WhyBad.FORBIDDEN_XML)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        huge_tree=False,
    )
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise BadAnswer(interface, WhyBad.NOT_XML) from None


@dataclass(frozen=True, slots=True)
class Incoming:
    """An answer whose envelope was found right."""

    interface: str
    result_code: str
    result_message: str
    body: Mapping[str, str]
    attachment: etree._Element | None

    def records(self, tag: str = "Record") -> Iterator[etree._Element]:
        """Return the records; anything else between them is refused."""
        if self.attachment is None:
            return
        for element in self.attachment:
            if element.tag != tag:
                raise BadAnswer(self.interface, WhyBad.WRONG_SCHEMA, "Attachment")
            yield element


def open_answer(
    interface: str, body: bytes, *, message_id: str, sender: Sender, told: Fields | None = None
) -> Incoming:
    """
    Return an answer after checking that it is the one that was asked for.

    :param told: what its body must hold beside ResultCode and ResultMessage when it is granted.
    :raises BadAnswer: it is not of this profile, or not the answer to this message.
    :raises PlatformRefused: the platform refused the message as a whole.
    """
    root = parse(interface, body)
    names = [child.tag for child in root]
    if root.tag != "Message" or names not in (
        ["Header", "Body"],
        ["Header", "Body", "Attachment"],
    ):
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "Message")
    header = _texts(interface, root[0], dict.fromkeys(_HEADER_ITEMS, profile.WORDS))
    expected = {
        "MsgId": message_id,
        "MsgTypeId": f"{interface}_A01",
        "MsgMode": sender.mode.value,
        "SourceSystemID": profile.PLATFORM_CODE,
        "DestinationSystemID": sender.code,
    }
    for name, text in expected.items():
        if header[name] != text:
            raise BadAnswer(interface, WhyBad.WRONG_MESSAGE, name)
    granted = header["MsgResult"] == "0"
    if not granted and header["MsgResult"] != "1":
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "MsgResult")
    fields: dict[str, re.Pattern[str]] = {
        "ResultCode": profile.RESULT_CODE,
        "ResultMessage": profile.WORDS,
    }
    if granted:
        fields.update(told or {})
    said = _texts(interface, root[1], fields)
    if not granted and said["ResultCode"] != profile.NOT_MADE_YET:
        raise PlatformRefused(reason_of(said["ResultCode"], said["ResultMessage"]))
    return Incoming(
        interface,
        said["ResultCode"],
        said["ResultMessage"],
        said,
        root[2] if len(root) == 3 else None,  # noqa: PLR2004
    )


def row(interface: str, element: etree._Element, fields: Fields) -> dict[str, str]:
    """
    Return the texts of a record, each checked against its form.

    :raises BadAnswer: a child is missing, twice there, unknown, or not of its form.
    """
    return _texts(interface, element, fields)


def _texts(interface: str, element: etree._Element, fields: Fields) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in element:
        name = child.tag
        form = fields.get(name) if isinstance(name, str) else None
        if form is None or name in found or len(child):
            raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, str(element.tag))
        text = child.text or ""
        if not form.fullmatch(text):
            raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, name)
        found[name] = text
    if len(found) != len(fields):
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, str(element.tag))
    return found


def items_of(interface: str, element: etree._Element, *, nested: bool = False) -> Items:
    """
    Return items by name.

    :raises BadAnswer: an item without a name, twice, or a group within a group.
    """
    items: dict[str, str | Sequence[Mapping[str, str | None]] | None] = {}
    for child in element:
        name = child.get("Name") or ""
        if not name or name in items or not profile.WORDS.fullmatch(name):
            raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "Items")
        if child.tag == "Item" and not len(child):
            items[name] = None if child.get(NIL) == "true" else (child.text or "")
        elif child.tag == "Group" and not nested:
            rows = [items_of(interface, group_row, nested=True) for group_row in child]
            if any(group_row.tag != "Row" for group_row in child):
                raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "Group")
            items[name] = rows  # type: ignore[assignment]  # nested=True yields no groups
        else:
            raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "Items")
    return items


def reason_of(code: str, text: str) -> Reason:
    """Return a refusal in our terms; a code that is not in the profile is `OTHER` (要確認)."""
    return Reason(profile.REASON_CODES.get(code, ReasonCode.OTHER), text)


def moment(interface: str, text: str, where: str) -> datetime | None:
    """
    Return an aware time, None for an empty text.

    :raises BadAnswer: it is no time that exists, or bears no offset.
    """
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, where) from None
    # Without an offset it is nobody's time; at the ends of the calendar no time zone is reckoned.
    if at.tzinfo is None or not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, where)
    return at


def last_child(interface: str, record: etree._Element, tag: str) -> etree._Element:
    """
    Return the last child of a record, taken out of it.

    :raises BadAnswer: it is not there, or not the last.
    """
    found = record.find(tag)
    if found is None or record[-1] is not found:
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, tag)
    record.remove(found)
    return found


def known_moment(interface: str, text: str, where: str) -> datetime:
    """
    Return an aware time that must be told.

    :raises BadAnswer: it is empty or no time that exists.
    """
    at = moment(interface, text, where)
    if at is None:
        raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, where)
    return at
