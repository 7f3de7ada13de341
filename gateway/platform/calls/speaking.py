"""How any message is sent and its answer opened: what every group of interfaces stands on."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx
from lxml import etree

from gateway.platform import codes, files, inquiries, profile
from gateway.platform.envelope import Fields, Incoming, Outgoing, Sender, open_answer
from gateway.platform.failures import BadAnswer, CannotBeSent, WhyBad
from gateway.platform.guard import refuse_individual_numbers
from gateway.platform.interfaces import ONLINE, InUse, Kind, must_speak
from gateway.platform.line import XML, ZIP, Line
from gateway.platform.messages import Mode, Outcome, TlsSettings

T = TypeVar("T")
RECEIPT: Final[Fields] = {"ReceiptNumber": profile.RECEIPT}


@dataclass(frozen=True, slots=True)
class File:
    """A file from the platform: the parts that hold records, envelopes already checked."""

    interface: str
    parts: tuple[Incoming, ...]

    def records(self) -> Iterator[etree._Element]:
        for part in self.parts:
            yield from part.records()


class Speaking:
    """
    One line to the platform, and the ways to speak over it. Safe to share between threads.

    :param base_url: address of the platform, without `/if/`.
    :param sender_code: our 機関コード, 16 digits.
    :param unit_code: 依頼元部署コード, up to 20 characters.
    :param mode: production or test messages; a simulator refuses production ones.
    :param timeout: seconds for one whole exchange.
    :param tls: mutual TLS; plain HTTP is refused except towards the loopback interface.
    :param new_id: makes the MsgId of each message.
    :param in_use: says of an interface whether it is spoken just now.
    :param transport: instead of the network, in tests.
    """

    def __init__(
        self,
        base_url: str,
        *,
        sender_code: str,
        unit_code: str = "",
        mode: Mode = Mode.TEST,
        timeout: float = 30.0,
        tls: TlsSettings | None = None,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
        in_use: InUse = lambda _: True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._sender = Sender(sender_code, unit_code, mode)
        self._new_id = new_id
        self._in_use = in_use
        self._line = Line(
            base_url, sender_code=sender_code, timeout=timeout, tls=tls, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Will close the connections."""
        self._line.close()

    def _message(self, interface: str) -> Outgoing:
        return Outgoing(interface, self._new_id(), self._sender)

    def _ask(
        self,
        message: Outgoing,
        correlation: str,
        told: Fields | None = None,
        *,
        limit: int = profile.ONLINE_BYTES,
    ) -> Incoming:
        must_speak(message.interface, as_one_of=ONLINE, in_use=self._in_use)
        content = message.as_bytes()
        refuse_individual_numbers(message.interface, content.decode())
        if len(content) > profile.ONLINE_BYTES:
            raise CannotBeSent(message.interface, "size")
        answer = self._line.post(
            message.interface,
            content,
            kind=XML,
            correlation=correlation or self._new_id(),
            limit=limit,
        )
        if answer.kind != XML:
            raise BadAnswer(message.interface, WhyBad.WRONG_MESSAGE, "Content-Type")
        return self._opened(message.interface, answer.body, message.message_id, told)

    def _upload(
        self,
        interface: str,
        message_id: str,
        entries: Iterable[tuple[str, bytes]],
        correlation: str,
    ) -> str:
        must_speak(interface, as_one_of=frozenset({Kind.UPLOAD}), in_use=self._in_use)
        searched = []
        for name, content in entries:
            refuse_individual_numbers(interface, content.decode())
            searched.append((name, content))
        answer = self._line.post(
            interface,
            files.pack(interface, [*searched, *self._cover(interface, message_id, searched)]),
            kind=ZIP,
            correlation=correlation or self._new_id(),
            limit=profile.ONLINE_BYTES,
        )
        return self._opened(interface, answer.body, message_id, RECEIPT).body["ReceiptNumber"]

    def _cover(
        self, interface: str, message_id: str, entries: Sequence[tuple[str, bytes]]
    ) -> Iterator[tuple[str, bytes]]:
        """A file of bare records needs an envelope beside them."""
        if not any(name.endswith(".xml") for name, _ in entries):
            message = Outgoing(interface, message_id, self._sender)
            yield f"{interface[3:]}_001.xml", message.as_bytes()

    def _fetch(
        self, interface: str, receipt: str, correlation: str, told: Fields | None = None
    ) -> File | None:
        must_speak(interface, as_one_of=frozenset({Kind.DOWNLOAD}), in_use=self._in_use)
        message = self._message(interface)
        message.say("ReceiptNumber", receipt)
        answer = self._line.post(
            interface,
            message.as_bytes(),
            kind=XML,
            correlation=correlation or self._new_id(),
            limit=profile.FILE_BYTES,
        )
        if answer.kind == XML:
            opened = self._opened(interface, answer.body, message.message_id, None)
            if opened.result_code == profile.NOT_MADE_YET:
                return None
            raise BadAnswer(interface, WhyBad.WRONG_MESSAGE, "Content-Type")
        parts = tuple(
            self._opened(interface, content, message.message_id, told)
            for _, content in files.unpack(interface, answer.body)
        )
        if not parts:
            raise BadAnswer(interface, WhyBad.WRONG_SCHEMA, "zip directory")
        return File(interface, parts)

    def _opened(
        self, interface: str, body: bytes, message_id: str, told: Fields | None
    ) -> Incoming:
        return open_answer(interface, body, message_id=message_id, sender=self._sender, told=told)

    def _at_most(
        self, message: Outgoing, records: Sequence[T] | Mapping[str, T], most: int
    ) -> None:
        if not 0 < len(records) <= most:
            raise CannotBeSent(message.interface, "number of records")

    def _with_numbers(self, message: Outgoing, numbers: Sequence[str], correlation: str) -> Outcome:
        self._at_most(message, numbers, profile.NUMBERS_AT_ONCE)
        codes.put_numbers(message, numbers)
        answer = self._ask(message, correlation)
        return inquiries.read_outcome(
            message.interface, answer.records(), numbers, key="IntegratedAddressNumber"
        )

    def _fetch_outcome(self, interface: str, receipt: str, correlation: str) -> Outcome | None:
        file = self._fetch(interface, receipt, correlation)
        if file is None:
            return None
        return inquiries.read_outcome(interface, file.records(), None)

    def _about(
        self, interface: str, record_ids: Sequence[str], correlation: str
    ) -> tuple[Outgoing, Incoming]:
        message = self._message(interface)
        self._at_most(message, record_ids, profile.ONLINE_RECORDS)
        inquiries.put_record_ids(message, record_ids)
        return message, self._ask(message, correlation)

    def _upload_ids(self, interface: str, record_ids: Sequence[str], correlation: str) -> str:
        if not 0 < len(record_ids) <= profile.FILE_RECORDS:
            raise CannotBeSent(interface, "number of records")
        message = self._message(interface)
        inquiries.put_record_ids(message, record_ids)
        return self._upload_message(message, correlation)

    def _upload_message(self, message: Outgoing, correlation: str) -> str:
        entries = [(f"{message.interface[3:]}_001.xml", message.as_bytes())]
        return self._upload(message.interface, message.message_id, entries, correlation)

    def _upload_records(
        self, interface: str, put: Callable[[Outgoing], None], correlation: str
    ) -> str:
        """
        Will send a file of records in one entry, and return its receipt.

        :param put: appends the records.
        """
        message = self._message(interface)
        put(message)
        if not 0 < len(message.attachment) <= profile.FILE_RECORDS:
            raise CannotBeSent(interface, "number of records")
        return self._upload_message(message, correlation)

    def _one(self, answer: Incoming) -> etree._Element:
        """Return the one record of an answer that has one; the same said twice is one."""
        records = {etree.tostring(one, method="c14n"): one for one in answer.records()}
        if len(records) != 1:
            raise BadAnswer(answer.interface, WhyBad.WRONG_SCHEMA, "Attachment")
        return records.popitem()[1]
