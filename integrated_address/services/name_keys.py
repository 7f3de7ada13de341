"""検索用氏名: the keys by which written names are found, 異体字 as equals."""

from collections.abc import Iterator

from django.db import connection, transaction

from sapporo_base.bulk import Staging
from sapporo_base.rules.kana import written_key

_PARCEL = 50_000
_WITHOUT_KEY = """
SELECT DISTINCT name FROM {staging} WHERE name_key IS NULL
"""
_FILL = """
UPDATE {staging} s SET name_key = k.key
FROM unnest(%(names)s::text[], %(keys)s::text[]) AS k (name, key)
WHERE s.name = k.name AND s.name_key IS NULL
"""
# Superseded versions are never written again, nor searched.
_OLD_ROWS = """
SELECT id, name FROM integrated_address_basicitems
WHERE id > %s AND superseded_at IS NULL ORDER BY id LIMIT %s FOR UPDATE
"""
_REFRESH = """
UPDATE integrated_address_basicitems b SET name_key = k.key
FROM unnest(%s::bigint[], %s::text[]) AS k (id, key)
WHERE b.id = k.id AND b.name_key <> k.key
"""


def complete_name_keys(staging: Staging) -> None:
    """Make the 検索用氏名 of staged rows that came without; of masses each name is made once."""
    without = [name for (name,) in staging.select(_WITHOUT_KEY)]
    names = [name for name in without if name is not None]
    for start in range(0, len(names), _PARCEL):
        parcel = names[start : start + _PARCEL]
        staging.execute(_FILL, names=parcel, keys=[written_key(name) for name in parcel])
    if without:
        staging.execute("UPDATE {staging} SET name_key = '' WHERE name_key IS NULL")


def refresh_name_keys(*, parcel: int = 10_000) -> Iterator[tuple[int, int]]:
    """
    Make the 検索用氏名 of all known rows anew, parcel by parcel, while people work.

    Yield how many rows were looked at and how many changed. For rows from before the key, and for a
    change of its rule.
    """
    after = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_OLD_ROWS, [after, parcel])
            rows = cursor.fetchall()
            if not rows:
                return
            ids, names = zip(*rows, strict=True)
            cursor.execute(_REFRESH, [list(ids), [written_key(name) for name in names]])
            changed = int(cursor.rowcount)
        after = ids[-1]
        yield len(rows), changed
