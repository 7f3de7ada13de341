"""
What a business system hands over, in the shape the platform takes, and back (pure): names, values,
codes, characters, by the layout of the message where there is one.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from gateway.rules.stray_numbers import is_stray
from sapporo_base.layouts import LayoutSpecification, Tables, Unmapped
from sapporo_base.layouts.converting import Incoming, Outgoing
from sapporo_base.rules.characters import Loss

Items = Mapping[str, Any]
"""Items by name: text, None (no value), or a sequence of mappings (a repeating group)."""

_XML_NAME = re.compile(r"[^\W\d][\w.-]*")
_LONGEST_VALUE = 4000
HOLDS_NUMBER = (
    "個人番号と読める値が含まれるため転送しません。元のデータから除いて再度転送してください。"
)


class Problem(NamedTuple):
    """One item that can't be converted: its name, a stable code, words for staff."""

    item: str
    code: str
    words: str


def converted_items(items: Items) -> tuple[dict[str, Any], list[Problem]]:
    """
    Return the items as they are sent, and what could not be converted.

    Text is composed (NFC) so that the same name has one digest on both sides; variation selectors
    stay. Numbers and dates become text. Control characters, names that XML does not know and what
    reads as a 個人番号 are problems.
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
    if is_stray(name, text):
        return None, Problem(name, "individual_number", HOLDS_NUMBER)
    return text, None


@dataclass(slots=True)
class Message:
    """The items of one message on their way: changed in place, with what could not be converted or was lost."""

    items: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    losses: list[tuple[str, tuple[Loss, ...]]] = field(default_factory=list)


def convert_outward(
    messages: Sequence[Message], layout: LayoutSpecification, tables: Tables
) -> Iterable[Unmapped]:
    """
    Convert items into what the platform takes, all messages at once; return the codes that no table has.

    Rows of repeating groups are converted by the fields of their group. Items that the layout does
    not name go as they are.
    """
    return _in_parts(messages, layout, tables, _outward)


def convert_inward(
    messages: Sequence[Message], layout: LayoutSpecification, tables: Tables
) -> Iterable[Unmapped]:
    """Convert items that came from the platform; what can't be stays as it came and is a problem."""
    return _in_parts(messages, layout, tables, _inward)


Way = Callable[[Sequence[Message], LayoutSpecification, Tables], Iterable[Unmapped]]


def _in_parts(
    messages: Sequence[Message], layout: LayoutSpecification, tables: Tables, way: Way
) -> list[Unmapped]:
    unmapped = list(way(messages, layout.part(""), tables))
    for group in layout.groups:
        rows = [
            (message, at, Message(dict(row)))
            for message in messages
            for at, row in enumerate(_rows(message, group))
        ]
        unmapped += way([row for _, _, row in rows], layout.part(group), tables)
        for message, at, row in rows:
            message.items[group][at] = row.items
            where = f"{group}の{at + 1}件目"
            message.problems += [
                one._replace(words=f"{where}: {one.words}") for one in row.problems
            ]
            message.losses += [(f"{where} {item}", losses) for item, losses in row.losses]
    return unmapped


def _rows(message: Message, group: str) -> list[dict[str, Any]]:
    """Return the rows of a repeating group; a list of the message's own, to be changed in place."""
    rows = message.items.get(group)
    if rows is None or isinstance(rows, str):
        return []
    message.items[group] = own = list(rows)
    return own


def _outward(
    messages: Sequence[Message], layout: LayoutSpecification, tables: Tables
) -> Iterable[Unmapped]:
    outgoing = Outgoing(layout, tables)
    columns, present = _columns(messages, layout)
    bad, losses = outgoing.convert(columns, range(1, len(messages) + 1))
    _put_back(messages, layout, columns, present)
    for at, (one, fault) in bad.items():
        messages[at].problems.append(Problem(one.label, fault.code, fault.reason))
    labels = {one.name: one.label for one in layout.fields}
    for lost in losses:
        messages[lost.row - 1].losses.append((labels[lost.item], lost.losses))
    return outgoing.unmapped


def _inward(
    messages: Sequence[Message], layout: LayoutSpecification, tables: Tables
) -> Iterable[Unmapped]:
    incoming = Incoming(layout, tables)
    columns, present = _columns(messages, layout)
    for at, wrong in incoming.convert(columns, range(1, len(messages) + 1)).items():
        messages[at].problems += [
            Problem(one.label, fault.code, fault.reason) for one, fault in wrong
        ]
    _put_back(messages, layout, columns, present)
    return incoming.unmapped


Columns = dict[str, list[str]]


def _columns(
    messages: Sequence[Message], layout: LayoutSpecification
) -> tuple[Columns, dict[str, list[bool]]]:
    """Return the values that the layout names as columns, and which messages have each."""
    columns: Columns = {name: [""] * len(messages) for name in layout.value_names}
    present: dict[str, list[bool]] = {}
    for one, key in zip(layout.fields, layout.file_keys, strict=True):
        values = [message.items.get(key) for message in messages]
        present[one.name] = [isinstance(value, str) for value in values]
        columns[one.name] = [value if isinstance(value, str) else "" for value in values]
    return columns, present


def _put_back(
    messages: Sequence[Message],
    layout: LayoutSpecification,
    columns: Columns,
    present: Mapping[str, Sequence[bool]],
) -> None:
    for one, key in zip(layout.fields, layout.file_keys, strict=True):
        for at, (message, is_there) in enumerate(zip(messages, present[one.name], strict=True)):
            if not is_there:
                continue
            message.items[key] = columns[one.name][at] or None
            if one.unknown_inline and not columns[one.name][at]:
                # An 不詳日 that came in its words stays in them.
                message.items[key] = columns[f"{one.name}_text"][at] or None


def content_hash(
    items: Items, *, published_from: date, published_until: date, is_withdrawn: bool
) -> bytes:
    """Return the SHA-256 by which two states of a copy are compared."""
    content = [items, published_from.isoformat(), published_until.isoformat(), is_withdrawn]
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()
