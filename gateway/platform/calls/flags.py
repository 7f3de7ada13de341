"""自動応答不可フラグ and 不開示該当フラグ: IF_DBM_4* to IF_DBM_9*."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.platform import codes, flags, profile
from gateway.platform.calls.speaking import Speaking
from gateway.platform.messages import Flag, Flags, Outcome

_FLAG_INTERFACES: Final = {
    Flag.NO_AUTOMATIC_ANSWER: "IF_DBM_50111",
    Flag.WITHHELD: "IF_DBM_80111",
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
