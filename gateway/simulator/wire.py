"""The platform's reading and writing of messages and files, written apart from the city's."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from gateway.simulator import masters

ONLINE_BYTES: Final = 4 * 1024 * 1024
FILE_BYTES: Final = 64 * 1024 * 1024
UNPACKED_BYTES: Final = 512 * 1024 * 1024
ENTRY_RECORDS: Final = 5_000
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"


class Refused(Exception):
    """The message as a whole is refused with a code of the master table."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = masters.message(code, about)


@dataclass(frozen=True, slots=True)
class Request:
    """A message of the city, its envelope read."""

    interface: str
    message_id: str
    sender: str
    mode: str
    body: Mapping[str, str]
    records: Sequence[Mapping[str, str]]
    numbers: Sequence[str]
    attachment: etree._Element | None = None

    def said(self, name: str) -> str:
        """
        Return an item of the body.

        :raises Refused: it is not there.
        """
        if name not in self.body:
            raise Refused("CMN0005", name)
        return self.body[name]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: items of the body, and records already in XML."""

    body: Mapping[str, str]
    records: Sequence[str] = ()
    code: str = ""
    as_file: bool = False


# ---------------------------------------------------------------- in


def parse(content: bytes) -> etree._Element:
    """
    Return the root of a message.

    :raises Refused: it is not XML, or has a DTD.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Refused("CMN0010")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise Refused("CMN0010") from None


def read_request(interface: str, content: bytes) -> Request:
    """
    Return a message of the city.

    :raises Refused: it is not an envelope for this interface.
    """
    root = parse(content)
    if root.tag != "Message" or root.findtext("Header/MsgTypeId") != f"{interface}_R01":
        raise Refused("CMN0010")
    attachment = root.find("Attachment")
    return Request(
        interface=interface,
        message_id=root.findtext("Header/MsgId") or "",
        sender=root.findtext("Header/SourceSystemID") or "",
        mode=root.findtext("Header/MsgMode") or "",
        body={child.tag: child.text or "" for child in root.iterfind("Body/*")},
        records=records_of(attachment),
        numbers=[
            child.text or ""
            for child in (attachment if attachment is not None else ())
            if child.tag == "IntegratedAddressNumber"
        ],
        attachment=attachment,
    )


def records_of(attachment: etree._Element | None) -> list[dict[str, str]]:
    """Return the records of an attachment, each as texts by name."""
    if attachment is None:
        return []
    return [
        {child.tag: child.text or "" for child in record}
        for record in attachment.iterfind("Record")
    ]


def unpack(content: bytes) -> dict[str, bytes]:
    """
    Return the entries of a file.

    :raises Refused: it is no zip, or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_BYTES:
                raise Refused("CMN0006")
            return {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise Refused("CMN0010") from None


# ---------------------------------------------------------------- out


def record(texts: Mapping[str, str], more: str = "") -> str:
    """Return a record in XML."""
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts.items())
    return f"<Record>{inner}{more}</Record>"


def items(values: Mapping[str, Any]) -> str:
    """Return items by name in XML; None is nil, a list of mappings a repeating group."""
    return f"<Items>{_items(values)}</Items>"


def names(values: Iterable[str]) -> str:
    """Return names of items in XML, without contents."""
    return "<Items>" + "".join(f"<Name>{escape(name)}</Name>" for name in values) + "</Items>"


def envelope(
    request: Request, reply: Reply, records: Sequence[str] | None = None, *, granted: bool = True
) -> bytes:
    """Return an answer to a message."""
    body = {
        "ResultCode": reply.code,
        "ResultMessage": masters.message(reply.code),
        **reply.body,
    }
    told = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in body.items())
    shown = reply.records if records is None else records
    return (
        f'{_DECLARATION}<Message xmlns:xsi="{_XSI}"><Header>'
        f"<MsgId>{escape(request.message_id)}</MsgId>"
        f"<MsgTypeId>{request.interface}_A01</MsgTypeId>"
        f"<MsgMode>{escape(request.mode)}</MsgMode>"
        f"<SourceSystemID>{masters.PLATFORM}</SourceSystemID>"
        f"<DestinationSystemID>{escape(request.sender)}</DestinationSystemID>"
        f"<MsgResult>{'0' if granted else '1'}</MsgResult></Header>"
        f"<Body>{told}</Body>"
        f"<Attachment>{''.join(shown)}</Attachment></Message>"
    ).encode()


def file(request: Request, reply: Reply) -> bytes:
    """Return an answer as a zip, its records spread over entries."""
    target = io.BytesIO()
    starts = range(0, max(len(reply.records), 1), ENTRY_RECORDS)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part, start in enumerate(starts, start=1):
            name = f"{request.interface[3:]}_{part:03d}.xml"
            some = reply.records[start : start + ENTRY_RECORDS]
            archive.writestr(name, envelope(request, reply, some))
    return target.getvalue()


def refusal(request: Request, refused: Refused) -> bytes:
    """Return the answer that refuses a message as a whole."""
    body = {"ResultMessage": refused.text}
    return envelope(request, Reply(body, code=refused.code), granted=False)


def _items(values: Mapping[str, Any]) -> str:
    parts = []
    for name, value in values.items():
        called = quoteattr(name)
        if value is None:
            parts.append(f'<Item Name={called} xsi:nil="true"/>')
        elif isinstance(value, list):
            rows = "".join(f"<Row>{_items(row)}</Row>" for row in value)
            parts.append(f"<Group Name={called}>{rows}</Group>")
        else:
            parts.append(f"<Item Name={called}>{escape(str(value))}</Item>")
    return "".join(parts)


def read_items(element: etree._Element | None) -> dict[str, Any]:
    """Return items by name, as `items` writes them."""
    found: dict[str, Any] = {}
    for child in element if element is not None else ():
        name = child.get("Name") or ""
        if child.tag == "Group":
            found[name] = [read_items(row) for row in child]
        else:
            nil = child.get(f"{{{_XSI}}}nil") == "true"
            found[name] = None if nil else (child.text or "")
    return found


def items_of_copy(data: str) -> dict[str, Any]:
    """Return the items of a 副本データ by name; elements with children are repeating groups."""
    found: dict[str, Any] = {}
    for name, value in _elements(parse(data.encode())):
        if isinstance(value, dict):
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found


def _elements(parent: etree._Element) -> Iterator[tuple[str, Any]]:
    for child in parent:
        if len(child) or child.get("Version") is not None:
            yield str(child.tag), dict(_elements(child))
        else:
            nil = child.get(f"{{{_XSI}}}nil") == "true"
            yield str(child.tag), None if nil else (child.text or "")
