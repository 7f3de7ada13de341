"""A rehearsal of the whole system: steps with counts and seconds, checks that reconcile, processes."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from django.core.management.base import OutputWrapper

_STOP_SECONDS = 20


class NotInTime(Exception):
    """Something that should happen by itself did not happen in time; the message says what."""


@dataclass
class Step:
    """One step of the main job."""

    name: str
    count: int = 0
    seconds: float = 0.0
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must reconcile: what was expected and what was found."""

    name: str
    expected: object
    found: object

    @property
    def holds(self) -> bool:
        """Say whether both are the same."""
        return self.expected == self.found


@dataclass
class Rehearsal:
    """Collects steps and checks, and tells them as they happen."""

    stream: TextIO | OutputWrapper
    steps: list[Step] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time a step; what it counts and remarks is set on what is yielded."""
        step = Step(name)
        self.stream.write(f"… {name}\n")
        self.stream.flush()
        started = time.monotonic()
        yield step
        step.seconds = time.monotonic() - started
        self.steps.append(step)

    def check(self, name: str, expected: object, found: object) -> None:
        """Note whether something reconciles."""
        self.checks.append(Check(name, expected, found))

    @property
    def failed(self) -> list[Check]:
        """Return the checks that do not hold."""
        return [check for check in self.checks if not check.holds]

    def summary(self) -> str:
        """Return the table of steps and checks."""
        lines = ["", f"{'step':52} {'count':>12} {'seconds':>9}", "-" * 76]
        lines += [
            f"{step.name:52} {step.count:>12,} {step.seconds:>9.1f}  {step.remark}"
            for step in self.steps
        ]
        lines += ["", f"{'check':62} {'expected':>12} {'found':>12}", "-" * 96]
        for check in self.checks:
            mark = "ok" if check.holds else "FAILED"
            lines.append(f"{check.name:62} {check.expected!s:>12} {check.found!s:>12}  {mark}")
        total = sum(step.seconds for step in self.steps)
        lines.append(
            f"\n{len(self.checks) - len(self.failed)} of {len(self.checks)} checks hold; {total:.0f} s\n"
        )
        return "\n".join(lines)


def wait_until(what: str, is_so: Callable[[], bool], *, seconds: float, every: float = 0.3) -> None:
    """
    Wait until something is so.

    :raises NotInTime: it was not so in time.
    """
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise NotInTime(what)
        time.sleep(every)


class Processes:
    """Processes of our own, with a log file each; ended when the block is left, whatever happened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Processes":
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *error: object) -> None:
        for process in self._running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0.1))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def start(self, commands: Mapping[str, list[str]]) -> None:
        """Start processes by name."""
        for name, command in commands.items():
            with (self.folder / f"{name}.log").open("ab") as log:
                self._running[name] = subprocess.Popen(  # noqa: S603 - our own commands, no shell
                    command, stdout=log, stderr=log, start_new_session=True
                )

    def ended(self) -> list[str]:
        """Return the names of processes that ended by themselves."""
        return [name for name, process in self._running.items() if process.poll() is not None]
