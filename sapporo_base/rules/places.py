"""Places as they are compared: 北六条西六丁目 and 北6条西6- are one."""

import re
import unicodedata
from typing import Final

_NUMERALS: Final = {mark: value for value, mark in enumerate("〇一二三四五六七八九")}
_NUMERAL_RUN: Final = re.compile("[一二三四五六七八九十]+")
_LINKS: Final = re.compile(r"丁目|番地|[番号]|(?<=[\d目地番号])[のノー]|[‐‑‒–—―−]")


def place_key(text: str) -> str:
    """
    Return the key by which a 町字 or 番地号表記 is compared: 北六条西六丁目 and 北6条西6- are one.

    Widths are equals, so are 漢数字 and digits; 丁目, 番地, 番, 号, の and dashes are hyphens.
    """
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    plain = _NUMERAL_RUN.sub(lambda found: _as_digits(found[0]), plain)
    return re.sub("-+", "-", _LINKS.sub("-", plain))


def _as_digits(numerals: str) -> str:
    tens, ten, ones = numerals.rpartition("十")
    if not ten:
        return "".join(str(_NUMERALS[mark]) for mark in numerals)
    if len(tens) > 1 or len(ones) > 1:
        return numerals
    return str(10 * _NUMERALS.get(tens, 1) + _NUMERALS.get(ones, 0))
