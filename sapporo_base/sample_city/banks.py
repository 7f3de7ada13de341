"""Accounts at real banks and branches (from the public list, PyPI `zengin-code`), with invented numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import zengin_code

YUCHO: Final = "9900"
_SHARES: Final = {
    "0501": 0.36, "0116": 0.14, YUCHO: 0.2, "1001": 0.06, "2951": 0.03, "3133": 0.02, "2013": 0.02, "0001": 0.03,
    "0005": 0.04, "0009": 0.04, "0036": 0.03, "0033": 0.02, "0038": 0.01,
}  # fmt: skip
"""About how the people of the city bank: 北洋, 北海道, ゆうちょ first."""


@dataclass(frozen=True)
class Account:
    """An account in the terms of 全銀; for ゆうちょ also 記号 and 番号."""

    bank_code: str
    branch_code: str
    account_number: str
    yucho_symbol: str = ""
    yucho_number: str = ""
    deposit_type: str = "1"

    def items(self, holder_kana: str) -> dict[str, str]:
        """Return the items as the layouts name them."""
        return {
            "bank_code": self.bank_code, "branch_code": self.branch_code, "deposit_type": self.deposit_type,
            "account_number": self.account_number, "yucho_symbol": self.yucho_symbol,
            "yucho_number": self.yucho_number, "holder_kana": holder_kana[:40],
        }  # fmt: skip


@cache
def _branches() -> tuple[list[str], list[list[str]]]:
    banks: dict[str, Any] = zengin_code.Bank.all
    codes = [code for code in _SHARES if code in banks]
    return codes, [
        sorted(branch for branch in banks[code].branches if _suits(code, branch)) for code in codes
    ]


def _suits(bank: str, branch: str) -> bool:
    """Say whether a branch can hold the account; at ゆうちょ those of a 総合口座 end in 8, Hokkaido's begin with 9."""
    return bank != YUCHO or (branch.startswith("9") and branch.endswith("8"))


def accounts(rng: np.random.Generator, count: int) -> list[Account]:
    """Draw accounts; a ゆうちょ account has the transfer form that its 記号 and 番号 give."""
    codes, branches = _branches()
    shares = np.cumsum([_SHARES[code] for code in codes])
    banks = np.searchsorted(shares, rng.random(count) * shares[-1], side="right").tolist()
    found = []
    for bank, dice in zip(
        banks, rng.integers(0, 10_000_000, size=(count, 2)).tolist(), strict=True
    ):
        branch = branches[bank][dice[0] % len(branches[bank])]
        number = f"{dice[1]:07d}"
        if codes[bank] == YUCHO:
            symbol = f"1{branch[:2]}{dice[0] // 1000 % 10}0"
            found.append(Account(YUCHO, branch, number, symbol, f"{number}1"))
        else:
            found.append(Account(codes[bank], branch, number))
    return found
