"""情報照会: IF_SKI_*."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.platform import inquiries, profile
from gateway.platform.calls.speaking import Speaking
from gateway.platform.failures import CannotBeSent
from gateway.platform.messages import (
    Inquiry,
    InquiryResult,
    InquiryStatus,
    Outcome,
    RegisteredInquiry,
)


class InquiryCalls(Speaking):
    """情報照会: IF_SKI_*."""

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

    def upload_cancellations(self, record_ids: Sequence[str], *, correlation: str = "") -> str:
        """Will take inquiries back by file (IF_SKI_50123), and return the receipt."""
        return self._upload_ids("IF_SKI_50123", record_ids, correlation)

    def fetch_cancellations(self, receipt: str, *, correlation: str = "") -> Outcome | None:
        """Return which inquiries of a file were taken back (IF_SKI_50134), None while in work."""
        return self._fetch_outcome("IF_SKI_50134", receipt, correlation)

    def upload_cancellation_state_request(
        self, record_ids: Sequence[str], *, correlation: str = ""
    ) -> str:
        """Will ask by file whether 取りやめ was in time (IF_SKI_50423); return the receipt."""
        return self._upload_ids("IF_SKI_50423", record_ids, correlation)

    def fetch_cancellation_states(
        self, receipt: str, *, correlation: str = ""
    ) -> list[InquiryStatus] | None:
        """Return whether 取りやめ was in time (IF_SKI_50434), None while in work."""
        file = self._fetch("IF_SKI_50434", receipt, correlation)
        if file is None:
            return None
        return inquiries.read_statuses(file.interface, file.records(), None)

    def registered_inquiries(
        self, record_ids: Sequence[str], *, correlation: str = ""
    ) -> list[RegisteredInquiry]:
        """Return inquiries as the platform holds them (IF_SKI_10912), up to 100."""
        message, answer = self._about("IF_SKI_10912", record_ids, correlation)
        return inquiries.read_registered(message.interface, answer.records(), record_ids)

    def upload_registered_request(self, record_ids: Sequence[str], *, correlation: str = "") -> str:
        """Will ask by file what the platform holds (IF_SKI_10923), and return the receipt."""
        return self._upload_ids("IF_SKI_10923", record_ids, correlation)

    def fetch_registered(
        self, receipt: str, *, correlation: str = ""
    ) -> list[RegisteredInquiry] | None:
        """Return inquiries as the platform holds them (IF_SKI_10934), None while in work."""
        file = self._fetch("IF_SKI_10934", receipt, correlation)
        if file is None:
            return None
        return inquiries.read_registered(file.interface, file.records(), None)

    def as_sent(self, inquiry: Inquiry) -> dict[str, str]:
        """Return the 18 items of an inquiry as they are sent, to compare with what is held."""
        texts = inquiries.texts_of(inquiry, self._sender.code)
        texts.pop("RecordIdentificationNumber")
        return texts
