"""
How fast: a figure beside its yardstick from the same run, and the peak memory of a process tree.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
from django.db import connection

_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Measure:
    """
    One figure. `ratio` is value over yardstick value; `aim` is the bound on it.

    `at_most` says that the ratio must stay at or below the aim, otherwise at or above it. Without a
    yardstick the aim bounds the value itself; without an aim the figure is told for its own sake.
    """

    name: str
    value: float
    unit: str
    yardstick: str = ""
    yardstick_value: float | None = None
    aim: float | None = None
    at_most: bool = True

    @property
    def ratio(self) -> float | None:
        """Return the value in units of the yardstick."""
        return self.value / self.yardstick_value if self.yardstick_value else None

    @property
    def meets_aim(self) -> bool | None:
        """Say whether the aim is met; None where there is none."""
        judged = self.value if self.ratio is None else self.ratio
        if self.aim is None:
            return None
        return judged <= self.aim if self.at_most else judged >= self.aim

    def as_row(self) -> dict[str, object]:
        """Return the figure as it is written to `var/bench.json`."""
        row = asdict(self)
        bound = "<=" if row.pop("at_most") else ">="
        aim = None if self.aim is None else f"{bound} {self.aim}"
        return {**row, "ratio": self.ratio, "aim": aim, "meets_aim": self.meets_aim}


def write_measures(file: Path, measures: Sequence[Measure]) -> None:
    """Write the figures; those of other names that the file holds already stay."""
    rows = {measure.name: measure.as_row() for measure in measures}
    if file.exists():
        rows = {row["name"]: row for row in json.loads(file.read_text())} | rows
    file.write_text(json.dumps(list(rows.values()), ensure_ascii=False, indent=2) + "\n")


HEADING = f"{'work':44} {'value':>14} {'yardstick':>14} {'ratio':>7} {'aim':>9}  met"


def as_lines(measures: Sequence[Measure]) -> str:
    """Return the figures as lines of a table for a terminal, to stand under the heading."""
    lines = []
    for measure in measures:
        yardstick = "" if measure.yardstick_value is None else f"{measure.yardstick_value:,.2f}"
        ratio = "" if measure.ratio is None else f"{measure.ratio:.2f}"
        aim = str(measure.as_row()["aim"] or "")
        met = {None: "", True: "yes", False: "NO"}[measure.meets_aim]
        value = f"{measure.value:,.2f} {measure.unit}"
        lines.append(f"{measure.name:44} {value:>14} {yardstick:>14} {ratio:>7} {aim:>9}  {met}")
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Run:
    """
    How a command ended: exit code, wall-clock seconds, and the peak resident memory of its tree in
    MiB.
    """

    returncode: int
    seconds: float
    peak_mib: float
    output: str


def run_measured(command: Sequence[str], environment: Mapping[str, str]) -> Run:
    """Run a command to its end; memory is the sum over its process tree, sampled."""
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
        list(command),
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    peak = 0
    tree = psutil.Process(process.pid)
    while process.poll() is None:
        peak = max(peak, _resident_bytes(tree))
        time.sleep(_SAMPLE_SECONDS)
    output = process.stdout.read() if process.stdout else ""
    return Run(process.returncode, time.perf_counter() - started, peak / 2**20, output)


_LONG_SECONDS = 0.5
_BEGINNING = 100


@contextmanager
def long_statements(tell: Callable[[str], object]) -> Iterator[None]:
    """
    Tell of every SQL statement that takes half a second or more: how long, and how it begins.

    Parameters are never told: they may be somebody's.
    """

    def timed(execute: Any, statement: Any, parameters: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django calls it so
        started = time.perf_counter()
        try:
            return execute(statement, parameters, many, context)
        finally:
            seconds = time.perf_counter() - started
            if seconds >= _LONG_SECONDS:
                tell(f"{seconds:9.2f}秒    {' '.join(str(statement).split())[:_BEGINNING]}")

    with connection.execute_wrapper(timed):
        yield


def _resident_bytes(tree: psutil.Process) -> int:
    total = 0
    try:
        members = [tree, *tree.children(recursive=True)]
    except psutil.Error:
        return 0
    for member in members:
        try:
            total += member.memory_info().rss
        except psutil.Error:
            continue
    return total
