"""情報提供: IF_TKY_*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from gateway.platform import provisions
from gateway.platform.calls.speaking import RECEIPT, Speaking
from gateway.platform.failures import BadAnswer, WhyBad
from gateway.platform.messages import (
    Answer,
    Items,
    Outcome,
    Provided,
    ProvisionAnswer,
    ProvisionContent,
    WaitingList,
    WaitingProvision,
)


class ProvisionCalls(Speaking):
    """情報提供: IF_TKY_*."""

    def waiting_provisions(self, *, correlation: str = "") -> WaitingList:
        """Return the inquiries of others that wait for staff (IF_TKY_11312), the first 100."""
        message = self._message("IF_TKY_11312")
        answer = self._ask(message, correlation, provisions.WAITING_BODY)
        waiting = provisions.read_waiting(message.interface, answer.records())
        return WaitingList(tuple(waiting), int(answer.body["Count"]))

    def request_waiting_file(self, *, correlation: str = "") -> str:
        """Will ask for the file of all who wait (IF_TKY_11321), and return its receipt."""
        message = self._message("IF_TKY_11321")
        return self._ask(message, correlation, RECEIPT).body["ReceiptNumber"]

    def fetch_waiting_file(
        self, receipt: str, *, correlation: str = ""
    ) -> list[WaitingProvision] | None:
        """Return all who wait (IF_TKY_11334), None while the file is not made."""
        file = self._fetch("IF_TKY_11334", receipt, correlation)
        return None if file is None else provisions.read_waiting(file.interface, file.records())

    def provision_content(self, provision_id: str, *, correlation: str = "") -> ProvisionContent:
        """Return 情報照会内容(提供側) (IF_TKY_11512)."""
        message = self._message("IF_TKY_11512")
        message.say("ProvisionID", provision_id)
        record = self._one(self._ask(message, correlation))
        content = provisions.read_content(message.interface, record)
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

    def upload_content_request(self, provision_ids: Sequence[str], *, correlation: str = "") -> str:
        """Will ask by file what others ask (IF_TKY_11523), and return the receipt."""
        return self._upload_provisions("IF_TKY_11523", provision_ids, correlation)

    def fetch_contents(
        self, receipt: str, *, correlation: str = ""
    ) -> list[ProvisionContent] | None:
        """Return what others ask (IF_TKY_11534), None while the file is not made."""
        file = self._fetch("IF_TKY_11534", receipt, correlation)
        if file is None:
            return None
        return [provisions.read_content(file.interface, record) for record in file.records()]

    def provided(self, provision_id: str, *, correlation: str = "") -> Provided:
        """Return our answer as the platform has it (情報提供内容, IF_TKY_11912)."""
        message = self._message("IF_TKY_11912")
        message.say("ProvisionID", provision_id)
        record = self._one(self._ask(message, correlation))
        found = provisions.read_provided(message.interface, record)
        if found.provision_id != provision_id:
            raise BadAnswer(message.interface, WhyBad.NOT_ASKED)
        return found

    def upload_provided_request(
        self, provision_ids: Sequence[str], *, correlation: str = ""
    ) -> str:
        """Will ask by file for our answers (IF_TKY_11923), and return the receipt."""
        return self._upload_provisions("IF_TKY_11923", provision_ids, correlation)

    def fetch_provided(self, receipt: str, *, correlation: str = "") -> list[Provided] | None:
        """Return our answers as the platform has them (IF_TKY_11934), None while not made."""
        file = self._fetch("IF_TKY_11934", receipt, correlation)
        if file is None:
            return None
        return [provisions.read_provided(file.interface, record) for record in file.records()]

    def upload_answers(self, answers: Sequence[Answer], *, correlation: str = "") -> str:
        """Will register what staff answer by file (IF_TKY_20323), and return the receipt."""
        return self._upload_records(
            "IF_TKY_20323", lambda message: provisions.put_answers(message, answers), correlation
        )

    def fetch_answer_results(self, receipt: str, *, correlation: str = "") -> Outcome | None:
        """Return which answers were taken (IF_TKY_20334), None while in work."""
        return self._fetch_outcome("IF_TKY_20334", receipt, correlation)

    def upload_permissions(self, provision_ids: Mapping[str, str], *, correlation: str = "") -> str:
        """Will permit by file that answers are sent (by レコード識別番号; IF_TKY_20523)."""
        return self._upload_records(
            "IF_TKY_20523",
            lambda message: provisions.put_permissions(message, provision_ids),
            correlation,
        )

    def fetch_permission_results(self, receipt: str, *, correlation: str = "") -> Outcome | None:
        """Return which answers are sent (IF_TKY_20534), None while in work."""
        return self._fetch_outcome("IF_TKY_20534", receipt, correlation)

    def _upload_provisions(
        self, interface: str, provision_ids: Sequence[str], correlation: str
    ) -> str:
        return self._upload_records(
            interface,
            lambda message: provisions.put_provision_ids(message, provision_ids),
            correlation,
        )
