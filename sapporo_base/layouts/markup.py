"""XML and JSON records: written as lines, read one by one, never trusted with more than their items."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import orjson
from lxml import etree

from sapporo_base.layouts.columns import Column, Fault
from sapporo_base.layouts.specification import LayoutSpecification

STRANGE_ITEM: Final = Fault("E0105", "レイアウトにない項目がある。")
TWICE: Final = Fault("E0106", "同じ項目が2つある。")
NO_TEXT: Final = Fault("E0107", "項目の中にさらに項目や一覧がある。")
NO_RECORD: Final = Fault("E0108", "レコードの形でない。")
_BLOCK: Final = 1 << 20
_LONGEST_RECORD: Final = 1 << 24


class BrokenMarkup(Exception):
    """The file is no XML or JSON of this layout; `reason` tells staff why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """One record that is not as the layout says; `cells` are the texts that were in it."""

    fault: Fault
    cells: tuple[str, ...]


Record = list[str] | BrokenRecord


# Writing ----------------------------------------------------------------------------------------


def xml_begin(layout: LayoutSpecification, codec: str) -> bytes:
    """Return the declaration and the start of the root element."""
    name = "UTF-16" if codec.startswith("utf-16") else "UTF-8"
    return f'<?xml version="1.0" encoding="{name}"?>\n<{layout.root}>\n'.encode(codec)


def xml_records(layout: LayoutSpecification, cells: Sequence[Column]) -> str:
    """Return records as elements, one a line; an absent value is an empty element."""
    inside = "".join(f"<{key}>%s</{key}>" for key in layout.file_keys)
    template = f"<{layout.record}>{inside}</{layout.record}>\n"
    safe = [_escaped(column) for column in cells]
    return "".join(map(template.__mod__, zip(*safe, strict=True)))


def _escaped(column: Column) -> Column:
    joined = "".join(column)
    if "&" in joined or "<" in joined or ">" in joined:
        return [escape(value) for value in column]
    return column


def json_records(layout: LayoutSpecification, cells: Sequence[Column]) -> bytes:
    """Return records as objects of texts, one a line; an absent value is null."""
    keys = layout.file_keys
    return b",\n".join(
        orjson.dumps({key: value or None for key, value in zip(keys, row, strict=True)})
        for row in zip(*cells, strict=True)
    )


# Reading ----------------------------------------------------------------------------------------


def markup_records(path: Path, layout: LayoutSpecification, encoding: str) -> Iterator[Record]:
    """
    Give the records of a file one by one.

    :raises BrokenMarkup: the file as a whole is none of this layout, where that shows.
    """
    read = _xml_records if layout.form == "xml" else _json_records
    return read(path, layout, encoding)


def _xml_records(path: Path, layout: LayoutSpecification, encoding: str) -> Iterator[Record]:
    places = {key: at for at, key in enumerate(layout.file_keys)}
    with path.open("rb") as stream:
        context = etree.iterparse(
            stream,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            for element in _elements_of_root(context, layout):
                yield _xml_record(element, layout, places)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except etree.XMLSyntaxError:
            # The parser's words repeat the content.
            raise BrokenMarkup(
                "XMLとして読めない。途中で切れているか、文字が壊れている。"
            ) from None


def _elements_of_root(context: Any, layout: LayoutSpecification) -> Iterator[Any]:
    depth = 0
    for event, element in context:
        depth += 1 if event == "start" else -1
        if event == "start" and depth == 1:
            if element.getroottree().docinfo.doctype:
                raise BrokenMarkup("DOCTYPE宣言のあるXMLは受け取れない。")
            if _local(element) != layout.root:
                raise BrokenMarkup(f"最上位の要素が「{layout.root}」でない。")
        elif event == "end" and depth == 1:
            yield element


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)


def _xml_record(element: Any, layout: LayoutSpecification, places: Mapping[str, int]) -> Record:
    cells = [""] * len(places)
    found: list[str] = []
    fault: Fault | None = None if _local(element) == layout.record else NO_RECORD
    seen: set[int] = set()
    for child in element:
        if not isinstance(child.tag, str):  # an entity that is not resolved
            fault = fault or NO_TEXT
            continue
        text = child.text or ""
        found.append(text)
        place = places.get(_local(child))
        if place is None:
            fault = fault or STRANGE_ITEM
        elif place in seen:
            fault = fault or TWICE
        elif len(child):
            fault = fault or NO_TEXT
        else:
            seen.add(place)
            cells[place] = text
    return BrokenRecord(fault, tuple(found)) if fault else cells


def _json_records(path: Path, layout: LayoutSpecification, encoding: str) -> Iterator[Record]:
    places = {key: at for at, key in enumerate(layout.file_keys)}
    for one in _json_objects(path, encoding):
        yield _json_record(one, places)


def _json_objects(path: Path, encoding: str) -> Iterator[Any]:
    """Give the members of the array one by one; the file is never held as a whole."""
    decoder = json.JSONDecoder()
    with path.open(encoding=encoding, newline="") as stream:
        buffer = stream.read(_BLOCK).lstrip()
        if not buffer.startswith("["):
            raise BrokenMarkup("JSONの配列でない([ で始まらない)。")
        buffer, first = buffer[1:], True
        while True:
            buffer, ended = _to_next(buffer, stream)
            if not first and not ended and buffer.startswith(","):
                buffer, ended = _to_next(buffer[1:], stream)
            elif not first and buffer[:1] not in {"]", ""}:
                raise BrokenMarkup("JSONとして読めない(区切りがない)。")
            if buffer.startswith("]"):
                if (buffer[1:] + stream.read()).strip():
                    raise BrokenMarkup("JSONの配列の後に余分な文字がある。")
                return
            if ended:
                raise BrokenMarkup("JSONが途中で切れている。")
            value, buffer = _next_value(decoder, buffer, stream)
            first = False
            yield value


def _to_next(buffer: str, stream: Any) -> tuple[str, bool]:
    """Return the text from its next character that counts, and whether the file ended before one."""
    buffer = buffer.lstrip()
    while not buffer:
        more = stream.read(_BLOCK)
        if not more:
            return "", True
        buffer = more.lstrip()
    return buffer, False


def _next_value(decoder: json.JSONDecoder, buffer: str, stream: Any) -> tuple[Any, str]:
    while True:
        try:
            value, end = decoder.raw_decode(buffer)
        except json.JSONDecodeError:
            value, end = None, -1
        except RecursionError:
            raise BrokenMarkup("JSONの入れ子が深すぎる。") from None
        # A number at the very end of what was read may go on.
        if 0 <= end < len(buffer):
            return value, buffer[end:]
        more = stream.read(_BLOCK)
        if not more or len(buffer) > _LONGEST_RECORD:
            raise BrokenMarkup("JSONとして読めない。途中で切れているか、文字が壊れている。")
        buffer += more


def _json_record(one: Any, places: Mapping[str, int]) -> Record:
    if not isinstance(one, dict):
        return BrokenRecord(NO_RECORD, ())
    cells = [""] * len(places)
    fault: Fault | None = None
    for key, value in one.items():
        place = places.get(key)
        if place is None:
            fault = fault or STRANGE_ITEM
        elif isinstance(value, dict | list):
            fault = fault or NO_TEXT
        elif value is not None:
            cells[place] = _plain(value)
    if fault:
        return BrokenRecord(fault, tuple(map(_plain, itertools.islice(one.values(), 100))))
    return cells


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None or isinstance(value, dict | list) else str(value)
