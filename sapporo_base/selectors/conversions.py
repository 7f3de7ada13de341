"""Questions to the dated definitions: which version is in force, what it needs, what differs between two."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from sapporo_base.layouts import (
    CharacterRules,
    CodeMap,
    LayoutSpecification,
    Tables,
    golden,
    load_codes,
    parse_layout,
)
from sapporo_base.layouts.definitions import CHARACTER_SETS, FORMS, UNITS, DefinitionFault
from sapporo_base.layouts.definitions import definition_faults as layout_faults
from sapporo_base.layouts.sheets import (
    CHARACTER_COLUMNS,
    CODE_COLUMNS,
    LAYOUT_COLUMNS,
    SheetColumn,
    character_faults,
    code_faults,
)
from sapporo_base.models import (
    CharacterMap,
    CodeEntry,
    CodeTable,
    CodeTableRevision,
    ConversionLoss,
    GoldenExample,
    Layout,
    UnmappedCode,
)
from sapporo_base.models.layouts import DraftedVersion
from sapporo_base.rules.characters import CharacterSet
from sapporo_base.selectors.reference import in_force

State = DraftedVersion.State
_MOST_SHOWN = 20


def version_on(kind: type[DraftedVersion], code: str, *, day: date) -> Any:
    """Return the activated version of a definition that is in force on a day, or None."""
    versions = kind._default_manager.filter(in_force(day), code=code, state=State.ACTIVE)
    return versions.order_by("-version").first()


def message_layout(*, purpose: str, information_code: str, day: date) -> Layout | None:
    """Return the layout by which copies or results of a 特定個人情報 are converted on a day, if there is one."""
    found = Layout.objects.filter(
        in_force(day),
        state=State.ACTIVE,
        definition__form="message",
        definition__purpose=purpose,
        definition__information_code=information_code,
    )
    return found.order_by("-version").first()


def tables_for(layouts: Iterable[LayoutSpecification], *, day: date) -> Tables:
    """Return the codes, code maps and characters that layouts name, as in force on a day."""
    layouts = list(layouts)
    named = {table for one in layouts for table in one.tables}
    maps = {table for one in layouts for table in one.code_maps}
    entries = CodeEntry.objects.filter(in_force(day), table__code__in=named | maps)
    codes: dict[str, set[str]] = {table: set() for table in named}
    inward: dict[str, dict[str, str]] = {table: {} for table in maps}
    outward: dict[str, dict[str, str]] = {table: {} for table in maps}
    for table, code, counterpart, direction in entries.values_list(
        "table__code", "code", "counterpart", "direction"
    ):
        if table in codes:
            codes[table].add(code)
        if table in maps and counterpart:
            if direction != CodeEntry.Direction.OUTWARD:
                inward[table][code] = counterpart
            if direction != CodeEntry.Direction.INWARD:
                outward[table][counterpart] = code
    return Tables(
        codes={table: frozenset(found) for table, found in codes.items()},
        maps={table: CodeMap(inward[table], outward[table]) for table in maps},
        characters={
            name: character_rules(found.definition)
            for one in layouts
            for name in one.character_maps
            if (found := version_on(CharacterMap, name, day=day)) is not None
        },
    )


def character_rules(definition: Mapping[str, Any]) -> CharacterRules:
    """Return the replacements that the definition of a 文字対応表 states."""
    target = definition.get("target", "")
    entries = definition.get("entries", ())
    return CharacterRules(
        CharacterSet(target) if target else None,
        {e["from"]: e["to"] for e in entries if e.get("direction", "both") != "inward"},
        {e["to"]: e["from"] for e in entries if e.get("direction", "both") != "outward"},
    )


# What staff edit -------------------------------------------------------------------------------

COLUMNS: Mapping[type[DraftedVersion], tuple[str, Sequence[SheetColumn]]] = {
    Layout: ("fields", LAYOUT_COLUMNS),
    CodeTableRevision: ("entries", CODE_COLUMNS),
    CharacterMap: ("entries", CHARACTER_COLUMNS),
}
"""Under which key the rows of a definition stand, and what their columns are."""


def definition_faults(
    kind: type[DraftedVersion], definition: Mapping[str, Any], *, day: date
) -> list[DefinitionFault]:
    """Return everything that is wrong with a definition, by row and column."""
    if kind is Layout:
        return layout_faults(
            definition, tables=table_codes(), character_maps=set(character_names(day=day))
        )
    if kind is CharacterMap:
        found = list(character_faults(definition.get("entries", ())))
        if (target := definition.get("target", "")) and target not in set(CharacterSet):
            found.insert(0, DefinitionFault(0, "target", f"文字集合「{target}」がありません。"))
        return found
    stands_for = definition.get("stands_for", "")
    ours = set(
        CodeEntry.objects.filter(in_force(day), table__code=stands_for).values_list(
            "code", flat=True
        )
    )
    return list(code_faults(definition.get("entries", ()), stands_for=stands_for, ours=ours))


def table_codes() -> set[str]:
    """Return the names of all code tables."""
    return set(CodeTable.objects.values_list("code", flat=True))


def table_choices() -> list[tuple[str, str]]:
    """Return all code tables for a form to choose from."""
    tables = CodeTable.objects.order_by("name", "code").values_list("code", "name")
    return [(code, name if name == code else f"{name}({code})") for code, name in tables]


def character_names(*, day: date) -> dict[str, str]:
    """Return the 文字対応表 in force on a day, or from a later one, by their name."""
    found = CharacterMap.objects.filter(state=State.ACTIVE).exclude(valid_until__lte=day)
    return dict(found.order_by("code", "version").values_list("code", "name"))


def character_choices(*, day: date) -> list[tuple[str, str]]:
    """Return the character sets and 文字対応表 for a form to choose from."""
    return [*CHARACTER_SETS.items(), *character_names(day=day).items()]


def entries_on(table: CodeTable, *, day: date) -> list[dict[str, str]]:
    """Return the codes of a table in force on a day, as a definition holds them."""
    entries = table.entries.filter(in_force(day)).order_by("code", "counterpart")
    rows = []
    for code, name, counterpart, direction in entries.values_list(
        "code", "name", "counterpart", "direction"
    ):
        row = {"code": code, "name": name}
        if counterpart:
            row |= {"counterpart": counterpart, "direction": direction}
        rows.append(row)
    return rows


def compared(
    kind: type[DraftedVersion], before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return two definitions by label, row for row, for their difference to be shown."""
    return _in_words(kind, before), _in_words(kind, after)


_HEAD_WORDS: Mapping[str, str] = {
    "form": "形式",
    "encoding": "文字コード",
    "unit": "桁数の単位",
    "header": "見出し行",
    "trailer": "トレーラ",
    "newline": "改行",
    "characters": "文字集合",
    "keys": "XML・JSONの名前",
    "target": "文字集合",
    "stands_for": "対応する市のコード表",
    "source": "出典",
}


def _in_words(kind: type[DraftedVersion], definition: Mapping[str, Any]) -> dict[str, str]:
    rows_key, columns = COLUMNS[kind]
    said = {
        label: _head_word(key, definition[key])
        for key, label in _HEAD_WORDS.items()
        if definition.get(key) not in {None, "", False}
    }
    for number, row in enumerate(definition.get(rows_key, ()), 1):
        named = row.get("name") if kind is Layout else row.get("code") or row.get("from")
        parts = [
            one.label if value is True else f"{one.label} {value}"
            for one in columns
            if (value := row.get(one.key)) not in {None, "", False}
        ]
        label = (
            f"項目 {named}" if kind is Layout else f"{named} {row.get('counterpart', '')}".strip()
        )
        if kind is Layout:
            parts.insert(0, f"{number}番目")
        said[label] = "、".join(parts)
    return said


def _head_word(key: str, value: Any) -> str:
    if key == "newline":
        return {"\r\n": "CRLF", "\n": "LF"}.get(value, "なし")
    words = {"form": FORMS, "unit": UNITS}.get(key, {})
    return "あり" if value is True else str(words.get(value, value))


# Examples --------------------------------------------------------------------------------------


def examples_for(code: str, *, day: date) -> QuerySet[GoldenExample]:
    """Return the examples of a layout that must hold on a day."""
    return GoldenExample.objects.filter(in_force(day), layout_code=code).order_by("name")


@dataclass(frozen=True, slots=True)
class Broken:
    """An example that a layout breaks, and how."""

    example: GoldenExample
    how: str


def broken_examples(layout: Layout, *, day: date) -> list[Broken]:
    """
    Return the examples of a layout that a version breaks on a day.

    :raises BadLayout: the version is none.
    """
    if layout.definition.get("form") == "message":
        return []
    spec = parse_layout(layout.definition)
    tables = tables_for([spec], day=day)
    return [
        Broken(example, how)
        for example in examples_for(layout.code, day=day)
        if (how := golden.broken_by(spec, example.rows, bytes(example.expected), tables))
    ]


def open_unmapped() -> QuerySet[UnmappedCode]:
    """Return the codes that nobody has entered yet, the most frequent first."""
    return UnmappedCode.objects.filter(settled_at=None).order_by("-count", "pk")


def losses_of(*, origin: str, record: str) -> QuerySet[ConversionLoss]:
    """Return the characters that a record lost, in order of the text."""
    return ConversionLoss.objects.filter(origin=origin, record=record).order_by("item", "position")


@dataclass(frozen=True, slots=True)
class UnmappedOfTable:
    """What one コード表 lacks: how many codes, met how often, and in which item the most frequent."""

    table_code: str
    name: str
    codes: int
    count: int
    item: str


def open_unmapped_by_table() -> list[UnmappedOfTable]:
    """Return the tables that lack codes which were met, by their names."""
    found: dict[str, list[UnmappedCode]] = {}
    for one in open_unmapped():
        found.setdefault(one.table_code, []).append(one)
    names = dict(CodeTable.objects.filter(code__in=found).values_list("code", "name"))
    return [
        UnmappedOfTable(
            table,
            names.get(table, table),
            len(rows),
            sum(one.count for one in rows),
            rows[0].item,
        )
        for table, rows in sorted(found.items())
    ]


def unmapped_of_item(item: str) -> list[UnmappedCode]:
    """Return the codes of an item that its table lacks, the most frequent first."""
    return list(open_unmapped().filter(item=item)[:_MOST_SHOWN])


def judging_codes(layout: LayoutSpecification, *, day: date) -> dict[str, frozenset[str]]:
    """
    Return the codes by which a received file is judged: whatever was ever valid, since a register tells of
    the past, of the release and of staff, but for what begins after the day.
    """
    known = {table: set(codes) for table, codes in load_codes(layout.tables).items()}
    entered = CodeEntry.objects.filter(table__code__in=layout.tables, valid_from__lte=day)
    for table, code in entered.values_list("table__code", "code"):
        known[table].add(code)
    return {table: frozenset(codes) for table, codes in known.items()}
