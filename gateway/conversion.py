"""
What a business system hands over, in the shape the platform takes (pure): names, values,
characters.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

Items = Mapping[str, Any]
"""Items by name: text, None (no value), or a sequence of mappings (a repeating group)."""

_XML_NAME = re.compile(r"[^\W\d][\w.-]*")
_LONGEST_VALUE = 4000


class Problem(NamedTuple):
    """One item that can't be converted: its name, a stable code, words for staff."""

    item: str
    code: str
    words: str


def converted_items(items: Items) -> tuple[dict[str, Any], list[Problem]]:
    """
    Return the items as they are sent, and what could not be converted.

    Text is composed (NFC) so that the same name has one digest on both sides; variation selectors
    stay. Numbers and dates become text. Control characters and names that XML does not know are
    problems.
    """
    result: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in items.items():
        if not _XML_NAME.fullmatch(name):
            problems.append(Problem(name[:100], "name", "項目名がXMLの名前として使用できません。"))
        elif isinstance(value, Sequence) and not isinstance(value, str):
            rows = []
            for row in value:
                converted, troubles = converted_items(row)
                rows.append(converted)
                problems += troubles
            result[name] = rows
        else:
            text, problem = _text(name, value)
            if problem:
                problems.append(problem)
            result[name] = text
    return result, problems


def _text(name: str, value: object) -> tuple[str | None, Problem | None]:
    if value is None or value == "":
        return None, None
    if isinstance(value, bool) or not isinstance(value, str | int | date):
        return None, Problem(name, "type", "値の型が使用できません(文字列・整数・日付のみ)。")
    text = unicodedata.normalize("NFC", str(value))
    if len(text) > _LONGEST_VALUE:
        return None, Problem(name, "length", f"値が長すぎます({_LONGEST_VALUE:,}文字まで)。")
    if any(unicodedata.category(character) in {"Cc", "Cs", "Cn"} for character in text):
        return None, Problem(name, "character", "使用できない文字(制御文字など)が含まれています。")
    return text, None


def content_hash(
    items: Items, *, published_from: date, published_until: date, is_withdrawn: bool
) -> bytes:
    """Return the SHA-256 by which two states of a copy are compared."""
    content = [items, published_from.isoformat(), published_until.isoformat(), is_withdrawn]
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()
