"""
How a file has a value and how the city has it: compiled once for a layout, then column by column.

Inside, a value is our code, a day as YYYY-MM-DD, a text as it came. Each step looks at a different value
once; a column that needs nothing is not touched.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from sapporo_base.layouts.columns import (
    NO_SUCH_CODE,
    NO_SUCH_DAY_IN_FORM,
    OPEN_START,
    UNMAPPED,
    Column,
    Fault,
)
from sapporo_base.layouts.specification import Field, LayoutSpecification
from sapporo_base.layouts.tables import INWARD, OUTWARD, CodeMap, Tables, UnmappedCodes
from sapporo_base.rules import dates

Columns = dict[str, Column]
Found = list[tuple[Field, Fault, list[int]]]
_OPEN_STORED: Final = "-infinity"
_YES: Final = "1"
_REMEMBERED: Final = 65_536
_NOTHING: Final = frozenset({"", "00000000", "0000000"})
_SAYS_UNKNOWN: Final = ("頃", "不詳", "推定", "春", "夏", "秋", "冬", "旬", "から", "〜", "~")


class Remembering(dict[str, str]):
    """Computes each different value once."""

    def __init__(self, compute: Callable[[str], str]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, value: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[value] = computed = self._compute(value)
        return computed


def date_form(field: Field, form: str) -> str:
    """Return how a layout of this form writes the date."""
    return field.date_form or ("compact" if form == "fixed" else "iso")


# From the file ----------------------------------------------------------------------------------


def _day_in(value: str) -> str:
    """Return a day as YYYY-MM-DD; what is none stays, and is judged."""
    if value in _NOTHING:
        return ""
    if value == OPEN_START.replace("-", ""):
        return OPEN_START
    try:
        return dates.parse_date(value).isoformat()
    except dates.NotADate:
        return value


def _is_unknown(value: str, day: str) -> bool:
    """Say whether a text that is no day names an 不詳日 in the expressions of the standard."""
    return bool(value) and day == value and any(word in value for word in _SAYS_UNKNOWN)


class Inward:
    """Turns columns as the file has them into values, in place."""

    def __init__(self, layout: LayoutSpecification, tables: Tables) -> None:
        self._dates = [
            (one, Remembering(_day_in))
            for one in layout.fields
            if one.type == "DATE" and self._needs_reading(one, layout.form)
        ]
        self._inline = [one for one in layout.fields if one.unknown_inline]
        self._zeros = [one for one in layout.fields if one.pad == "zero"]
        self._maps = [(one, tables.maps[one.code_map]) for one in layout.fields if one.code_map]
        self._marks = [
            (one, tables.characters[named].inward)
            for one in layout.fields
            if one.type in {"X", "N"}
            and (named := one.characters or layout.characters) in tables.characters
            and tables.characters[named].inward
        ]
        self.changes = bool(self._dates or self._inline or self._zeros or self._maps or self._marks)
        self.unmapped = UnmappedCodes()

    @staticmethod
    def _needs_reading(one: Field, form: str) -> bool:
        # A day of eight digits in its place is read where the record is cut.
        written = date_form(one, form)
        return written != "iso" and not (form == "fixed" and written == "compact")

    def convert(self, columns: Columns, rows: list[int]) -> Found:
        """Convert in place; return what could not be, by place. `rows` are the numbers of the rows."""
        for one, days in self._dates:
            column = columns[one.name]
            columns[one.name] = [days[value] for value in column]
            if one.unknown_inline:
                self._split(one, column, columns)
        for one in self._inline:
            if f"{one.name}_text" not in columns:
                self._split(one, columns[one.name], columns)
        for one in self._zeros:
            columns[one.name] = [
                (value.lstrip("0") or "0") if value else "" for value in columns[one.name]
            ]
        for one, replacements in self._marks:
            columns[one.name] = _replaced(columns[one.name], replacements)
        found: Found = []
        for one, mapped in self._maps:
            found += self._mapped(one, mapped, columns, rows)
        return found

    def _split(self, field: Field, column: Column, columns: Columns) -> None:
        days = columns[field.name]
        unknown = [_is_unknown(value, day) for value, day in zip(column, days, strict=True)]
        columns[field.name] = ["" if no else day for day, no in zip(days, unknown, strict=True)]
        columns[f"{field.name}_unknown"] = [_YES if no else "" for no in unknown]
        columns[f"{field.name}_text"] = [
            value if no else "" for value, no in zip(column, unknown, strict=True)
        ]

    def _mapped(self, field: Field, mapped: CodeMap, columns: Columns, rows: list[int]) -> Found:
        column = columns[field.name]
        ours = {"": ""} | dict(mapped.inward)
        strange = set(column) - ours.keys()
        columns[field.name] = [ours.get(value, value) for value in column]
        return _unmapped(field, column, strange, rows, INWARD, self.unmapped)


def _unmapped(
    field: Field,
    column: Column,
    strange: set[str],
    rows: list[int],
    direction: str,
    unmapped: UnmappedCodes,
) -> Found:
    if not strange:
        return []
    places: list[int] = []
    for code in sorted(strange):
        at = [place for place, value in enumerate(column) if value == code]
        unmapped.note(field.code_map, direction, code, field.label, [rows[place] for place in at])
        places += at
    return [(field, UNMAPPED, sorted(places))]


def note_strange(
    judged: Mapping[int, Sequence[tuple[Field, Fault]]],
    columns: Columns,
    rows: Sequence[int],
    unmapped: UnmappedCodes,
) -> None:
    """
    Note the codes that the コード表 of their field lacks; what a コード対応表 lacks is noted already.

    :param judged: what is wrong by place. :param rows: the numbers of the rows.
    """
    met: dict[tuple[str, str, str], list[int]] = {}
    for place, wrong in judged.items():
        for one, fault in wrong:
            if fault is NO_SUCH_CODE and not one.code_map:
                key = (one.codes, columns[one.name][place], one.label)
                met.setdefault(key, []).append(rows[place])
    for (table, code, item), of in met.items():
        unmapped.note(table, INWARD, code, item, of)


def _replaced(column: Column, replacements: Mapping[str, str]) -> Column:
    joined = "".join(column)
    present = {one: to for one, to in replacements.items() if one in joined}
    for one, to in present.items():
        column = [value.replace(one, to) if one in value else value for value in column]
    return column


# Into the file ----------------------------------------------------------------------------------

_WRITES: Final[Mapping[str, Callable[[date], str]]] = {
    "compact": lambda day: day.strftime("%Y%m%d") if day.year > 999 else f"{day:%Y%m%d}".zfill(8),  # noqa: PLR2004
    "gyymmdd": dates.format_gyymmdd,
    "points": dates.format_points,
    "wareki": lambda day: dates.format_date(day, weekday=False),
}
_NOT_WRITTEN: Final = "\0"


def _day_out(form: str) -> Callable[[str], str]:
    def written(value: str) -> str:
        if not value:
            return ""
        if form == "compact":
            return value.replace("-", "")
        try:
            return _WRITES[form](date.fromisoformat(value))
        except (ValueError, dates.NotADate):
            return _NOT_WRITTEN

    return written


class Outward:
    """Turns values into what the file has, in place. Characters are no part of it (see `writing`)."""

    def __init__(self, layout: LayoutSpecification, tables: Tables) -> None:
        self._days = [one for one in layout.fields if one.type == "DATE"]
        self._dates = [
            (one, Remembering(_day_out(form)))
            for one in self._days
            if (form := date_form(one, layout.form)) != "iso"
        ]
        self._inline = [one for one in layout.fields if one.unknown_inline]
        self._zeros = [one for one in layout.fields if one.pad == "zero"]
        self._maps = [(one, tables.maps[one.code_map]) for one in layout.fields if one.code_map]
        self.unmapped = UnmappedCodes()

    def open_ends(self, columns: Columns) -> None:
        """Write the open start of a period as the standard does, before it is judged."""
        for one in self._days:
            if _OPEN_STORED in columns[one.name]:
                columns[one.name] = [
                    OPEN_START if value == _OPEN_STORED else value for value in columns[one.name]
                ]

    def convert(self, columns: Columns, rows: list[int]) -> Found:
        """Convert in place; return what could not be, by place."""
        found: Found = []
        for one, days in self._dates:
            columns[one.name] = written = [days[value] for value in columns[one.name]]
            if _NOT_WRITTEN in written:
                places = [at for at, value in enumerate(written) if value == _NOT_WRITTEN]
                found.append((one, NO_SUCH_DAY_IN_FORM, places))
        for one in self._inline:
            flags, words = columns[f"{one.name}_unknown"], columns[f"{one.name}_text"]
            columns[one.name] = [
                word if flag == _YES else day
                for day, flag, word in zip(columns[one.name], flags, words, strict=True)
            ]
        for one in self._zeros:
            columns[one.name] = [
                value.zfill(one.length) if value else "" for value in columns[one.name]
            ]
        for one, mapped in self._maps:
            column = columns[one.name]
            theirs = {"": ""} | dict(mapped.outward)
            strange = set(column) - theirs.keys()
            columns[one.name] = [theirs.get(value, value) for value in column]
            found += _unmapped(one, column, strange, rows, OUTWARD, self.unmapped)
        return found
