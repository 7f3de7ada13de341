"""The other organisations' fictitious people: what they would answer about whom."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.simulator import masters

Items = Mapping[str, Any]
_MUNICIPALITY: Final = slice(5, 11)


class CitizensNotUnderstood(ValueError):
    """The file of citizens is not of the documented shape."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about one person."""

    information: str
    provider: str
    tax_year: int | None
    period_from: str  # YYYYMMDD or empty
    period_until: str


class Citizens:
    """
    People known elsewhere, found by 個人番号.

    The number itself is not kept: only its digest under the 住基ネット side's key.
    """

    def __init__(self, key: bytes, path: Path | None = None) -> None:
        self._key = key
        self._people: dict[str, dict[str, Any]] = {}
        if path is not None:
            self._load(path)

    def __len__(self) -> int:
        return len(self._people)

    def who(self, individual_number: str) -> str | None:
        """Return the mark under which somebody is known elsewhere, None if nobody knows them."""
        mark = self._mark(individual_number)
        return mark if mark in self._people else None

    def held_seconds(self, mark: str | None) -> float:
        """Return how long the other side holds an answer about somebody (自動応答不可 there)."""
        return float(self._people.get(mark or "", {}).get("held_seconds", 0))

    def answer(self, mark: str | None, question: Question) -> Items | None:
        """Return the items the provider answers with, None if it has no record (該当なし)."""
        person = self._people.get(mark or "")
        if person is None:
            return None
        if question.information == masters.PENSION:
            return _items(person.get("pension"))
        if question.information == masters.ACCOUNT:
            return _items(person.get("account"))
        municipality = question.provider[_MUNICIPALITY]
        if question.information == masters.TAX:
            return _items(_tax(person, municipality, question.tax_year))
        if question.information == masters.RESIDENCE:
            return _items(_residence(person, municipality, question))
        return None

    def _mark(self, individual_number: str) -> str:
        return hmac.new(self._key, individual_number.encode(), hashlib.sha256).hexdigest()[:32]

    def _load(self, path: Path) -> None:
        try:
            people = json.loads(path.read_text("utf-8"))["citizens"]
            for person in people:
                self._people[self._mark(person.pop("individual_number"))] = person
        except (ValueError, KeyError, TypeError, AttributeError):
            # The content stays out of the message: it holds numbers.
            raise CitizensNotUnderstood(str(path)) from None


def _items(record: Mapping[str, Any] | None) -> Items | None:
    return record["items"] if record else None


def _tax(
    person: Mapping[str, Any], municipality: str, tax_year: int | None
) -> Mapping[str, Any] | None:
    there = [t for t in person.get("tax") or () if t["municipality_code"] == municipality]
    if tax_year is None:
        return max(there, key=lambda t: int(t["tax_year"]), default=None)
    return next((t for t in there if int(t["tax_year"]) == tax_year), None)


def _residence(
    person: Mapping[str, Any], municipality: str, question: Question
) -> Mapping[str, Any] | None:
    first = question.period_from or "00000000"
    last = question.period_until or "99999999"
    there = [
        r
        for r in person.get("residence") or ()
        if r["municipality_code"] == municipality
        and _digits(r.get("from"), "00000000") <= last
        and _digits(r.get("until"), "99999999") >= first
    ]
    return max(there, key=lambda r: _digits(r.get("from"), "00000000"), default=None)


def _digits(date: str | None, otherwise: str) -> str:
    return date.replace("-", "") if date else otherwise
