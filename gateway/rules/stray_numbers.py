"""Whether a text holds something that reads as a 個人番号 where none may be."""

import re
from typing import Final

from sapporo_base.rules.check_digits import is_individual_number

# Twelve digits, solid or in fours, half or full width, that stand by themselves.
_GAP: Final = r"[ \-‐‑–ー－　]"
_TWELVE_DIGITS: Final = re.compile(
    rf"(?<![0-9A-Za-z０-９])(?<![0-9０-９]{_GAP})"
    rf"(?:\d{{12}}|\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{4}})"
    rf"(?![0-9A-Za-z０-９])(?!{_GAP}\d)"
)


def holds_individual_number(text: str) -> bool:
    """Say whether anything in a text reads as a 個人番号 (総務省令第85号第5条)."""
    return any(_reads_as_one(match.group()) for match in _TWELVE_DIGITS.finditer(text))


def _reads_as_one(found: str) -> bool:
    return is_individual_number("".join(str(int(c)) for c in found if c.isdigit()))
