"""Codes of organisations (機関コード), and numbers inside the platform's messages."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from sapporo_base.rules.check_digits import city_of_ward

SAPPORO = "0220101100201700"
_ORGANISATION = re.compile(r"\d{16}")
_INFORMATION = re.compile(r"TM\d{14}")
_TO_FULL = str.maketrans("0123456789", "０１２３４５６７８９")
_TO_HALF = str.maketrans("０１２３４５６７８９", "0123456789")
_NUMBER = re.compile(r"(?<![0-9０-９])(?:\d{15}|[０-９]{15})(?![0-9０-９])")
NAMES: Mapping[str, str] = {
    "9900000000000075": "日本年金機構",
    "9900000000000099": "デジタル庁",
    "9900000000000026": "北海道知事",
    "9900000000000087": "北海道知事",
    "9900000000000030": "社会福祉協議会",
    "9900000000000106": "独立行政法人日本学生支援機構",
    SAPPORO: "札幌市長",
}


@lru_cache(maxsize=4096)
def organisation_code(code: str) -> str:
    """
    Return the 機関コード (16 digits) of a municipality code (6 digits; a ward becomes its city) or
    of itself.

    :raises ValueError: it is neither.
    """
    if _ORGANISATION.fullmatch(code):
        return code
    return f"02201{city_of_ward(code)}01700"


def organisation_name(code: str, municipalities: Mapping[str, str]) -> str:
    """
    Return an organisation in words: a known body, or the mayor of a municipality, or its code.
    """
    if code in NAMES:
        return NAMES[code]
    name = municipalities.get(code[5:11], "")
    return f"{name}長" if name else code


def is_information_code(code: str) -> bool:
    """Say whether this is a 特定個人情報名コード (TM and 14 digits)."""
    return _INFORMATION.fullmatch(code) is not None


def numbers_within(text: str) -> set[str]:
    """Return what may be a 団体内統合宛名番号 in a text: fifteen digits by themselves, in half width."""
    return {found.translate(_TO_HALF) for found in _NUMBER.findall(text)}


def with_numbers_replaced(
    message: str, numbers: Mapping[str, str], *, kept: Collection[str] = ()
) -> str:
    """
    Return a message of the platform with each 団体内統合宛名番号 in it turned into the asker's own
    number.

    Its numbers stand in full width as a rule. One that is not in `numbers` is masked, unless it is
    `kept`: no system sees an integrated number that is not told to it.
    """

    def replaced(found: re.Match[str]) -> str:
        text = found.group()
        number = text.translate(_TO_HALF)
        if number in kept and number not in numbers:
            return text
        own = numbers.get(number, "*" * len(text))
        return own if text.isascii() else own.translate(_TO_FULL).replace("*", "＊")

    return _NUMBER.sub(replaced, message)
