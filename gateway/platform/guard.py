"""No 個人番号 leaves by this door: what goes out is searched for one before it is sent."""

from __future__ import annotations

import re
from typing import Final

from gateway.platform.failures import IndividualNumberOnTheWayOut

# Twelve digits, solid or in fours, half or full width, that stand by themselves.
_GAP: Final = r"[ \-‐‑–ー－　]"
_TWELVE_DIGITS: Final = re.compile(
    rf"(?<![0-9A-Za-z０-９])(?<![0-9０-９]{_GAP})"
    rf"(?:\d{{12}}|\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{4}})"
    rf"(?![0-9A-Za-z０-９])(?!{_GAP}\d)"
)
_WEIGHTS: Final = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def refuse_individual_numbers(interface: str, text: str) -> None:
    """
    Will pass silently if nothing in `text` reads as a 個人番号 (総務省令第85号第5条).

    :raises IndividualNumberOnTheWayOut: something does; neither it nor its place is told.
    """
    for match in _TWELVE_DIGITS.finditer(text):
        digits = [int(character) for character in match.group() if character.isdigit()]
        remainder = sum(d * w for d, w in zip(digits, _WEIGHTS, strict=False)) % 11
        if digits[11] == (0 if remainder <= 1 else 11 - remainder):
            # `from None` and no locals kept: the number must not ride along in a traceback.
            del digits, match
            raise IndividualNumberOnTheWayOut(interface)
