"""What the platform holds and has told, and the end of a publication: IF_DBM_30212 to 90332."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gateway.platform import flags, holdings
from gateway.platform.calls.speaking import RECEIPT, Speaking
from gateway.platform.failures import BadAnswer, WhyBad
from gateway.platform.messages import (
    CopyDetail,
    CopyKey,
    CopySearch,
    PublicationEndResult,
    Recipient,
)


class HoldingCalls(Speaking):
    """What the platform holds and has told, and the end of a publication: IF_DBM_30212 to 90332."""

    def copy_detail(self, key: CopyKey, *, correlation: str = "") -> CopyDetail | None:
        """Return one 副本 with its content (IF_DBM_30212), None where it is not held."""
        message = self._message("IF_DBM_30212")
        message.say("IntegratedAddressNumber", key.integrated_number)
        message.say("SpecificPersonalInformationCode", key.information_code)
        message.say("DataSetIdentificationItemCode", key.dataset)
        message.say("DataSetRecordKey", key.key)
        message.say("SPIMajorVersion", key.layout_version)
        records = list(self._ask(message, correlation).records())
        if len(records) > 1:
            raise BadAnswer(message.interface, WhyBad.WRONG_SCHEMA, "Attachment")
        return holdings.read_detail(message.interface, records[0]) if records else None

    def search_copies(
        self, number: str, information_code: str, *, as_of: date, correlation: str = ""
    ) -> CopySearch:
        """Return what the platform would answer to an inquiry of that day (IF_DBM_30312)."""
        message = self._message("IF_DBM_30312")
        message.say("IntegratedAddressNumber", number)
        message.say("SpecificPersonalInformationCode", information_code)
        message.say("InquiryDate", as_of.isoformat())
        answer = self._ask(message, correlation, holdings.SEARCH_BODY)
        return holdings.read_search(message.interface, answer.body, self._one(answer))

    def recipients(
        self, number: str, information_code: str, *, correlation: str = ""
    ) -> list[Recipient]:
        """Return who was told of one 特定個人情報 of somebody (IF_DBM_60412)."""
        message = self._message("IF_DBM_60412")
        flags.put_people(message, [(number, information_code)])
        answer = self._ask(message, correlation)
        return holdings.read_recipients(message.interface, answer.records())

    def upload_recipients_request(
        self, people: Sequence[tuple[str, str]], *, correlation: str = ""
    ) -> str:
        """Will ask by file who was told of many (number, 特定個人情報; IF_DBM_60423); return the receipt."""
        return self._upload_records(
            "IF_DBM_60423", lambda message: flags.put_people(message, people), correlation
        )

    def fetch_recipients(self, receipt: str, *, correlation: str = "") -> list[Recipient] | None:
        """Return who was told (IF_DBM_60434), None while the file is not made."""
        file = self._fetch("IF_DBM_60434", receipt, correlation)
        return None if file is None else holdings.read_recipients(file.interface, file.records())

    def end_publication(
        self,
        record_id: str,
        information_code: str,
        layout_version: str,
        *,
        ends_on: date,
        correlation: str = "",
    ) -> str:
        """
        Will have all copies of a version end on a day (IF_DBM_90311), and return the receipt.

        :raises PlatformRefused: `DUPLICATE_RECORD`: it was registered before.
        """
        message = self._message("IF_DBM_90311")
        message.say("RecordIdentificationNumber", record_id)
        message.say("SpecificPersonalInformationCode", information_code)
        message.say("SPIMajorVersion", layout_version)
        message.say("PublishedEndDate", ends_on.isoformat())
        return self._ask(message, correlation, RECEIPT).body["ReceiptNumber"]

    def undo_publication_end(self, receipt: str, *, correlation: str = "") -> None:
        """
        Will take a 公開終了日一括設定 back (IF_DBM_90321).

        :raises PlatformRefused: `WRONG_STATE` once it was carried out.
        """
        message = self._message("IF_DBM_90321")
        message.say("ReceiptNumber", receipt)
        self._ask(message, correlation)

    def publication_end_result(
        self, receipt: str, *, correlation: str = ""
    ) -> PublicationEndResult:
        """Return what became of a 公開終了日一括設定 (IF_DBM_90332)."""
        message = self._message("IF_DBM_90332")
        message.say("ReceiptNumber", receipt)
        answer = self._ask(message, correlation, holdings.END_BODY)
        return holdings.read_end(answer.body)
