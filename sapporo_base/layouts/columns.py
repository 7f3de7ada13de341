"""
Judging a column at once: a healthy column costs one pass in C, a sick one is read cell by cell.

Each check gets a column of texts ("" is absent) and answers with the places, from 0, of those cells
that are wrong. No answer ever repeats a value.
"""

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sapporo_base.layouts.specification import Codes, Field, LayoutSpecification
from sapporo_base.rules.characters import visible_length
from sapporo_base.rules.check_digits import wrong_numbers
from sapporo_base.rules.dates import NotADate, sort_date

Column = list[str]


@dataclass(frozen=True)
class Fault:
    """Why a cell is wrong: a code for machines (E0001-E0004 as the standard's API) and words."""

    code: str
    reason: str


REQUIRED: Final = Fault("E0001", "必須の項目が空である。")
NOT_HALF_WIDTH: Final = Fault("E0002", "半角でない文字がある。")
NOT_FULL_WIDTH: Final = Fault("E0002", "全角でない文字がある。")
NOT_DIGITS: Final = Fault("E0002", "半角数字でない文字がある。")
NOT_A_NUMBER: Final = Fault("E0002", "数値として読めない。")
NOT_A_YEAR: Final = Fault("E0002", "西暦年として読めない。")
NOT_A_DAY: Final = Fault("E0002", "日付として読めない、または暦にない日である。")
NOT_A_TIME: Final = Fault("E0002", "時刻として読めない。")
NO_SUCH_CODE: Final = Fault("E0002", "コード表にない値である。")
LOST_CHARACTER: Final = Fault("E0002", "送信元の文字コードで失われた文字(〓)がある。")
WRONG_CHECK_DIGIT: Final = Fault("E0002", "検査数字が合わない、または番号の形でない。")
UNMAPPED: Final = Fault("E0201", "コード対応表にない値である。")
NO_SUCH_DAY_IN_FORM: Final = Fault("E0202", "この日付は元号では書けない。")
NOT_IN_CHARACTERS: Final = Fault("E0002", "相手の文字集合にない文字がある。")
NOT_IN_ENCODING: Final = Fault("E0002", "ファイルの文字コードにない文字がある。")
UNRELATED: Final = "E0004"
NO_WORDS: Final = Fault(UNRELATED, "不詳日に不詳表記がない。")
WORDS_WITHOUT_FLAG: Final = Fault(UNRELATED, "不詳表記があるが不詳フラグが立っていない。")


def too_long(field: Field) -> Fault:
    return Fault("E0003", f"{field.length}桁を超えている。")


_HALF: Final = re.compile(r"[\x20-\x7e｡-ﾟ]*\Z")
# A full-width text holds no half-width character, no control character, nothing undecodable.
_NOT_FULL: Final = re.compile("[\x00-\x7f\x80-\x9f｡-ﾟ\ufffd\u200b-\u200f\u2028-\u202e\ufeff]")
_DECIMAL: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?\Z")
_SIGNED: Final = re.compile(r"[+-]?[0-9]+\Z")
_YEAR: Final = re.compile(r"[0-9]{4}\Z")
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\Z")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
# Open ends of a period as the standard writes them; PostgreSQL has no year 0.
OPEN_START: Final = "0000-01-01"
_YES: Final = "1"
_LOST: Final = "〓"


def _where(column: Column, wrong: Callable[[str], bool]) -> list[int]:
    """Look at each different value once."""
    bad = {value for value in set(column) if value and wrong(value)}
    return [place for place, value in enumerate(column) if value in bad] if bad else []


def _not_half_width(column: Column, joined: str) -> list[int]:
    if joined.isascii() and joined.isprintable():
        return []
    return _where(column, lambda value: _HALF.match(value) is None)


def _not_full_width(column: Column, joined: str) -> list[int]:
    if not _NOT_FULL.search(joined):
        return []
    return _where(column, lambda value: _NOT_FULL.search(value) is not None)


def _not_digits(column: Column, joined: str) -> list[int]:
    if joined.isascii() and joined.isdigit():
        return []
    return _where(column, lambda value: not (value.isascii() and value.isdigit()))


def _not_signed(column: Column, joined: str) -> list[int]:
    if joined.isascii() and (joined.isdigit() or _are_signed(column, joined)):
        return []
    return _where(column, lambda value: _SIGNED.match(value) is None)


def _are_signed(column: Column, joined: str) -> bool:
    """Say whether all are numbers with a sign or none, by what reads numbers fastest."""
    if not joined.isprintable() or " " in joined or "_" in joined:
        return False
    try:
        deque(map(int, filter(None, column)), maxlen=0)
    except ValueError:
        return False
    return True


def _not_decimal(column: Column, joined: str) -> list[int]:
    if joined.isascii() and joined.isdigit():
        return []
    return _where(column, lambda value: _DECIMAL.match(value) is None)


def _not_year(column: Column, _joined: str) -> list[int]:
    return _where(column, lambda value: _YEAR.match(value) is None)


def _not_time(column: Column, _joined: str) -> list[int]:
    return _where(column, lambda value: _TIME.match(value) is None)


_CHARACTER_CHECKS: Final = {
    "X": (_not_half_width, NOT_HALF_WIDTH),
    "N": (_not_full_width, NOT_FULL_WIDTH),
    "9": (_not_digits, NOT_DIGITS),
    "S9": (_not_signed, NOT_A_NUMBER),
    "9V": (_not_decimal, NOT_A_NUMBER),
    "YEAR": (_not_year, NOT_A_YEAR),
    "TIME": (_not_time, NOT_A_TIME),
}


def _measure(field: Field, value: str) -> int:
    if field.type == "S9":
        return len(value.lstrip("+-"))
    if field.type == "9V":
        return len(value.replace(".", ""))
    return visible_length(value)


# Beyond so many different values those of a field seldom come again; days and times all do.
_REMEMBERED: Final = 10_000
_MOMENTS: Final = 100_000


class Judge:
    """Judges the columns of one layout; remembers which values it has already found right."""

    def __init__(self, layout: LayoutSpecification, codes: Codes) -> None:
        """
        Build a judge.

        :raises KeyError: a code table that a field names is not among `codes`.
        """
        self._layout = layout
        self._codes = {table: codes[table] | {""} for table in layout.tables}
        self._dates = [field for field in layout.fields if field.type == "DATE"]
        self._days: set[str] = {""}
        # What a cell is worth depends on its value alone, but for dates that may be 不詳.
        self._right: dict[str, set[str]] = {
            field.name: set() for field in layout.fields if not field.unknown_date
        }

    def faults(self, columns: dict[str, Column]) -> dict[int, list[tuple[Field, Fault]]]:
        """Return what is wrong by row (from 0): at most one fault for each field."""
        found: dict[int, dict[str, Fault]] = {}
        for field in self._layout.fields:
            right = self._right.get(field.name)
            if right is not None and right.issuperset(columns[field.name]):
                continue
            wrong = self._judge(field, columns)
            if right is not None and not any(places for _, places in wrong):
                self._remember(field, right, columns[field.name])
            for fault, places in wrong:
                for place in places:
                    found.setdefault(place, {}).setdefault(field.name, fault)
        fields = self._layout.by_name
        for rule in self._layout.correlations:
            for place in rule.broken(columns):
                found.setdefault(place, {}).setdefault(rule.item, Fault(UNRELATED, rule.reason))
        return {
            place: [(fields[name], fault) for name, fault in of_row.items()]
            for place, of_row in sorted(found.items())
        }

    def _remember(self, field: Field, right: set[str], column: Column) -> None:
        right.update(column)
        if len(right) > (_MOMENTS if field.type in {"DATE", "TIME"} else _REMEMBERED):
            del self._right[field.name]

    def _judge(
        self, field: Field, columns: dict[str, Column]
    ) -> Sequence[tuple[Fault, Sequence[int]]]:
        column = columns[field.name]
        wrong: list[tuple[Fault, Sequence[int]]] = []
        if field.unknown_date:
            return self._judge_unknown(field, columns)
        if field.required and "" in column:
            wrong.append((REQUIRED, [place for place, one in enumerate(column) if not one]))
        elif field.check and not field.codes and not _wrong_check(field.check, column):
            return wrong
        if field.type == "DATE":
            wrong.append((NOT_A_DAY, self._not_days(column)))
            return wrong
        if field.codes and not field.check and self._codes[field.codes].issuperset(column):
            return wrong
        joined = "".join(column)
        if not joined:
            return wrong
        check, fault = _CHARACTER_CHECKS[field.type]
        if places := check(column, joined):
            wrong.append((fault, places))
        if self._layout.refuse_lost and _LOST in joined:
            wrong.append((LOST_CHARACTER, _where(column, lambda value: _LOST in value)))
        if max(map(len, column)) > field.length:
            longer = _where(column, lambda value: _measure(field, value) > field.length)
            wrong.append((too_long(field), longer))
        if field.codes and not self._codes[field.codes].issuperset(column):
            known = self._codes[field.codes]
            wrong.append((NO_SUCH_CODE, _where(column, lambda value: value not in known)))
        if field.check:
            wrong.append((WRONG_CHECK_DIGIT, _wrong_check(field.check, column)))
        return wrong

    def _judge_unknown(
        self, field: Field, columns: dict[str, Column]
    ) -> Sequence[tuple[Fault, Sequence[int]]]:
        """
        Judge a date that may be 不詳: a day of the calendar, or the flag with its words.

        住民記録システム標準仕様書: a day that the calendar lacks is allowed there.
        """
        column = columns[field.name]
        flags, words = columns[f"{field.name}_unknown"], columns[f"{field.name}_text"]
        # A few of thousands are 不詳: only these places are looked at one by one.
        unknown = _places_of(_YES, flags)
        worded = [at for at, one in enumerate(words) if one] if any(words) else []
        days = [at for at in self._not_days(column) if flags[at] != _YES]
        days += [at for at in unknown if not _sorts(column[at])]
        wrong: list[tuple[Fault, Sequence[int]]] = [
            (NO_WORDS, [at for at in unknown if not words[at]]),
            (WORDS_WITHOUT_FLAG, [at for at in worded if flags[at] != _YES]),
            (NOT_A_DAY, days),
        ]
        if field.required and "" in column:
            empty = _places_of("", column)
            wrong.append((REQUIRED, [at for at in empty if flags[at] != _YES]))
        return wrong

    def settle_days(self, columns: dict[str, Column]) -> frozenset[int]:
        """
        Empty, in place, the cells of 不詳日 that name no day of the calendar: their words remain.

        The open start of a period (0000-01-01) becomes -infinity, which PostgreSQL reads. Return the
        places of the rows that were changed.
        """
        amended: set[int] = set()
        for field in self._dates:
            column = columns[field.name]
            settled: dict[int, str] = {}
            if field.unknown_date:
                unknown = _places_of(_YES, columns[f"{field.name}_unknown"])
                settled |= {at: "" for at in unknown if column[at] and not _is_day(column[at])}
            settled |= dict.fromkeys(_places_of(OPEN_START, column), "-infinity")
            if settled:
                columns[field.name] = column = list(column)
                for at, value in settled.items():
                    column[at] = value
                amended |= settled.keys()
        return frozenset(amended)

    def _not_days(self, column: Column) -> list[int]:
        if self._days.issuperset(column):
            return []
        new = set(column) - self._days
        bad = {value for value in new if not _is_day(value)}
        self._days |= new - bad
        return [place for place, value in enumerate(column) if value in bad] if bad else []


def _places_of(value: str, column: Column) -> list[int]:
    """Return where a value stands; looking for one that is rare takes one pass in C."""
    places: list[int] = []
    at = -1
    for _ in range(column.count(value)):
        at = column.index(value, at + 1)
        places.append(at)
    return places


def _wrong_check(kind: str, column: Column) -> list[int]:
    if "" not in column:
        return wrong_numbers(kind, column)
    places = [place for place, value in enumerate(column) if value]
    return [places[at] for at in wrong_numbers(kind, [column[place] for place in places])]


def _is_day(value: str) -> bool:
    if not _DATE.match(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return value == OPEN_START
    return True


def _sorts(value: str) -> bool:
    if not value:
        return True
    try:
        sort_date(value)
    except NotADate:
        return False
    return True
