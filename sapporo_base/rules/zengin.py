"""Bank forms: the characters of 全銀 records, and ゆうちょ 記号番号 as a transfer account."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from sapporo_base.rules.characters import Loss, ShrinkRule, Shrunk, visible_characters
from sapporo_base.rules.kana import (
    enlarge_small_kana,
    join_voiced_marks,
    to_half_kana,
    to_katakana,
)

JAPAN_POST_BANK: Final = "9900"
ACCOUNT_LENGTH: Final = 7
# 全銀 allows ｱ to ﾝ without small ones, 濁点, 半濁点, capitals, digits and a few marks.
_ALLOWED: Final = re.compile(r"[ｱ-ﾝﾞﾟA-Z0-9()\-./¥, ]*\Z")
_LONG: Final = str.maketrans(dict.fromkeys("ーｰ－−‐―–—", "-") | {"\\": "¥", "￥": "¥"})
_WO: Final = str.maketrans("ヲ", "オ")


class NotZengin(ValueError):
    """The text holds a character that 全銀 records can't carry."""


def zengin_kana(text: str) -> str:
    """
    Return kana, letters and digits in the characters of 全銀 records.

    Full-width becomes half-width, small kana large, ー becomes -, ヲ becomes ｵ, letters capitals.

    :raises NotZengin: a character has no place there (kanji for one); it is not dropped in silence.
    """
    plain = unicodedata.normalize("NFKC", join_voiced_marks(text.translate(_LONG)))
    plain = enlarge_small_kana(to_katakana(plain)).translate(_WO).translate(_LONG)
    half = to_half_kana(plain).upper().replace("･", ".")
    if not _ALLOWED.match(half):
        raise NotZengin("全銀で使えない文字がある。")
    return half


def zengin_shrunk(text: str) -> Shrunk:
    """
    Return a text in the characters of 全銀 records, with a report of what can't be read back.

    Half width is another writing and no loss; ッ that becomes ﾂ, ヲ that becomes ｵ are. What has no place
    there (kanji) is reported as unmappable and stays as it is.
    """
    losses: list[Loss] = []
    written: list[str] = []
    for position, character in enumerate(visible_characters(join_voiced_marks(text))):
        try:
            half = zengin_kana(character)
        except NotZengin:
            losses.append(Loss(position, character, character, ShrinkRule.UNMAPPABLE))
            written.append(character)
            continue
        written.append(half)
        plain = to_katakana(unicodedata.normalize("NFKC", character)).upper()
        if half not in {to_half_kana(plain), plain.translate(_LONG)}:
            losses.append(Loss(position, character, half, ShrinkRule.BANK))
    return Shrunk("".join(written), tuple(losses))


def is_zengin(text: str) -> bool:
    """Tell whether the text can stand in a 全銀 record as it is."""
    return _ALLOWED.match(text) is not None


@dataclass(frozen=True)
class TransferAccount:
    """An account as a transfer names it: bank 4, branch 3, account 7 digits, 預金種目 1 普通."""

    bank_code: str
    branch_code: str
    account_type: str
    account_number: str


def transfer_account_of_post(symbol: str, number: str) -> TransferAccount:
    """
    Return the transfer account of a ゆうちょ 総合口座 (記号 1nnn0, 番号 up to 8 digits).

    店番 is the second and third digit of the 記号 and an 8; the 口座番号 is the 番号 without its
    last digit, seven digits wide.

    :raises ValueError: the 記号 is not one of a 総合口座, or the 番号 is not one of these.
    """
    symbol, number = (unicodedata.normalize("NFKC", part).strip() for part in (symbol, number))
    if not re.fullmatch(r"1[0-9]{3}0", symbol):
        raise ValueError("総合口座の記号は1で始まり0で終わる5桁。")
    if not re.fullmatch(r"[0-9]{2,8}", number) or number[-1] != "1":
        raise ValueError("総合口座の番号は末尾が1の8桁以内。")
    return TransferAccount(
        JAPAN_POST_BANK, symbol[1:3] + "8", "1", number[:-1].zfill(ACCOUNT_LENGTH)
    )


def post_number_of(account: TransferAccount) -> tuple[str, str]:
    """
    Return the part of the 記号 that a ゆうちょ transfer account still tells (1nn), and the 番号.

    The fourth digit of the 記号 is lost in the transfer form.

    :raises ValueError: it is not an account of a ゆうちょ 総合口座.
    """
    if account.bank_code != JAPAN_POST_BANK or not re.fullmatch(r"[0-9]{2}8", account.branch_code):
        raise ValueError("ゆうちょ銀行の総合口座ではない。")
    return "1" + account.branch_code[:2], account.account_number.lstrip("0") + "1"
