"""The shape of a record: fields with their types, widths, code tables and checks."""

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from sapporo_base.layouts.correlations import Correlation, NotACorrelation, parse_correlation
from sapporo_base.rules.check_digits import CHECKS

DATA: Final = Path(__file__).resolve().parent.parent / "data"
TYPES: Final = frozenset({"X", "N", "9", "9V", "S9", "YEAR", "DATE", "TIME"})
ENCODINGS: Final = frozenset({"utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le", "utf-16-be"})

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


def _field(raw: Mapping[str, Any], layout: str) -> Field:
    try:
        one = Field(
            name=raw["name"],
            label=raw["label"],
            type=raw["type"],
            length=int(raw["length"]),
            required=bool(raw.get("required", False)),
            codes=raw.get("codes", ""),
            check=raw.get("check", ""),
            sealed=bool(raw.get("sealed", False)),
            unknown_date=bool(raw.get("unknown_date", False)),
        )
    except KeyError as missing:
        raise BadLayout(f"{layout}: a field lacks {missing}") from None
    if one.type not in TYPES:
        raise BadLayout(f"{layout}.{one.name}: unknown type {one.type}")
    if one.length < 1:
        raise BadLayout(f"{layout}.{one.name}: length {one.length}")
    if one.check and one.check not in CHECKS:
        raise BadLayout(f"{layout}.{one.name}: unknown check {one.check}")
    return one


def parse_layout(raw: Mapping[str, Any]) -> LayoutSpecification:
    """
    Return the layout that a JSON object describes.

    :raises BadLayout: it describes none; nothing is guessed.
    """
    code = str(raw.get("code", "?"))
    try:
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
            fields=tuple(_field(one, code) for one in raw["fields"]),
            correlations=tuple(map(parse_correlation, raw.get("correlations", ()))),
        )
    except KeyError as missing:
        raise BadLayout(f"{code}: {missing} is missing") from None
    except NotACorrelation as error:
        raise BadLayout(f"{code}: {error}") from None
    if layout.form not in {"csv", "fixed"} or layout.unit not in {"bytes", "characters"}:
        raise BadLayout(f"{code}: form {layout.form}, unit {layout.unit}")
    if layout.encoding not in ENCODINGS:
        raise BadLayout(f"{code}: encoding {layout.encoding}")
    if layout.form == "fixed" and layout.header:
        raise BadLayout(f"{code}: a fixed layout has no header row")
    if layout.form == "csv" and not layout.newline:
        raise BadLayout(f"{code}: a CSV layout needs a newline")
    if not layout.fields or len(set(layout.names)) != len(layout.names):
        raise BadLayout(f"{code}: no fields, or a name twice")
    for rule in layout.correlations:
        if stray := set(rule.names) - set(layout.names):
            raise BadLayout(
                f"{code}: a correlation of {rule.item} names {', '.join(sorted(stray))}"
            )
    for one in layout.fields:
        companions = {f"{one.name}_unknown", f"{one.name}_text"} - set(layout.names)
        if one.unknown_date and companions:
            raise BadLayout(f"{code}.{one.name}: {', '.join(sorted(companions))} is missing")
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
