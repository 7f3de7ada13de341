"""Is this an account that money can be sent to: bank, branch, number, holder, ゆうちょ."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from sapporo_base.rules.zengin import (
    JAPAN_POST_BANK,
    NotZengin,
    transfer_account_of_post,
    zengin_kana,
)

_HOLDER_LENGTH: Final = 40
_DEPOSIT_TYPES: Final = frozenset("1249")


@dataclass(frozen=True, slots=True)
class Account:
    """An account in the terms of 全銀; `yucho_…` where it is one of ゆうちょ."""

    bank_code: str
    branch_code: str
    deposit_type: str
    account_number: str
    holder_kana: str
    yucho_symbol: str = ""
    yucho_number: str = ""


class BadAccount(ValueError):
    """The account can't be paid into; `item` is the wrong item, the message says why."""

    def __init__(self, item: str, reason: str) -> None:
        super().__init__(reason)
        self.item = item
        self.reason = reason


@cache
def bank_names() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Return kana of every bank and its branches by code (the public list, zengin-code)."""
    # Here and not above: the list takes most of a second, and few processes ever ask for it.
    from zengin_code import Bank  # noqa: PLC0415

    return {
        code: (bank.kana, {branch: one.kana for branch, one in bank.branches.items()})
        for code, bank in Bank.all.items()
    }


def checked(account: Account) -> Account:
    """
    Return the account as it is stored: kana of 全銀, ゆうちょ in its transfer form.

    :raises BadAccount: no such bank or branch, or a number or holder that no bank takes.
    """
    if account.yucho_symbol or account.yucho_number:
        try:
            post = transfer_account_of_post(account.yucho_symbol, account.yucho_number)
        except ValueError as error:
            raise BadAccount("yucho_symbol", str(error)) from None
        stated = (account.bank_code or JAPAN_POST_BANK, account.branch_code or post.branch_code)
        if stated != (JAPAN_POST_BANK, post.branch_code):
            raise BadAccount("branch_code", "ゆうちょの記号と店番が合わない。")
        if account.account_number not in {"", post.account_number}:
            raise BadAccount("account_number", "ゆうちょの番号と口座番号が合わない。")
        account = replace(
            account,
            bank_code=JAPAN_POST_BANK,
            branch_code=post.branch_code,
            deposit_type=post.account_type,
            account_number=post.account_number,
        )
    bank = bank_names().get(account.bank_code)
    if bank is None:
        raise BadAccount("bank_code", "金融機関コードが存在しない。")
    if account.branch_code not in bank[1]:
        raise BadAccount("branch_code", "支店コードが存在しない。")
    if account.deposit_type not in _DEPOSIT_TYPES:
        raise BadAccount("deposit_type", "預金種目が正しくない。")
    number = account.account_number
    if len(number) != 7 or not (number.isascii() and number.isdigit()):  # noqa: PLR2004
        raise BadAccount("account_number", "口座番号は半角数字7桁でなければならない。")
    try:
        holder = zengin_kana(account.holder_kana).strip()
    except NotZengin as error:
        raise BadAccount("holder_kana", str(error)) from None
    if not holder or len(holder) > _HOLDER_LENGTH:
        raise BadAccount("holder_kana", "口座名義カナがない、または長すぎる。")
    return replace(account, holder_kana=holder)
