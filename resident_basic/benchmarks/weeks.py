"""A week's full set with its changes, and what a consumer notices while it is received."""

import csv
import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path

from django.db import connection
from django.utils import timezone

from resident_basic import services
from resident_basic.rules.items import register_layout
from resident_basic.selectors import CHANGES
from sapporo_base import selectors as base
from sapporo_base.acts import InvalidRequest
from sapporo_base.benchmarks import cities
from sapporo_base.benchmarks.callers import measuring_act
from sapporo_base.measuring import Run

_CHANGED = 1_500
_LEAST_SHARE = 100
_PAUSE_SECONDS = 0.2


def full_set_of_a_week(file: Path) -> tuple[int, Path]:
    """Write the full set of a week later, in which some have a new 履歴; return how many, and where."""
    names = register_layout().names
    with file.open("rb") as stream:
        rows = sum(1 for _ in stream) - 2
    every = max(rows // _CHANGED, _LEAST_SHARE)
    written = file.with_name("juki_full_20261231.csv")
    changed = 0
    with file.open("rb") as stream, written.open("wb") as target:
        target.write(stream.readline())
        for number, line in enumerate(stream):
            cells = line.split(b",")
            if number % every == 0 and len(cells) == len(names):
                history = names.index("history_number")
                cells[history] = str(int(cells[history] or b"0") + 1).encode()
                cells[names.index("processed_on")] = b"2026-12-30"
                line = b",".join(cells)  # noqa: PLW2901 - the changed line
                changed += 1
            target.write(line)
    return changed, written


@dataclass(frozen=True, slots=True)
class Latency:
    """
    The slowest of many, in seconds: from the commit of a 異動 until a consumer reads it (`seen`), and
    for the 異動 itself (`stored`).
    """

    seen: float
    stored: float


def latency_beside(arguments: Sequence[str], file: Path) -> tuple[Run, Latency]:
    """Run a command; meanwhile send single 異動 of other people and read the feed as a consumer does."""
    done: list[Run] = []

    def run() -> None:
        done.append(cities.run_told(arguments))

    beside = threading.Thread(target=copy_context().run, args=(run,))
    beside.start()
    seen, stored = [0.0], [0.0]
    for values in _events(file):
        if done:
            break
        act = replace(measuring_act(), system=base.system("001-000"), at=timezone.now())
        before = CHANGES.head()
        started = time.perf_counter()
        try:
            services.receive_event(values=values, act=act)
        except InvalidRequest:  # one of the defects that the city is generated with
            continue
        committed = time.perf_counter()
        while not CHANGES.after(before, limit=1):
            time.sleep(0.001)
        seen.append(time.perf_counter() - committed)
        stored.append(committed - started)
        time.sleep(_PAUSE_SECONDS)
    beside.join()
    connection.close()
    return done[0], Latency(max(seen), max(stored))


def _events(file: Path) -> Iterator[dict[str, str]]:
    """Give 異動 of people who are in the file: each a 履歴 later than any."""
    names = register_layout().names
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream)
        next(rows)
        good = (row for row in rows if len(row) == len(names))
        for serial, row in enumerate(itertools.islice(good, 1, None, 7)):
            values = dict(zip(names, row, strict=True))
            history = int(values["history_number"] or 0) + 2
            yield values | {
                "event_id": f"BENCH{serial:015d}",
                "history_number": str(history),
                "processed_on": "2026-12-31",
            }
