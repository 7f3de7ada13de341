"""People as the platform knows them: their numbers, 処理通番, 符号 and flags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Person:
    """A 団体内統合宛名番号 that the city told, and how far its 符号 is."""

    attempts: int = 0
    asked: bool = False
    ready_at: float = 0.0
    cause: str = ""
    known_elsewhere_as: str | None = None
    no_automatic_answer: bool = False
    withheld: bool = False

    def code_status(self, now: float) -> str:
        """Return `1` 未要求, `2` 要求中, `3` 取得済, `4` エラー."""
        if not self.asked:
            return "1"
        if now < self.ready_at:
            return "2"
        return "4" if self.cause else "3"


class PeopleKept:
    """The people, changed by events."""

    _counter: int

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, Person] = {}
        self.serials: dict[str, str] = {}
        self.used_serials: set[str] = set()
        self.number_changes = 0

    def new_serials(self, count: int) -> list[str]:
        """Return 処理通番 that were never given out."""
        return [f"{self._counter + 1 + n:020d}" for n in range(count)]

    def _on_numbers(self, told: list[str]) -> None:
        self.number_changes += 1
        for number in told:
            self.people.setdefault(number, Person())

    def _on_serials(self, pairs: list[list[str]]) -> None:
        self._counter += len(pairs)
        self.serials.update((serial, number) for serial, number in pairs)

    def _on_codes(self, told: list[list[Any]]) -> None:
        for serial, ready_at, cause, mark in told:
            self.used_serials.add(serial)
            person = self.people.get(self.serials[serial])
            if person is None:
                continue
            person.asked = True
            person.attempts += 1
            person.ready_at, person.cause = ready_at, cause
            person.known_elsewhere_as = mark

    def _on_flags(self, name: str, *, on: bool, told: list[str]) -> None:
        for number in told:
            setattr(self.people[number], name, on)
