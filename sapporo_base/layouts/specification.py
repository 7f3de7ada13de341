"""The shape of a record: fields with their types, widths, code tables and checks."""

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from sapporo_base.layouts.correlations import Correlation, NotACorrelation, parse_correlation
from sapporo_base.layouts.definitions import CHARACTER_SETS, definition_faults

DATA: Final = Path(__file__).resolve().parent.parent / "data"

Codes = Mapping[str, frozenset[str]]


class BadLayout(ValueError):
    """The layout itself is wrong; the message names the layout and the field."""


@dataclass(frozen=True)
class Field:
    """
    One item of a record.

    Types are those of the 共通機能標準仕様書: X half-width, N full-width, 9 digits, 9V decimal, S9
    signed integer, YEAR, DATE, TIME. `length` counts characters that a reader sees, on fixed
    layouts in bytes it counts bytes.

    Inside the city a value is one thing: our code, a day as YYYY-MM-DD, text in MJ. How the file
    has it is told by `code_map` (the neighbour's code table), `date_form`, `characters` (a set or a
    文字対応表) and `pad`. `unknown_inline`: an 不詳日 stands in the date's own place, in its words.
    """

    name: str
    label: str
    type: str
    length: int
    required: bool = False
    codes: str = ""
    check: str = ""
    sealed: bool = False
    unknown_date: bool = False
    code_map: str = ""
    date_form: str = ""
    characters: str = ""
    pad: str = ""
    unknown_inline: bool = False
    integrated_number: bool = False
    """Holds a 団体内統合宛名番号: a business system is told its own number in its place."""
    group: str = ""
    """The repeating group (繰返し項目) of a message in which it stands, by its name there."""


@dataclass(frozen=True)
class LayoutSpecification:
    """A layout in one version: form, encoding and fields, in their order in the record."""

    code: str
    name: str
    version: int
    valid_from: date
    form: str
    encoding: str
    newline: str
    header: bool
    trailer: bool
    unit: str
    refuse_lost: bool
    """Whether 〓, which a poorer character set leaves for what it lacks, is refused."""
    fields: tuple[Field, ...] = field(repr=False)
    correlations: tuple[Correlation, ...] = field(default=(), repr=False)
    characters: str = ""
    """The character set of all texts, or a 文字対応表; empty: what the encoding can hold."""
    keys: str = "name"
    """By what XML and JSON call the items: their name, or their label."""
    root: str = "records"
    record: str = "record"

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        return tuple(one.label for one in self.fields)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {one.name: one for one in self.fields}

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The repeating groups of a message, by name."""
        return tuple(dict.fromkeys(one.group for one in self.fields if one.group))

    def part(self, group: str) -> "LayoutSpecification":
        """Return the layout of one repeating group's rows, or ("") of the items that stand once."""
        fields = tuple(one for one in self.fields if one.group == group)
        names = {one.name for one in fields}
        rules = tuple(rule for rule in self.correlations if names.issuperset(rule.names))
        return replace(self, fields=fields, correlations=rules)

    @cached_property
    def value_names(self) -> tuple[str, ...]:
        """The names of all values of a row: the fields, and what an inline 不詳日 carries beside it."""
        more = (
            f"{one.name}_{part}"
            for one in self.fields
            if one.unknown_inline
            for part in ("unknown", "text")
        )
        return (*self.names, *more)

    @cached_property
    def file_keys(self) -> tuple[str, ...]:
        """What XML and JSON call the fields, in order."""
        return self.labels if self.keys == "label" else self.names

    @cached_property
    def record_length(self) -> int:
        """The length of a fixed record in its unit."""
        return sum(one.length for one in self.fields)

    @cached_property
    def sealed_places(self) -> tuple[int, ...]:
        """Where in the record a 個人番号 stands."""
        return tuple(place for place, one in enumerate(self.fields) if one.sealed)

    @cached_property
    def tables(self) -> frozenset[str]:
        """The code tables that the fields name."""
        return frozenset(one.codes for one in self.fields if one.codes)

    @cached_property
    def code_maps(self) -> frozenset[str]:
        """The neighbour's code tables, by which codes are converted."""
        return frozenset(one.code_map for one in self.fields if one.code_map)

    @cached_property
    def character_maps(self) -> frozenset[str]:
        """The character sets and 文字対応表 that it names."""
        named = {self.characters, *(one.characters for one in self.fields)}
        return frozenset(one for one in named if one and one not in CHARACTER_SETS)


def _field(raw: Mapping[str, Any]) -> Field:
    return Field(
        name=raw["name"],
        label=raw["label"],
        type=raw["type"],
        length=int(raw["length"]),
        required=bool(raw.get("required", False)),
        codes=raw.get("codes", ""),
        check=raw.get("check", ""),
        sealed=bool(raw.get("sealed", False)),
        unknown_date=bool(raw.get("unknown_date", False)),
        code_map=raw.get("code_map", ""),
        date_form=raw.get("date_form", ""),
        characters=raw.get("characters", ""),
        pad=raw.get("pad", ""),
        unknown_inline=bool(raw.get("unknown_inline", False)),
        integrated_number=bool(raw.get("integrated_number", False)),
        group=raw.get("group", ""),
    )


def parse_layout(raw: Mapping[str, Any]) -> LayoutSpecification:
    """
    Return the layout that a JSON object describes.

    :raises BadLayout: it describes none; nothing is guessed.
    """
    code = str(raw.get("code", "?"))
    for fault in definition_faults(raw):
        raise BadLayout(f"{code}: {fault.words}")
    try:
        correlations = tuple(map(parse_correlation, raw.get("correlations", ())))
    except NotACorrelation as error:
        raise BadLayout(f"{code}: {error}") from None
    layout = LayoutSpecification(
        code=code,
        name=raw["name"],
        version=int(raw["version"]),
        valid_from=date.fromisoformat(raw["valid_from"]),
        form=raw["form"],
        encoding=raw["encoding"].lower(),
        newline=raw.get("newline", "\r\n"),
        header=bool(raw.get("header", False)),
        trailer=bool(raw.get("trailer", False)),
        unit=raw.get("unit", "characters"),
        refuse_lost=bool(raw.get("refuse_lost", False)),
        fields=tuple(map(_field, raw["fields"])),
        correlations=correlations,
        characters=raw.get("characters", ""),
        keys=raw.get("keys", "name"),
        root=raw.get("root", "records"),
        record=raw.get("record", "record"),
    )
    for rule in layout.correlations:
        if stray := set(rule.names) - set(layout.value_names):
            raise BadLayout(
                f"{code}: a correlation of {rule.item} names {', '.join(sorted(stray))}"
            )
    return layout


def read_definition(code: str, folder: Path = DATA / "layouts") -> dict[str, Any]:
    """
    Return the JSON object of a layout that is shipped with the project.

    One with `fields_of` is another form of the layout named there: the same fields.

    :raises BadLayout: there is none, or no layout from which to take the fields.
    """
    path = folder / f"{code}.json"
    if not path.is_file():
        raise BadLayout(f"{code}: no such layout")
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if source := raw.pop("fields_of", ""):
        raw["fields"] = read_definition(source, folder)["fields"]
    return raw


def load_layout(code: str, folder: Path = DATA / "layouts") -> LayoutSpecification:
    """
    Return the layout `code` that is shipped with the project.

    :raises BadLayout: there is none, or it is wrong.
    """
    return parse_layout(read_definition(code, folder))


def load_codes(
    tables: Iterable[str], *, on: date | None = None, folder: Path = DATA / "codes"
) -> Codes:
    """
    Return the codes of each table, all ever valid or those valid on a day.

    :raises BadLayout: a table is not there.
    """
    found: dict[str, frozenset[str]] = {}
    for table in tables:
        path = folder / f"{table}.csv"
        if not path.is_file():
            raise BadLayout(f"{table}: no such code table")
        with path.open(encoding="utf-8", newline="") as stream:
            found[table] = frozenset(
                row["code"] for row in csv.DictReader(stream) if on is None or _valid(row, on)
            )
    return found


def _valid(row: Mapping[str, str], on: date) -> bool:
    since, until = row.get("valid_from"), row.get("valid_until")
    return not (
        (since and on < date.fromisoformat(since)) or (until and on >= date.fromisoformat(until))
    )


def judged_by(layout: LayoutSpecification, codes: Codes) -> str:
    """
    Tell by what rows are judged, as SHA-256 in hex of the layout's fields and their codes.

    The same row judged by the same is right or wrong again, without looking; whether it came as CSV
    or with fixed lengths makes no difference.
    """
    named = sorted((table, sorted(codes[table])) for table in layout.tables)
    return hashlib.sha256(repr((layout.fields, named)).encode()).hexdigest()
