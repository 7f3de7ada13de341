"""
Files of 既存住基: the full intake into an empty register, a day's 異動差分, a week's full set.

Everything is included (flow A): decoding, judging, versions, the feed, numbers, 符号 requests, records.
The yardstick is COPY of the same file as one statement into an ordinary table of texts that has its
key and three indexes, on the same server with the same settings.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from resident_basic.benchmarks.weeks import full_set_of_a_week, latency_beside
from sapporo_base.benchmarks import cities
from sapporo_base.measuring import Measure

_BLOCK = 1 << 20
_KEY = ("宛名番号", "履歴番号")
_INDEXED = ("氏名フリガナ", "生年月日", "世帯番号")
_COPY = "COPY of the file, key and three indexes"


def measure(size: int) -> list[Measure]:
    """Measure the three kinds of file against COPY, and what a consumer notices meanwhile."""
    file = cities.full_set(size)
    copied = _seconds_to_copy(file)
    full = cities.run_command("receive_residents", str(file))
    day = cities.run_command("receive_residents", str(cities.daily(size)))
    changed, weekly = full_set_of_a_week(file)
    week, latency = latency_beside(["receive_residents", str(weekly)], file)
    return [
        Measure(f"full intake of {size:,} residents", full.seconds, "s", _COPY, copied, aim=6),
        Measure(f"full intake of {size:,}: peak memory", full.peak_mib, "MiB", aim=1536),
        Measure(f"a day's file on {size:,} residents", day.seconds, "s", aim=3),
        Measure(f"a day's file on {size:,}: peak memory", day.peak_mib, "MiB", aim=1536),
        Measure(
            f"full set of {size:,}, {changed:,} changed", week.seconds, "s", _COPY, copied, aim=1.5
        ),
        Measure(f"full set of {size:,}: peak memory", week.peak_mib, "MiB", aim=1536),
        Measure(f"commit to consumer beside it ({size:,})", latency.seen, "s", aim=1),
        Measure(f"one 異動 beside it ({size:,}), the slowest", latency.stored, "s"),
    ]


def _seconds_to_copy(file: Path) -> float:
    """COPY the file into one table with its key and three indexes: the yardstick of an intake."""
    with file.open(encoding="utf-8-sig") as stream:
        labels = stream.readline().rstrip("\r\n").split(",")
    names = dict(zip(labels, (f"c{place}" for place in range(len(labels))), strict=True))
    clean = file.with_suffix(".copy")
    with clean.open("wb") as target:
        target.writelines(_rows_that_copy_takes(file, labels))
    with connection.cursor() as cursor:
        columns = ", ".join(f"{name} text" for name in names.values())
        key = ", ".join(names[label] for label in _KEY)
        cursor.execute(f"CREATE TABLE bare_copy ({columns}, PRIMARY KEY ({key}))")
        for label in _INDEXED:
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


def _rows_that_copy_takes(file: Path, labels: list[str]) -> Iterator[bytes]:
    """Give the file without header, trailer, and the defects that would end the whole COPY."""
    places = [labels.index(label) for label in _KEY]
    seen: set[tuple[bytes, ...]] = set()
    with file.open("rb") as stream:
        stream.readline()
        for line in stream:
            if line.count(b",") != len(labels) - 1:
                continue
            cells = line.split(b",", max(places) + 1)
            key = tuple(cells[place] for place in places)
            if all(key) and key not in seen:
                seen.add(key)
                yield line
