"""Whether a text holds something that reads as a 個人番号 where none may be."""

import re
from collections.abc import Mapping
from typing import Any, Final

from sapporo_base.rules.check_digits import is_individual_number

# Twelve digits, solid or in fours, half or full width, that stand by themselves.
_GAP: Final = r"[ \-‐‑–ー－　]"
_TWELVE_DIGITS: Final = re.compile(
    rf"(?<![0-9A-Za-z０-９])(?<![0-9０-９]{_GAP})"
    rf"(?:\d{{12}}|\d{{4}}{_GAP}\d{{4}}{_GAP}\d{{4}})"
    rf"(?![0-9A-Za-z０-９])(?!{_GAP}\d)"
)
_CALLED_SO: Final = ("個人番号", "マイナンバー")
_DIGITS: Final = 12


def holds_individual_number(text: str) -> bool:
    """Say whether anything in a text reads as a 個人番号 (総務省令第85号第5条)."""
    return any(_reads_as_one(match.group()) for match in _TWELVE_DIGITS.finditer(text))


def is_stray(name: str, text: str) -> bool:
    """
    Say whether an item holds a 個人番号 where none may be: by its digits, or by its name.

    An item that is called one is refused with any twelve digits: a mistyped number is one too.
    """
    if holds_individual_number(text):
        return True
    is_called_one = any(word in name for word in _CALLED_SO)
    return is_called_one and sum(character.isdigit() for character in text) >= _DIGITS


def stray_items(items: Mapping[str, Any]) -> list[str]:
    """Return the names of the items that hold one; an item may be a list of further items."""
    found = []
    for name, value in items.items():
        if isinstance(value, list | tuple):
            found += [inner for row in value for inner in stray_items(row)]
        elif value is not None and is_stray(name, str(value)):
            found.append(name)
    return found


def _reads_as_one(found: str) -> bool:
    return is_individual_number("".join(str(int(c)) for c in found if c.isdigit()))
