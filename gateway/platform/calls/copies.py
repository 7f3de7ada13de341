"""副本: IF_DBM_1* to IF_DBM_3*."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gateway.platform import copies, inquiries, profile
from gateway.platform.calls.speaking import Speaking
from gateway.platform.envelope import Outgoing
from gateway.platform.failures import CannotBeSent, PlatformRefused
from gateway.platform.messages import (
    Copy,
    CopyKey,
    CopySent,
    CopySummary,
    CopyUpload,
    HeldCopy,
    Outcome,
)


class CopyCalls(Speaking):
    """副本: IF_DBM_1* to IF_DBM_3*."""

    def register_copies(self, records: Sequence[Copy], *, correlation: str = "") -> CopyUpload:
        """Will send 副本 as a file (IF_DBM_20113), up to 50,000; see `fetch_copy_results`."""
        sent: dict[str, CopySent] = {}

        def put(message: Outgoing, copy: Copy) -> None:
            sent[copy.record_id] = copies.put_copy(message, copy)

        receipt = self._upload_copies(records, copies.REGISTER, put, correlation)
        return CopyUpload(receipt, sent)

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
        sent = copies.put_copy(message, copy)
        self._take_one(message, copy.record_id, correlation)
        return sent.digest

    def delete_copy(self, key: CopyKey, *, correlation: str = "") -> None:
        """
        Will have one 副本 deleted online (IF_DBM_10111).

        :raises PlatformRefused: with the reason of the record.
        """
        message = self._message("IF_DBM_10111")
        message.put(message.attachment, "SegmentOfRegistrationDelete", copies.DELETE)
        copies.put_copy_key(message, key)
        self._take_one(message, key.record_id, correlation)

    def _take_one(self, message: Outgoing, record_id: str, correlation: str) -> None:
        answer = self._ask(message, correlation)
        outcome = inquiries.read_outcome(message.interface, answer.records(), [record_id])
        if outcome.refused:
            raise PlatformRefused(outcome.refused[record_id], outcome.refused)

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
