"""Residents and changes as a receiver may see them: the columns are chosen before the query."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from resident_basic.rules.items import (
    AREA,
    CODE_OF_PLACE,
    HEAD_ITEMS,
    WARD,
    YEAR,
    YEAR_AND_MONTH,
    Item,
    resident_items,
)
from resident_basic.selectors.approvals import Approval
from resident_basic.selectors.versions import known_versions
from sapporo_base.feed import Feed

CHANGES: Final = Feed("resident_basic_residentchange")

_REDUCED: Final = {
    YEAR: "to_char({value}, 'YYYY')",
    YEAR_AND_MONTH: "to_char({value}, 'YYYY-MM')",
    AREA: "left({value}, 3)",
    # The name of the 市区町村 by its code: the words of a place outside are never cut by guessing.
    WARD: (
        "(SELECT e.name FROM sapporo_base_codeentry e"
        " JOIN sapporo_base_codetable t ON t.id = e.table_id"
        " WHERE t.code = 'municipality' AND e.code = v.{code} ORDER BY e.valid_from DESC LIMIT 1)"
    ),
}
OWN, HEAD = "own", "head"
PROTECTION: Final = (
    "LEFT JOIN resident_basic_supportmeasure m"
    " ON m.resident_number = v.resident_number AND m.ended_at IS NULL"
)
# Whether someone is protected is told as it stands now and here, whatever 既存住基 said with the version:
# who passes a 住所 on must know of a protection that was registered here, or extended, or ended.
_AS_PROTECTED_NOW: Final = {
    "support_measure": (
        "CASE WHEN m.id IS NOT NULL THEN m.kind"
        " WHEN v.support_measure IN ('1', '2') THEN '3' ELSE v.support_measure END"
    ),
    "support_subject": "CASE WHEN m.id IS NULL THEN v.support_subject ELSE m.subject_kind END",
    "support_from": "CASE WHEN m.id IS NULL THEN v.support_from ELSE m.since END",
    "support_until": "CASE WHEN m.id IS NULL THEN v.support_until ELSE m.until END",
}
# Whom a row names as 世帯主 tells where that person lives, even where the row's own person may be told.
_NAMES_PROTECTED_HEAD: Final = (
    "v.head_resident_number IN"
    " (SELECT h.resident_number FROM resident_basic_supportmeasure h WHERE h.ended_at IS NULL)"
)
_SUPPRESSION: Final = (
    f"CASE WHEN m.id IS NOT NULL THEN '{OWN}' WHEN {_NAMES_PROTECTED_HEAD} THEN '{HEAD}' END"
)


@dataclass(frozen=True, slots=True)
class DisclosedResident:
    """
    One person as a receiver may see them.

    `items` are values by name of the layout, dates as dates, "" and None absent; `withheld` names
    all that exists and is not given: not approved, or hidden by 支援措置 (`is_suppressed`); `reduced`
    tells of items that are given less than whole how they are.
    """

    resident_number: str
    history_number: int
    items: dict[str, Any]
    withheld: tuple[str, ...]
    reduced: Mapping[str, str]
    is_suppressed: bool


@dataclass(frozen=True, slots=True)
class DisclosedChange(DisclosedResident):
    """One 異動情報 at its place in the feed; the items are those after this 異動."""

    receipt: int
    kind: str
    event_id: str
    is_latest: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a receiver: names, the SQL that selects them, what 支援措置 hides of them."""

    names: tuple[str, ...]
    sql: str
    hidden: frozenset[str]


def columns_for(approval: Approval) -> Columns:
    """
    Return the columns that an approval allows.

    What 支援措置 hides from this receiver leaves the database as NULL for the protected.
    """
    names: list[str] = []
    parts: list[str] = []
    hidden: set[str] = set()
    for name, item in resident_items().items():
        if name not in approval.items:
            continue
        suppressed = item.is_protected and not approval.protected_people
        if suppressed:
            hidden.add(name)
        for column, expression in _expressions(item, approval.reductions.get(name, "")):
            names.append(column)
            value = _unless_protected(name, expression) if suppressed else expression
            parts.append(f"{value} AS {connection.ops.quote_name(column)}")
    return Columns(tuple(names), "".join(f", {part}" for part in parts), frozenset(hidden))


def _unless_protected(item: str, expression: str) -> str:
    if item in HEAD_ITEMS:
        return f"CASE WHEN m.id IS NULL AND NOT {_NAMES_PROTECTED_HEAD} THEN {expression} END"
    return f"CASE WHEN m.id IS NULL THEN {expression} END"


def _expressions(item: Item, reduction: str) -> list[tuple[str, str]]:
    quoted = connection.ops.quote_name
    whole = [
        (column, _AS_PROTECTED_NOW.get(column, f"v.{quoted(column)}")) for column in item.columns
    ]
    if not reduction:
        return whole
    # A reduction without its words here is an error: nothing leaves whole by mistake.
    expression = _REDUCED[reduction].format(
        value=dict(whole)[item.name], code=quoted(CODE_OF_PLACE.get(item.name, item.name))
    )
    reduced = [(item.name, expression)]
    # The words of an 不詳日 may hold more than the reduction allows; the flag may go.
    return reduced + [
        (column, f"v.{quoted(column)}") for column in item.columns if column.endswith("_unknown")
    ]


def _hidden(columns: Columns, suppression: str | None) -> frozenset[str]:
    """Return what 支援措置 hides of a row: of its own person, or of the 世帯主 whom it names."""
    if suppression == OWN:
        return columns.hidden
    return columns.hidden & HEAD_ITEMS if suppression == HEAD else frozenset()


def residents_for(
    *,
    numbers: Collection[str],
    approval: Approval,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> list[DisclosedResident]:
    """
    Return these residents in the approved items: their 最新, or what was true on a day, as it is
    known now or was known at a moment.

    Who is not in the register (on that day, as known then) is not among them. Who stands under
    支援措置 now is suppressed, whatever was known.
    """
    columns = columns_for(approval)
    source, is_true = known_versions(as_of=as_of, known_at=known_at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT v.resident_number, v.history_number, {_SUPPRESSION}{columns.sql}"
            f" FROM {source} {PROTECTION} WHERE {is_true} ORDER BY v.resident_number",
            {"numbers": list(numbers), "day": as_of, "known_at": known_at},
        )
        rows = cursor.fetchall()
    return [
        DisclosedResident(
            resident_number=row[0],
            history_number=row[1],
            items=dict(zip(columns.names, row[3:], strict=True)),
            withheld=tuple(sorted(approval.withheld | _hidden(columns, row[2]))),
            reduced=approval.reductions,
            is_suppressed=bool(_hidden(columns, row[2])),
        )
        for row in rows
    ]


_CHANGES_FROM: Final = (
    f"FROM {CHANGES.position_table} p"
    " JOIN resident_basic_residentchange c ON c.id = p.entry_id"
    " JOIN resident_basic_residentversion v ON v.id = c.version_id "
    f"{PROTECTION} WHERE p.position > %s ORDER BY p.position LIMIT %s"
)


def change_page(*, receipt: int, limit: int, approval: Approval) -> Sequence[DisclosedChange]:
    """
    Return up to `limit` changes after a receipt, in order, in the approved items.

    Publish before the transaction begins: who publishes within it holds up the others.
    """
    columns = columns_for(approval)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.position, c.kind, v.event_id, v.is_latest, c.recorded_at,"
            f" v.resident_number, v.history_number, {_SUPPRESSION}{columns.sql} {_CHANGES_FROM}",
            [receipt, limit],
        )
        rows = cursor.fetchall()
    hidden = {kind: _hidden(columns, kind) for kind in (OWN, HEAD, None)}
    withheld = {kind: tuple(sorted(approval.withheld | names)) for kind, names in hidden.items()}
    return [
        DisclosedChange(
            receipt=row[0],
            kind=row[1],
            event_id=row[2],
            is_latest=row[3],
            recorded_at=row[4],
            resident_number=row[5],
            history_number=row[6],
            is_suppressed=bool(hidden[row[7]]),
            items=dict(zip(columns.names, row[8:], strict=True)),
            withheld=withheld[row[7]],
            reduced=approval.reductions,
        )
        for row in rows
    ]


def staged_change_columns(approval: Approval) -> tuple[str, str]:
    """Return SELECT and FROM of the changes after a receipt, for `services.stage_changes`."""
    columns = columns_for(approval)
    return (
        "SELECT p.position AS receipt, c.kind, v.resident_number, v.history_number,"
        f" v.is_latest, m.id IS NOT NULL AS is_protected{columns.sql}",
        _CHANGES_FROM,
    )
