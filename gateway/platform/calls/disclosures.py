"""自己情報提供: IF_JTK_*."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.platform import disclosures
from gateway.platform.calls.speaking import RECEIPT, Speaking
from gateway.platform.messages import DisclosedContent, Disclosure


class DisclosureCalls(Speaking):
    """自己情報提供: IF_JTK_*."""

    def disclosures(self, after_sequence: int = 0, *, correlation: str = "") -> list[Disclosure]:
        """Return 自己情報提供状況 after a sequence number (IF_JTK_10112), the next 100."""
        message = self._message("IF_JTK_10112")
        message.say("AfterSequence", str(after_sequence))
        answer = self._ask(message, correlation)
        return disclosures.read_states(message.interface, answer.records())

    def request_disclosure_file(self, after_sequence: int = 0, *, correlation: str = "") -> str:
        """Will have a file of 自己情報提供状況 made (IF_JTK_10121), and return its receipt."""
        message = self._message("IF_JTK_10121")
        message.say("AfterSequence", str(after_sequence))
        return self._ask(message, correlation, RECEIPT).body["ReceiptNumber"]

    def fetch_disclosures(self, receipt: str, *, correlation: str = "") -> list[Disclosure] | None:
        """Return the file of 自己情報提供状況 (IF_JTK_10134), None while it is not made."""
        file = self._fetch("IF_JTK_10134", receipt, correlation)
        return None if file is None else disclosures.read_states(file.interface, file.records())

    def disclosed_contents(
        self, disclosure_ids: Sequence[str], *, correlation: str = ""
    ) -> list[DisclosedContent]:
        """Return what was shown to people (IF_JTK_10212), up to 100."""
        message, answer = self._about("IF_JTK_10212", disclosure_ids, correlation)
        return disclosures.read_contents(message.interface, answer.records(), disclosure_ids)

    def upload_disclosed_request(
        self, disclosure_ids: Sequence[str], *, correlation: str = ""
    ) -> str:
        """Will ask by file what was shown (IF_JTK_10223), and return the receipt."""
        return self._upload_ids("IF_JTK_10223", disclosure_ids, correlation)

    def fetch_disclosed_contents(
        self, receipt: str, *, correlation: str = ""
    ) -> list[DisclosedContent] | None:
        """Return what was shown to people (IF_JTK_10234), None while the file is not made."""
        file = self._fetch("IF_JTK_10234", receipt, correlation)
        if file is None:
            return None
        return disclosures.read_contents(file.interface, file.records(), None)
