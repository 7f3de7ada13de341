"""番号 and 符号: IF_FGU_*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.platform import codes, inquiries, profile
from gateway.platform.calls.speaking import RECEIPT, Speaking
from gateway.platform.failures import BadAnswer, WhyBad
from gateway.platform.messages import CodeRequestFile, CodeState, Outcome


class NumberCalls(Speaking):
    """番号 and 符号: IF_FGU_*."""

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

    def request_numbers_held(self, after: str, *, correlation: str = "") -> str:
        """
        Will ask for the next 10,000 numbers that the platform holds, in order, and how far their 符号 are.

        :param after: the last number of the file before; empty: from the first. The receipt is for
            `fetch_code_states`; a file of fewer is the last.
        """
        message = self._message("IF_FGU_20221")
        message.say("Kind", codes.HELD)
        message.say("After", after)
        return self._ask(message, correlation, RECEIPT).body["ReceiptNumber"]

    def _tell_numbers(self, kind: str, numbers: Sequence[str], correlation: str) -> Outcome:
        message = self._message("IF_FGU_20221")
        message.say("Kind", kind)
        return self._with_numbers(message, numbers, correlation)

    def _number_file(self, kind: str, numbers: Sequence[str], correlation: str) -> str:
        message = self._message("IF_FGU_20221")
        message.say("Kind", kind)
        self._at_most(message, numbers, profile.NUMBERS_AT_ONCE)
        codes.put_numbers(message, numbers)
        return self._ask(message, correlation, RECEIPT).body["ReceiptNumber"]
