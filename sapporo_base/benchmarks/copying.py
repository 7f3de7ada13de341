"""The yardstick of files that are received: COPY of the same file into an ordinary table of texts."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from django.db import connection

YARDSTICK: Final = "COPY of the file, key and three indexes"
_BLOCK: Final = 1 << 20


def seconds_to_copy(file: Path, *, key: Sequence[str], indexed: Sequence[str]) -> float:
    """
    COPY a CSV file into one table with its key and indexes, as one statement; rows that it would
    refuse are left out first.

    :param key: labels of the key. :param indexed: labels of the further indexes.
    """
    with file.open(encoding="utf-8-sig") as stream:
        labels = stream.readline().rstrip("\r\n").split(",")
    names = dict(zip(labels, (f"c{place}" for place in range(len(labels))), strict=True))
    clean = file.with_suffix(".copy")
    with clean.open("wb") as target:
        target.writelines(_rows_that_copy_takes(file, labels, key))
    with connection.cursor() as cursor:
        columns = ", ".join(f"{name} text" for name in names.values())
        primary = ", ".join(names[label] for label in key)
        cursor.execute(f"CREATE TABLE bare_copy ({columns}, PRIMARY KEY ({primary}))")
        for label in indexed:
            cursor.execute(f"CREATE INDEX ON bare_copy ({names[label]})")
        started = time.perf_counter()
        with (
            cursor.copy("COPY bare_copy FROM STDIN WITH (FORMAT csv)") as copy,
            clean.open("rb") as stream,
        ):
            while block := stream.read(_BLOCK):
                copy.write(block)
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE bare_copy")
    clean.unlink()
    return seconds


def _rows_that_copy_takes(file: Path, labels: list[str], key: Sequence[str]) -> Iterator[bytes]:
    """Give the file without header, trailer, and the defects that would end the whole COPY."""
    places = [labels.index(label) for label in key]
    seen: set[tuple[bytes, ...]] = set()
    with file.open("rb") as stream:
        stream.readline()
        for line in stream:
            if line.count(b",") != len(labels) - 1:
                continue
            cells = line.split(b",", max(places) + 1)
            value = tuple(cells[place] for place in places)
            if all(value) and value not in seen:
                seen.add(value)
                yield line
