"""自動応答不可フラグ and 不開示該当フラグ: IF_DBM_4* to IF_DBM_9*."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.platform import codes, flags, inquiries, profile
from gateway.platform.calls.speaking import Speaking
from gateway.platform.messages import Flag, Flags, FlagSetting, InformationFlag, Outcome

_FLAG_INTERFACES: Final = {
    Flag.NO_AUTOMATIC_ANSWER: "IF_DBM_50111",
    Flag.WITHHELD: "IF_DBM_80111",
}

_ONLINE: Final = {
    Flag.NO_AUTOMATIC_ANSWER: "IF_DBM_40111",
    Flag.WITHHELD: "IF_DBM_70111",
}
_FILES: Final = {
    (Flag.NO_AUTOMATIC_ANSWER, False): ("IF_DBM_50123", "IF_DBM_50134"),
    (Flag.WITHHELD, False): ("IF_DBM_80123", "IF_DBM_80134"),
    (Flag.NO_AUTOMATIC_ANSWER, True): ("IF_DBM_40123", "IF_DBM_40134"),
    (Flag.WITHHELD, True): ("IF_DBM_70123", "IF_DBM_70134"),
}


class FlagCalls(Speaking):
    """自動応答不可フラグ and 不開示該当フラグ: IF_DBM_4* to IF_DBM_9*."""

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
        return flags.read_flags(message.interface, self._ask(message, correlation).records())

    def set_information_flags(
        self, flag: Flag, settings: Sequence[FlagSetting], *, correlation: str = ""
    ) -> Outcome:
        """Will set or clear a flag of 特定個人情報 (IF_DBM_40111, 70111), up to 100."""
        message = self._message(_ONLINE[flag])
        self._at_most(message, settings, profile.ONLINE_RECORDS)
        flags.put_settings(message, settings)
        answer = self._ask(message, correlation)
        asked = [one.record_id for one in settings]
        return inquiries.read_outcome(message.interface, answer.records(), asked)

    def upload_flags(
        self,
        flag: Flag,
        settings: Sequence[FlagSetting],
        *,
        by_information: bool,
        correlation: str = "",
    ) -> str:
        """
        Will set or clear a flag by file, and return the receipt.

        IF_DBM_50123, 80123 of numbers; `by_information`: IF_DBM_40123, 70123 of 特定個人情報.
        """
        interface, _ = _FILES[flag, by_information]
        return self._upload_records(
            interface, lambda message: flags.put_settings(message, settings), correlation
        )

    def fetch_flag_results(
        self, flag: Flag, receipt: str, *, by_information: bool, correlation: str = ""
    ) -> Outcome | None:
        """Return what became of a file of flags (…134), None while in work."""
        _, interface = _FILES[flag, by_information]
        return self._fetch_outcome(interface, receipt, correlation)

    def information_flags(
        self, people: Sequence[tuple[str, str]], *, correlation: str = ""
    ) -> list[InformationFlag]:
        """Return 自動応答不可 of 特定個人情報 (number, code; IF_DBM_90212), up to 100."""
        message = self._message("IF_DBM_90212")
        self._at_most(message, people, profile.ONLINE_RECORDS)
        flags.put_people(message, people)
        answer = self._ask(message, correlation)
        return flags.read_information_flags(message.interface, answer.records())

    def upload_flag_request(self, numbers: Sequence[str], *, correlation: str = "") -> str:
        """Will ask by file how the flags of numbers are (IF_DBM_90123), and return the receipt."""
        return self._upload_records(
            "IF_DBM_90123", lambda message: codes.put_numbers(message, numbers), correlation
        )

    def fetch_flags(self, receipt: str, *, correlation: str = "") -> list[Flags] | None:
        """Return both flags of each number (IF_DBM_90134), None while the file is not made."""
        file = self._fetch("IF_DBM_90134", receipt, correlation)
        return None if file is None else flags.read_flags(file.interface, file.records())
