"""Examples that must stay as they are: what a layout makes of given values, and whether it reads them back."""

import io
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sapporo_base.layouts.converting import Outgoing
from sapporo_base.layouts.reading import open_source
from sapporo_base.layouts.specification import DATA, LayoutSpecification
from sapporo_base.layouts.survey import UnreadableFile
from sapporo_base.layouts.tables import Tables
from sapporo_base.layouts.writing import Written, write_records

Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class ShippedExample:
    """An example that came with the product: a folder a layout, the values as JSON beside the bytes."""

    layout: str
    name: str
    rows: Rows
    expected: bytes


def shipped_examples(folder: Path = DATA / "golden") -> Iterator[ShippedExample]:
    """Give the examples that came with the product, by layout and name."""
    for path in sorted(folder.glob("*/*.json")):
        yield ShippedExample(
            layout=path.parent.name,
            name=path.stem,
            rows=json.loads(path.read_text(encoding="utf-8")),
            expected=path.with_suffix(".golden").read_bytes(),
        )


@dataclass(frozen=True, slots=True)
class Rendered:
    """
    What a layout makes of rows: the bytes of the file, its cells row by row, what became of the rows.

    A row that is not in the file has its cells all the same, as far as they could be converted.
    """

    content: bytes
    cells: list[tuple[str, ...]]
    written: Written


def rendered(layout: LayoutSpecification, rows: Rows, tables: Tables) -> Rendered:
    """
    Return what a receiver would get.

    :raises BadLayout: the layout names a table that is not there, or is one of messages.
    """
    stream = io.BytesIO()
    written = write_records(stream, layout, rows, tables=tables)
    values = {name: [row.get(name, "") for row in rows] for name in layout.value_names}
    Outgoing(layout, tables).convert(values, range(1, len(rows) + 1))
    cells = list(zip(*(values[name] for name in layout.names), strict=True))
    return Rendered(stream.getvalue(), cells, written)


def read_back(layout: LayoutSpecification, content: bytes, tables: Tables) -> list[dict[str, str]]:
    """
    Return the values that a file holds, as the city would take them in.

    :raises UnreadableFile: it is no file of this layout.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "example"
        path.write_bytes(content)
        rows: list[dict[str, str]] = []
        for chunk in open_source(path, layout, tables=tables).chunks(seal=list):
            names = list(chunk.columns)
            rows += [
                dict(zip(names, cells, strict=True))
                for cells in zip(*chunk.columns.values(), strict=True)
            ]
            if chunk.rejects:
                first = chunk.rejects[0]
                raise UnreadableFile(f"{first.row}行目 {first.label}: {first.reason}")
    return rows


def broken_by(layout: LayoutSpecification, rows: Rows, expected: bytes, tables: Tables) -> str:
    """Return in words how a layout breaks an example, "" if it does not."""
    found = rendered(layout, rows, tables)
    if found.written.unwritten:
        first = found.written.unwritten[0]
        return f"{first.row}行目を書けません({first.label}: {first.reason})"
    if found.content == expected:
        return ""
    same = next(
        (
            at
            for at, pair in enumerate(zip(found.content, expected, strict=False))
            if pair[0] != pair[1]
        ),
        min(len(found.content), len(expected)),
    )
    return (
        f"{same + 1:,}バイト目から異なります"
        f"(見本は{len(expected):,}バイト、この版は{len(found.content):,}バイト)"
    )
