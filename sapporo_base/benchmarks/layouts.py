"""A layout of 40 items: read, judged, converted and written, beside the `csv` module alone."""

import csv
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sapporo_base.layouts import (
    CharacterRules,
    CodeMap,
    LayoutSpecification,
    RecordWriter,
    Tables,
    open_source,
    parse_layout,
)
from sapporo_base.measuring import Measure
from sapporo_base.rules.characters import CharacterSet

_AIM: Final = 0.3
_MOST: Final = 200_000
_ROUNDS: Final = 3
_OF_EACH: Final = 5
_SEXES: Final = ("0", "1", "2")
_NAMES: Final = ("札幌　花子", "髙橋　太郎", "手稲　一郎", "𠮷田　さくら", "渡邉　葵")


def _fields() -> list[dict[str, Any]]:
    """Return eight kinds of items, five of each."""
    kinds: list[dict[str, Any]] = [
        {"type": "X", "length": 15, "required": True},
        {"type": "N", "length": 40},
        {"type": "N", "length": 60},
        {"type": "X", "length": 1, "codes": "sex"},
        {"type": "DATE", "length": 10},
        {"type": "9", "length": 9},
        {"type": "S9", "length": 9},
        {"type": "X", "length": 20},
    ]
    return [
        {"name": f"item_{kind}_{copy}", "label": f"項目{kind}_{copy}", **one}
        for copy in range(_OF_EACH)
        for kind, one in enumerate(kinds)
    ]


def _layout(**changes: Any) -> LayoutSpecification:
    return parse_layout(
        {
            "code": "bench",
            "name": "計測用",
            "version": 1,
            "valid_from": "2026-01-01",
            "form": "csv",
            "encoding": "utf-8",
            "header": True,
            "fields": _fields(),
            **changes,
        }
    )


def _converting() -> LayoutSpecification:
    """Return the receiver's layout: its codes, its dates, its characters."""
    fields = _fields()
    for one in fields:
        if one.get("codes"):
            one["code_map"] = "their_sex"
        if one["type"] == "DATE":
            one["date_form"] = "gyymmdd"
    return _layout(encoding="cp932", characters="their_characters", fields=fields)


def _row(serial: int) -> list[str]:
    one = [
        f"{serial:015d}",
        _NAMES[serial % len(_NAMES)] if serial % 50 < len(_NAMES) else "札幌　花子",
        "北海道札幌市中央区北一条西二丁目",
        _SEXES[serial % 3],
        f"{1930 + serial % 90}-{1 + serial % 12:02d}-{1 + serial % 28:02d}",
        str(serial % 1_000_000),
        str(-(serial % 1_000)),
        f"memo {serial % 1000}",
    ]
    return one * _OF_EACH


def _tables() -> Tables:
    there = {"0": "9", "1": "M", "2": "F"}
    return Tables(
        codes={"sex": frozenset(_SEXES)},
        maps={"their_sex": CodeMap({theirs: ours for ours, theirs in there.items()}, dict(there))},
        characters={"their_characters": CharacterRules(CharacterSet.CP932, {"髙": "高"})},
    )


def _seconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def _by_csv(source: Path, target: Path) -> None:
    with (
        source.open(encoding="utf-8", newline="") as read,
        target.open("w", encoding="utf-8", newline="") as written,
    ):
        csv.writer(written).writerows(csv.reader(read))


def _by_layout(source: Path, target: Path, reading: Any, writing: Any, tables: Tables) -> None:
    with target.open("wb") as stream:
        writer = RecordWriter(stream, writing, tables=tables)
        for chunk in open_source(source, reading, tables=tables).chunks():
            writer.write(chunk.columns)
        writer.end()


def measure(size: int) -> list[Measure]:
    """Measure records a second through a layout, the same records unchanged and converted."""
    rows = min(size, _MOST)
    tables = _tables()
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "source.csv", Path(folder) / "target"
        with source.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(_layout().labels)
            writer.writerows(map(_row, range(rows)))
        plain = rows / _seconds(lambda: _by_csv(source, target))

        def through(writing: LayoutSpecification) -> float:
            return rows / _seconds(lambda: _by_layout(source, target, _layout(), writing, tables))

        fixed = _layout(form="fixed", header=False, encoding="cp932")
        places = Path(folder) / "places"
        _by_layout(source, places, _layout(), fixed, tables)
        figures = {
            "records through a 40-item layout, judged": through(_layout()),
            "records through a 40-item layout, codes, dates and characters converted": through(
                _converting()
            ),
            "records from CSV into fixed length (CP932)": through(fixed),
            "records from fixed length (CP932) into CSV": rows
            / _seconds(lambda: _by_layout(places, target, fixed, _layout(), tables)),
        }
    return [
        Measure(name, value, "1/s", "csv module, read and written", plain, _AIM, at_most=False)
        for name, value in figures.items()
    ]
