"""
Questions that every request asks, in SQL that PostgreSQL plans once for each connection.

The ORM writes its SQL anew for each question, and PostgreSQL plans it anew: both take longer than
the answer to one row by its key (`docs/decisions/0008-what-every-request-asks.md`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.backends.base.base import BaseDatabaseWrapper

Row = TypeVar("Row", bound=models.Model)


class _Prepared(psycopg.Cursor[Any]):
    """Remembers what it sent, which Django wants to know where statements are counted."""

    def _send_query_prepared(self, name: bytes, pgq: Any, **options: Any) -> None:
        self._query = pgq
        super()._send_query_prepared(name, pgq, **options)


def prepared_rows(
    statement: str,
    values: Mapping[str, Any] | Sequence[Any],
    through: BaseDatabaseWrapper | None = None,
) -> list[tuple[Any, ...]]:
    """
    Return the rows of a statement that stays prepared on its connection.

    For statements whose text is always the same and that many requests run; values are bound by
    the server, so one whose type nothing tells needs a cast.

    :param through: the connection, where it is not the one that everything else goes through.
    """
    line = through or connection
    with line.cursor() as cursor:
        # Django's own cursors put values into the text, and a new text is planned anew.
        cursor.cursor = _Prepared(line.connection)
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def within_a_transaction() -> bool:
    """Say whether what is written now may be taken back by what comes later."""
    return bool(connection.in_atomic_block)


@contextmanager
def beside_the_transaction() -> Iterator[BaseDatabaseWrapper]:
    """
    Give a connection on which what is written stays, whatever becomes of the transaction in
    progress: the usual one where there is none, one of its own where there is.

    Only for rows that nothing in progress can hold: the two would wait for each other.
    """
    if not within_a_transaction():
        yield connection
        return
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        yield own
    finally:
        own.close()


def columns_of(model: type[models.Model], alias: str) -> str:
    """Return the columns of a table for a SELECT, in the order that `instance_of` wants."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def width_of(model: type[models.Model]) -> int:
    """Return how many columns those are."""
    return len(model._meta.concrete_fields)


def instance_of(model: type[Row], values: Sequence[Any]) -> Row:
    """Return what the ORM would have made of these columns."""
    names = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(DEFAULT_DB_ALIAS, names, values)
