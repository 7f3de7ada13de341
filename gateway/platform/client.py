"""
The platform as the gateway's tasks see it: typed calls, typed failures, no wire.

Every call may raise `PlatformClosed`, `PlatformUnreachable` (`PlatformBusy` is one),
`PlatformRefused` (the message as a whole), `BadAnswer`, `CannotBeSent` and
`IndividualNumberOnTheWayOut`. Every call takes `correlation`, the id that stands in the records of
both sides (one is made if it is empty).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx
from lxml import etree

from gateway.platform import codes, copies, files, inquiries, profile, provisions
from gateway.platform.envelope import Fields, Incoming, Outgoing, Sender, moment, open_answer
from gateway.platform.failures import (
    BadAnswer,
    CannotBeSent,
    PlatformRefused,
    WhyBad,
)
from gateway.platform.guard import refuse_individual_numbers
from gateway.platform.line import XML, ZIP, Line
from gateway.platform.messages import (
    CodeRequestFile,
    CodeState,
    Copy,
    CopyKey,
    CopySummary,
    CopyUpload,
    ExchangeRecord,
    Flag,
    Flags,
    HeldCopy,
    Inquiry,
    InquiryResult,
    InquiryStatus,
    Items,
    Mode,
    OperatingState,
    Outcome,
    ProvisionAnswer,
    ProvisionContent,
    TlsSettings,
    WaitingProvision,
)

__all__ = ["PlatformClient"]

T = TypeVar("T")
_RECEIPT: Final[Fields] = {"ReceiptNumber": profile.RECEIPT}
_FLAG_INTERFACES: Final = {
    Flag.NO_AUTOMATIC_ANSWER: "IF_DBM_50111",
    Flag.WITHHELD: "IF_DBM_80111",
}


@dataclass(frozen=True, slots=True)
class _File:
    """A file from the platform: the parts that hold records, envelopes already checked."""

    interface: str
    parts: tuple[Incoming, ...]

    def records(self) -> Iterator[etree._Element]:
        for part in self.parts:
            yield from part.records()


class PlatformClient:
    """
    The one door to the 中間サーバ・プラットフォーム. Safe to share between threads.

    :param base_url: address of the platform, without `/if/`.
    :param sender_code: our 機関コード, 16 digits.
    :param unit_code: 依頼元部署コード, up to 20 characters.
    :param mode: production or test messages; a simulator refuses production ones.
    :param timeout: seconds for one whole exchange.
    :param tls: mutual TLS; plain HTTP is refused except towards the loopback interface.
    :param new_id: makes the MsgId of each message.
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
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._sender = Sender(sender_code, unit_code, mode)
        self._new_id = new_id
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

    # ------------------------------------------------------------ 稼動状態

    def operating_state(self, *, correlation: str = "") -> OperatingState:
        """Return whether the platform is open (IF_SYM_20212); answered when it is closed too."""
        message = self._message("IF_SYM_20212")
        told = {
            "OperatingState": profile.OPERATING_STATE,
            "ClosesAt": profile.MOMENT,
            "ReopensAt": profile.MOMENT,
        }
        body = self._ask(message, correlation, told).body
        return OperatingState(
            is_open=body["OperatingState"] == "1",
            closes_at=moment(message.interface, body["ClosesAt"], "ClosesAt"),
            reopens_at=moment(message.interface, body["ReopensAt"], "ReopensAt"),
        )

    # ------------------------------------------------------------ 番号, 符号

    def register_numbers(self, numbers: Sequence[str], *, correlation: str = "") -> Outcome:
        """
        Will tell the platform that 団体内統合宛名番号 exist (IF_FGU_20221); twice changes nothing.

        :param numbers: up to 10,000.
        """
        return self._tell_numbers(codes.TELL, numbers, correlation)

    def delete_numbers(self, numbers: Sequence[str], *, correlation: str = "") -> Outcome:
        """Will tell the platform that 団体内統合宛名番号 are gone, their copies with them."""
        return self._tell_numbers(codes.TAKE_BACK, numbers, correlation)

    def request_code_file(self, numbers: Sequence[str], *, correlation: str = "") -> str:
        """Will ask for the 符号取得依頼ファイル of numbers, and return its receipt."""
        return self._number_file(codes.REQUESTS, numbers, correlation)

    def fetch_code_file(self, receipt: str, *, correlation: str = "") -> CodeRequestFile | None:
        """Return the 符号取得依頼ファイル (IF_FGU_20234), None while it is not made."""
        told = {"SealingKey": profile.BASE64}
        file = self._fetch("IF_FGU_20234", receipt, correlation, told)
        if file is None:
            return None
        keys = {part.body["SealingKey"] for part in file.parts}
        if len(keys) != 1:
            raise BadAnswer(file.interface, WhyBad.WRONG_SCHEMA, "SealingKey")
        return codes.read_request_file(file.interface, keys.pop(), file.records())

    def send_code_requests(self, sealed: Mapping[str, str], *, correlation: str = "") -> Outcome:
        """
        Will send 符号取得依頼 to the 住基ネット side (IF_FGU_20215).

        :param sealed: by 処理通番, what `sapporo_base.transport_sealing` made; up to 10,000.
        """
        message = self._message("IF_FGU_20215")
        self._at_most(message, sealed, profile.NUMBERS_AT_ONCE)
        codes.put_sealed(message, sealed)
        answer = self._ask(message, correlation)
        return inquiries.read_outcome(
            message.interface, answer.records(), sealed, key="ProcessSerialNumber"
        )

    def request_code_states(self, numbers: Sequence[str], *, correlation: str = "") -> str:
        """Will ask how far the 符号 of numbers are, and return the receipt of that file."""
        return self._number_file(codes.STATES, numbers, correlation)

    def fetch_code_states(self, receipt: str, *, correlation: str = "") -> list[CodeState] | None:
        """Return how far each 符号 is (IF_FGU_20234), None while the file is not made."""
        file = self._fetch("IF_FGU_20234", receipt, correlation, {"SealingKey": profile.BASE64})
        return None if file is None else codes.read_states(file.interface, file.records())

    def set_flag(
        self, flag: Flag, numbers: Sequence[str], *, on: bool, correlation: str = ""
    ) -> Outcome:
        """Will set or clear 自動応答不可 (IF_DBM_50111) or 不開示該当 (IF_DBM_80111) of numbers."""
        message = self._message(_FLAG_INTERFACES[flag])
        message.say("SettingType", "1" if on else "2")
        return self._with_numbers(message, numbers, correlation)

    def flags(self, numbers: Sequence[str], *, correlation: str = "") -> list[Flags]:
        """Return both flags of numbers that the platform knows (IF_DBM_90112)."""
        message = self._message("IF_DBM_90112")
        self._at_most(message, numbers, profile.NUMBERS_AT_ONCE)
        codes.put_numbers(message, numbers)
        return codes.read_flags(message.interface, self._ask(message, correlation).records())

    # ------------------------------------------------------------ 副本

    def register_copies(self, records: Sequence[Copy], *, correlation: str = "") -> CopyUpload:
        """Will send 副本 as a file (IF_DBM_20113), up to 50,000; see `fetch_copy_results`."""
        digests: dict[str, bytes] = {}

        def put(message: Outgoing, copy: Copy) -> None:
            digests[copy.record_id] = copies.put_copy(message, copy)

        receipt = self._upload_copies(records, copies.REGISTER, put, correlation)
        return CopyUpload(receipt, digests)

    def delete_copies(self, keys: Sequence[CopyKey], *, correlation: str = "") -> str:
        """Will have 副本 deleted (IF_DBM_20113), and return the receipt."""
        return self._upload_copies(keys, copies.DELETE, copies.put_copy_key, correlation)

    def fetch_copy_results(self, receipt: str, *, correlation: str = "") -> Outcome | None:
        """Return what became of the records of a file (IF_DBM_20314), None while in work."""
        return self._fetch_outcome("IF_DBM_20314", receipt, correlation)

    def register_copy(self, copy: Copy, *, correlation: str = "") -> bytes:
        """
        Will send one 副本 online (IF_DBM_10111), and return its digest.

        :raises PlatformRefused: with the reason of the record.
        """
        message = self._message("IF_DBM_10111")
        message.put(message.attachment, "SegmentOfRegistrationDelete", copies.REGISTER)
        digest = copies.put_copy(message, copy)
        answer = self._ask(message, correlation)
        outcome = inquiries.read_outcome(message.interface, answer.records(), [copy.record_id])
        if outcome.refused:
            raise PlatformRefused(outcome.refused[copy.record_id], outcome.refused)
        return digest

    def copy_summary(self, information_code: str, *, correlation: str = "") -> CopySummary:
        """Return count and digest of what the platform holds (IF_DBM_30112), in 100 buckets."""
        message = self._message("IF_DBM_30112")
        message.say("SpecificPersonalInformationCode", information_code)
        message.say("Bucket", "")
        answer = self._ask(message, correlation, copies.SUMMARY_BODY)
        return copies.read_summary(
            message.interface, information_code, answer.body, answer.records()
        )

    def copies_held(
        self, information_code: str, bucket: str, *, correlation: str = ""
    ) -> list[HeldCopy]:
        """Return what the platform holds in one bucket ("00" to "99"), without contents."""
        message = self._message("IF_DBM_30112")
        message.say("SpecificPersonalInformationCode", information_code)
        message.say("Bucket", bucket)
        answer = self._ask(message, correlation, copies.SUMMARY_BODY, limit=profile.FILE_BYTES)
        return copies.read_held(message.interface, answer.records())

    # ------------------------------------------------------------ 情報照会

    def register_inquiries(self, asked: Sequence[Inquiry], *, correlation: str = "") -> Outcome:
        """Will register inquiries online (IF_SKI_10111), up to 100."""
        message = self._message("IF_SKI_10111")
        self._at_most(message, asked, profile.ONLINE_RECORDS)
        inquiries.put_inquiries(message, asked, self._sender.code)
        answer = self._ask(message, correlation)
        return inquiries.read_outcome(
            message.interface, answer.records(), [i.record_id for i in asked]
        )

    def upload_inquiries(self, asked: Sequence[Inquiry], *, correlation: str = "") -> str:
        """Will register inquiries by file (IF_SKI_10123), up to 50,000; return the receipt."""
        interface = "IF_SKI_10123"
        if not 0 < len(asked) <= profile.FILE_RECORDS:
            raise CannotBeSent(interface, "number of records")
        entries = list(inquiries.inquiry_entries(interface, asked, self._sender.code))
        return self._upload(interface, self._new_id(), entries, correlation)

    def fetch_inquiry_registration(self, receipt: str, *, correlation: str = "") -> Outcome | None:
        """Return which inquiries of a file were taken (IF_SKI_10134), None while in work."""
        return self._fetch_outcome("IF_SKI_10134", receipt, correlation)

    def inquiry_states(
        self, record_ids: Sequence[str], *, correlation: str = ""
    ) -> list[InquiryStatus]:
        """Return where inquiries stand (IF_SKI_10712), up to 100, in the order asked."""
        message, answer = self._about("IF_SKI_10712", record_ids, correlation)
        return inquiries.read_statuses(message.interface, answer.records(), record_ids)

    def upload_state_request(self, record_ids: Sequence[str], *, correlation: str = "") -> str:
        """Will ask by file where inquiries stand (IF_SKI_10723), and return the receipt."""
        return self._upload_ids("IF_SKI_10723", record_ids, correlation)

    def fetch_states(self, receipt: str, *, correlation: str = "") -> list[InquiryStatus] | None:
        """Return where the inquiries of a request stand (IF_SKI_10734), None while in work."""
        file = self._fetch("IF_SKI_10734", receipt, correlation)
        if file is None:
            return None
        return inquiries.read_statuses(file.interface, file.records(), None)

    def inquiry_results(
        self, record_ids: Sequence[str], *, correlation: str = ""
    ) -> list[InquiryResult]:
        """Return results (IF_SKI_11112), up to 100, in the order asked."""
        message, answer = self._about("IF_SKI_11112", record_ids, correlation)
        return inquiries.read_results(message.interface, answer.records(), record_ids)

    def upload_result_request(self, record_ids: Sequence[str], *, correlation: str = "") -> str:
        """Will ask for results by file (IF_SKI_11123), and return the receipt."""
        return self._upload_ids("IF_SKI_11123", record_ids, correlation)

    def fetch_results(self, receipt: str, *, correlation: str = "") -> list[InquiryResult] | None:
        """Return the results of a request (IF_SKI_11134), None while in work."""
        file = self._fetch("IF_SKI_11134", receipt, correlation)
        if file is None:
            return None
        return inquiries.read_results(file.interface, file.records(), None)

    def cancel_inquiries(self, record_ids: Sequence[str], *, correlation: str = "") -> Outcome:
        """Will take inquiries back (取りやめ, IF_SKI_50111); `WRONG_STATE` if they are finished."""
        message, answer = self._about("IF_SKI_50111", record_ids, correlation)
        return inquiries.read_outcome(message.interface, answer.records(), record_ids)

    def cancellation_states(
        self, record_ids: Sequence[str], *, correlation: str = ""
    ) -> list[InquiryStatus]:
        """Return whether 取りやめ was in time (IF_SKI_50412)."""
        message, answer = self._about("IF_SKI_50412", record_ids, correlation)
        return inquiries.read_statuses(message.interface, answer.records(), record_ids)

    # ------------------------------------------------------------ 情報提供

    def waiting_provisions(self, *, correlation: str = "") -> list[WaitingProvision]:
        """Return the inquiries of others that wait for staff (IF_TKY_11312)."""
        message = self._message("IF_TKY_11312")
        answer = self._ask(message, correlation)
        return provisions.read_waiting(message.interface, answer.records())

    def provision_content(self, provision_id: str, *, correlation: str = "") -> ProvisionContent:
        """Return 情報照会内容(提供側) (IF_TKY_11512)."""
        message = self._message("IF_TKY_11512")
        message.say("ProvisionID", provision_id)
        records = list(self._ask(message, correlation).records())
        if len(records) != 1:
            raise BadAnswer(message.interface, WhyBad.WRONG_SCHEMA, "Attachment")
        content = provisions.read_content(message.interface, records[0])
        if content.provision_id != provision_id:
            raise BadAnswer(message.interface, WhyBad.NOT_ASKED)
        return content

    def register_answer(
        self,
        provision_id: str,
        answer: ProvisionAnswer,
        items: Items | None = None,
        *,
        correlation: str = "",
    ) -> None:
        """
        Will register what staff answer (IF_TKY_20311); it is not sent before it is permitted.

        :raises PlatformRefused: `UNKNOWN_RECORD`, or `WRONG_STATE` once it was sent.
        """
        message = self._message("IF_TKY_20311")
        message.say("ProvisionID", provision_id)
        message.say("AnswerType", provisions.ANSWER_TYPES[answer])
        message.put_items(etree.SubElement(message.attachment, "Items"), items or {})
        self._ask(message, correlation)

    def permit_sending(self, provision_id: str, *, correlation: str = "") -> None:
        """
        Will permit that a registered answer is sent (IF_TKY_20511).

        :raises PlatformRefused: `WRONG_STATE` without a registered answer.
        """
        message = self._message("IF_TKY_20511")
        message.say("ProvisionID", provision_id)
        self._ask(message, correlation)

    def request_exchange_records(self, after_sequence: int = 0, *, correlation: str = "") -> str:
        """Will ask for the 情報提供等記録 after a sequence number (IF_TKM_40113)."""
        interface = "IF_TKM_40113"
        message_id = self._new_id()
        message = Outgoing(interface, message_id, self._sender)
        message.say("AfterSequence", str(after_sequence))
        entries = [(f"{interface[3:]}_001.xml", message.as_bytes())]
        return self._upload(interface, message_id, entries, correlation)

    def fetch_exchange_records(
        self, receipt: str, *, correlation: str = ""
    ) -> list[ExchangeRecord] | None:
        """Return 情報提供等記録 in order (IF_TKM_40124), None while the file is not made."""
        file = self._fetch("IF_TKM_40124", receipt, correlation)
        if file is None:
            return None
        return provisions.read_exchange_records(file.interface, file.records())

    # ------------------------------------------------------------ inside

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
        return self._opened(interface, answer.body, message_id, _RECEIPT).body["ReceiptNumber"]

    def _cover(
        self, interface: str, message_id: str, entries: Sequence[tuple[str, bytes]]
    ) -> Iterator[tuple[str, bytes]]:
        """A file of bare records needs an envelope beside them."""
        if not any(name.endswith(".xml") for name, _ in entries):
            message = Outgoing(interface, message_id, self._sender)
            yield f"{interface[3:]}_001.xml", message.as_bytes()

    def _fetch(
        self, interface: str, receipt: str, correlation: str, told: Fields | None = None
    ) -> _File | None:
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
        return _File(interface, parts)

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

    def _tell_numbers(self, kind: str, numbers: Sequence[str], correlation: str) -> Outcome:
        message = self._message("IF_FGU_20221")
        message.say("Kind", kind)
        return self._with_numbers(message, numbers, correlation)

    def _number_file(self, kind: str, numbers: Sequence[str], correlation: str) -> str:
        message = self._message("IF_FGU_20221")
        message.say("Kind", kind)
        self._at_most(message, numbers, profile.NUMBERS_AT_ONCE)
        codes.put_numbers(message, numbers)
        return self._ask(message, correlation, _RECEIPT).body["ReceiptNumber"]

    def _upload_copies(
        self,
        records: Sequence[copies.T],
        segment: str,
        put: Callable[[Outgoing, copies.T], object],
        correlation: str,
    ) -> str:
        interface = "IF_DBM_20113"
        if not 0 < len(records) <= profile.FILE_RECORDS:
            raise CannotBeSent(interface, "number of records")
        message_id = self._new_id()
        entries = []
        for name, members in copies.parts(records):
            message = Outgoing(interface, message_id, self._sender)
            message.put(message.attachment, "SegmentOfRegistrationDelete", segment)
            for member in members:
                put(message, member)
            entries.append((f"DBM_20113_{name}.xml", message.without_attachment()))
            entries.append((f"DBM_20113_ATTACH_{name}.xml", message.attachment_alone()))
        return self._upload(interface, message_id, entries, correlation)

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
        message_id = self._new_id()
        message = Outgoing(interface, message_id, self._sender)
        inquiries.put_record_ids(message, record_ids)
        entries = [(f"{interface[3:]}_001.xml", message.as_bytes())]
        return self._upload(interface, message_id, entries, correlation)
