"""
What a 名寄せ moves, row by row: the version before is superseded, the one after is of the survivor.

History is not rewritten: "as known at" a day before the 名寄せ still says two people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from integrated_address.models import (
    BasicItems,
    BusinessNumber,
    IndividualNumber,
    Merge,
    MergeRow,
    TwoAxes,
)
from sapporo_base.acts import Act

BUSINESS_NUMBER = MergeRow.Table.BUSINESS_NUMBER
BASIC_ITEMS = MergeRow.Table.BASIC_ITEMS
INDIVIDUAL_NUMBER = MergeRow.Table.INDIVIDUAL_NUMBER

_MODELS: Mapping[MergeRow.Table, type[TwoAxes]] = {
    BUSINESS_NUMBER: BusinessNumber,
    BASIC_ITEMS: BasicItems,
    INDIVIDUAL_NUMBER: IndividualNumber,
}
_AXES = {"id", "addressee_id", *(field.column for field in TwoAxes._meta.fields)}


def _kept(table: MergeRow.Table) -> str:
    """Return the columns that a moved row keeps: all but whose it is and the two axes."""
    columns = (str(field.column) for field in _MODELS[table]._meta.concrete_fields)
    return ", ".join(connection.ops.quote_name(c) for c in columns if c not in _AXES)


# Each row gets its new id before it is written, so that the pair of them can be noted.
_MOVE = """
WITH chosen AS (
    SELECT id FROM integrated_address_{table} WHERE superseded_at IS NULL AND {which} FOR UPDATE
), before AS (
    UPDATE integrated_address_{table} t SET superseded_at = %(at)s
    FROM chosen WHERE t.id = chosen.id
    RETURNING t.*
), numbered AS MATERIALIZED (
    SELECT before.*, nextval(pg_get_serial_sequence('integrated_address_{table}', 'id')) AS new_id
    FROM before
), after AS (
    INSERT INTO integrated_address_{table}
        (id, addressee_id, {kept}, valid_from, valid_until, recorded_at)
    SELECT new_id, %(into)s, {kept}, valid_from, {until}, %(at)s FROM numbered
    RETURNING id
)
INSERT INTO integrated_address_mergerow (merge_id, "table", row_before, row_after)
SELECT %(merge)s, '{table}', numbered.id, after.id
FROM numbered JOIN after ON after.id = numbered.new_id
"""
_CLOSED = "coalesce(valid_until, greatest(%(day)s::date, valid_from))"


@dataclass(frozen=True, slots=True)
class Mover:
    """Moves rows of the two people of one 名寄せ to the one who remains, and notes each."""

    merge: Merge
    act: Act

    def move(self, table: MergeRow.Table, *, which: str, closing: bool = False) -> int:
        """
        Move the known rows of a table that `which` names; return how many.

        :param which: SQL over its columns with %(retired)s and %(into)s, the two numbers.
        :param closing: an open row arrives closed as of today (基本4情報 that no longer hold).
        """
        statement = _MOVE.format(
            table=table.value,
            kept=_kept(table),
            which=which,
            until=_CLOSED if closing else "valid_until",
        )
        values: dict[str, Any] = {
            "at": self.act.at,
            "day": self.act.day,
            "merge": self.merge.pk,
            "into": self.merge.survivor_id,
            "retired": self.merge.retired_id,
        }
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.rowcount)


# What an undoing restores has the content of the row before, under the same person as before.
_RESTORE = """
INSERT INTO integrated_address_{table} (addressee_id, {kept}, valid_from, valid_until, recorded_at)
SELECT addressee_id, {kept}, valid_from, valid_until, %(at)s
FROM integrated_address_{table} WHERE id = ANY(%(ids)s)
"""
_WITHDRAW = """
UPDATE integrated_address_{table} SET superseded_at = %(at)s
WHERE id = ANY(%(ids)s) AND superseded_at IS NULL
"""


def restore_rows(table: MergeRow.Table, ids: Sequence[int], *, act: Act) -> None:
    """Write the rows from before a 名寄せ once more, as they were."""
    _execute(_RESTORE.format(table=table.value, kept=_kept(table)), at=act.at, ids=list(ids))


def withdraw_rows(table: MergeRow.Table, ids: Sequence[int], *, act: Act) -> None:
    """Supersede the rows that a 名寄せ had written, where they still stand."""
    _execute(_WITHDRAW.format(table=table.value), at=act.at, ids=list(ids))


_GIVE_BACK = """
WITH before AS (
    UPDATE integrated_address_{table} SET superseded_at = %(at)s
    WHERE superseded_at IS NULL AND {which}
    RETURNING *
)
INSERT INTO integrated_address_{table} (addressee_id, {kept}, valid_from, valid_until, recorded_at)
SELECT %(into)s, {kept}, valid_from, valid_until, %(at)s FROM before
"""


def give_back(table: MergeRow.Table, *, into: str, act: Act, which: str, **values: Any) -> None:
    """Hand known rows that `which` names to the person they belong to."""
    statement = _GIVE_BACK.format(table=table.value, kept=_kept(table), which=which)
    _execute(statement, at=act.at, into=into, **values)


def _execute(statement: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
