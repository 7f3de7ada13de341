"""情報提供: IF_TKY_*."""

from __future__ import annotations

from lxml import etree

from gateway.platform import provisions
from gateway.platform.calls.speaking import Speaking
from gateway.platform.failures import BadAnswer, WhyBad
from gateway.platform.messages import Items, ProvisionAnswer, ProvisionContent, WaitingProvision


class ProvisionCalls(Speaking):
    """情報提供: IF_TKY_*."""

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
