"""The layouts as data, and the rows that are written by them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

Column = str | Sequence[str]
"""One text for all rows, or a text for each."""

_LAYOUTS: Final = Path(__file__).parent.parent / "data" / "layouts"


@dataclass(frozen=True)
class SampleLayout:
    """What the generator needs of a layout: the order of the fields and their labels."""

    code: str
    newline: str
    fields: tuple[str, ...]
    labels: tuple[str, ...]
    specs: tuple[Mapping[str, Any], ...]
    correlations: tuple[Mapping[str, Any], ...]

    def rows(self, columns: Mapping[str, Column], count: int) -> list[str]:
        """
        Write `count` rows from columns; what is not named is empty.

        :raises KeyError: a column is not a field of the layout.
        """
        unknown = set(columns) - set(self.fields)
        if unknown:
            raise KeyError(f"{self.code} has no {sorted(unknown)}")
        template, sequences = [], []
        for field in self.fields:
            column = columns.get(field, "")
            if isinstance(column, str):
                template.append(column.replace("%", "%%"))
            else:
                template.append("%s")
                sequences.append(column)
        return list(map(",".join(template).__mod__, zip(*sequences, strict=True))) if count else []

    def row(self, values: Mapping[str, str]) -> str:
        """Write one row from its values; what is not named is empty."""
        return ",".join([values.get(field, "") for field in self.fields])

    def values(self, row: str) -> list[str]:
        """Take a row apart again; only for rows without quotation."""
        return row.split(",")


@cache
def layout(code: str) -> SampleLayout:
    """Read a layout of the project's data by its code."""
    spec = json.loads((_LAYOUTS / f"{code}.json").read_text(encoding="utf-8"))
    return SampleLayout(
        code=code,
        newline=spec["newline"],
        fields=tuple(field["name"] for field in spec["fields"]),
        labels=tuple(field["label"] for field in spec["fields"]),
        specs=tuple(spec["fields"]),
        correlations=tuple(spec.get("correlations", ())),
    )


def encoded(text: str, encoding: str) -> bytes:
    """
    Encode a text for a file.

    In CP932 variation selectors are dropped and what the code page lacks becomes 〓, as vendors do.
    """
    if encoding == "utf-8":
        return text.encode()
    plain = "".join(char for char in text if not 0xE0100 <= ord(char) <= 0xE01EF)
    try:
        return plain.encode(encoding)
    except UnicodeEncodeError:
        return "".join(char if _encodes(char, encoding) else "〓" for char in plain).encode(
            encoding
        )


@cache
def _encodes(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def write_part(path: Path, rows: Iterable[str], *, newline: str, encoding: str) -> None:
    """Write rows without header and trailer: a part of a file that is put together later."""
    lines = newline.join(rows)
    path.write_bytes(encoded(lines + newline if lines else "", encoding))
