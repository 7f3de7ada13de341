"""Masses that enter tables nobody else can see: that each row points to someone is checked once, at the end."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import IntegrityError, connection

_GUARD: Final = "links_point_to_an_addressee"
_GUARDED: Final = tuple(
    f"integrated_address_{name}"
    for name in ("basicitems", "individualnumber", "businessnumber", "linkagecodestatus")
)
# What the trigger asks of the rows of each statement, of all rows of all tables: one pass over the people.
_LOST: Final = """
SELECT count(*) FROM ({links}) e WHERE NOT EXISTS (
    SELECT FROM integrated_address_integratedaddressee a
    WHERE a.integrated_number = e.addressee_id AND a.state <> 'merged')
"""


@contextmanager
def links_checked_last(alone: Collection[str]) -> Iterator[None]:
    """
    Put off the check of the tables that are ours alone until the load within has ended.

    The trigger keeps a second copy of each row until its statement ends, and reads everybody for
    each table. Whatever happens within, the trigger stands again when the transaction ends.

    :param alone: tables that were empty and are locked (`sapporo_base.bulk.indexes_last`).
    :raises IntegrityError: a row points to no addressee, or to a merged one.
    """
    tables = [table for table in _GUARDED if table in alone]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {_GUARD}")
    yield
    if not tables:
        return
    links = " UNION ALL ".join(f"SELECT addressee_id FROM {table}" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(_LOST.format(links=links))
        if lost := cursor.fetchone()[0]:
            raise IntegrityError(f"{lost} rows point to an addressee that is not there")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {_GUARD}")
