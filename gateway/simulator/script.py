"""A rehearsal written down: what goes wrong at the far end, and when (`--script`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from gateway.simulator.hours import JAPAN
from gateway.simulator.messages import Messages

COMMANDS: Final = frozenset(
    {"open", "close", "settings", "faults", "ask", "look", "read", "master"}
)
_TRIGGERS: Final = ("after_seconds", "at", "after_messages")
_KNOWN: Final = {*_TRIGGERS, "interfaces", "do", "told", "note"}


class ScriptNotUnderstood(ValueError):
    """A step that can't be carried out; the message names it and what is wrong."""


@dataclass(slots=True)
class Step:
    """
    One step: it is done once, when its time or its number of messages has come.

    :param after_seconds: since the simulator started.
    :param at: the first time that the clock in Japan shows this (`HH:MM`) or later, that day.
    :param after_messages: as soon as so many messages of `interfaces` were taken in.
    """

    do: str
    told: dict[str, Any]
    after_seconds: float | None = None
    at: str | None = None
    after_messages: int | None = None
    interfaces: str = "*"
    note: str = ""
    done_at: datetime | None = None
    failed: str = ""

    def is_due(self, now: datetime, started: datetime, messages: Messages) -> bool:
        """Say whether it is to be done now."""
        if self.done_at is not None:
            return False
        if self.after_seconds is not None:
            return (now - started).total_seconds() >= self.after_seconds
        if self.at is not None:
            return f"{now.astimezone(JAPAN):%H:%M}" >= self.at
        return messages.taken(self.interfaces) >= (self.after_messages or 0)


class Script:
    """The steps, in the order in which they are written."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = list(steps)
        self._started: datetime | None = None

    @classmethod
    def read(cls, path: Path) -> Script:
        """
        Return the script in a file.

        :raises ScriptNotUnderstood: it is no script, or a step of it is not understood.
        """
        try:
            told = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ScriptNotUnderstood(f"{path}: {error}") from None
        if not isinstance(told, dict) or not isinstance(told.get("steps"), list):
            raise ScriptNotUnderstood(f'{path}: {{"steps": [...]}} is expected')
        return cls([_step(number, step) for number, step in enumerate(told["steps"], start=1)])

    def run_due(
        self, now: datetime, messages: Messages, do: Callable[[str, dict[str, Any]], object]
    ) -> int:
        """
        Will do the steps that are due, in order; return how many.

        What the control refuses (nobody to ask about yet) is noted with the step and in the journal.
        """
        self._started = self._started or now
        done = 0
        for step in self.steps:
            if step.is_due(now, self._started, messages):
                step.done_at = now
                try:
                    do(step.do, dict(step.told))
                except ValueError as error:
                    step.failed = str(error) or type(error).__name__
                messages.note_step(now, step.do, step.failed or step.note)
                done += 1
        return done

    def told(self) -> list[dict[str, Any]]:
        """Return the steps for the page: what, when, and whether it was done."""
        return [
            {
                "do": step.do,
                "when": _when(step),
                "note": step.note,
                "failed": step.failed,
                "done_at": step.done_at.isoformat() if step.done_at else None,
            }
            for step in self.steps
        ]


def _step(number: int, told: Any) -> Step:
    if not isinstance(told, Mapping):
        raise ScriptNotUnderstood(f"step {number}: an object is expected")
    unknown = sorted(set(told) - _KNOWN)
    if unknown:
        raise ScriptNotUnderstood(f"step {number}: {', '.join(unknown)} is not known")
    if told.get("do") not in COMMANDS:
        raise ScriptNotUnderstood(f"step {number}: do is one of {', '.join(sorted(COMMANDS))}")
    if sum(told.get(trigger) is not None for trigger in _TRIGGERS) != 1:
        raise ScriptNotUnderstood(f"step {number}: one of {', '.join(_TRIGGERS)} is expected")
    for name in ("after_seconds", "after_messages"):
        value = told.get(name)
        if value is not None and (not isinstance(value, int | float) or value < 0):
            raise ScriptNotUnderstood(f"step {number}: {name} is a number from 0")
    if told.get("at") is not None:
        try:
            datetime.strptime(str(told["at"]), "%H:%M")  # noqa: DTZ007 - a time of day
        except ValueError:
            raise ScriptNotUnderstood(f"step {number}: at is HH:MM") from None
    if not isinstance(told.get("told", {}), dict):
        raise ScriptNotUnderstood(f"step {number}: told is an object")
    return Step(**{"told": {}, **told})


def _when(step: Step) -> str:
    if step.after_seconds is not None:
        return f"開始{step.after_seconds:g}秒後"
    if step.at is not None:
        return f"{step.at}以降"
    pattern = "" if step.interfaces == "*" else f"{step.interfaces} "
    return f"{pattern}電文{step.after_messages}件の後"
