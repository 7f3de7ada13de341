"""The keys by which residents are searched, written anew when their rule has changed."""

from typing import Final

from django.db import connection, transaction

from resident_basic.rules.intake import NAMES
from sapporo_base.bulk import Progress, SilentProgress, temporary_staging
from sapporo_base.rules.kana import kana_key, search_words

_ROWS_AT_ONCE: Final = 50_000
_READ: Final = f"""
SELECT id, kana_key, name_key, {", ".join(NAMES)} FROM resident_basic_residentversion
WHERE id > %s ORDER BY id LIMIT %s
"""
_WRITE: Final = """
UPDATE resident_basic_residentversion v SET kana_key = s.kana_key, name_key = s.name_key
FROM {staging} s WHERE v.id = s.id
"""


def refresh_search_keys(*, progress: Progress | None = None) -> int:
    """
    Write 検索用カナ and 検索用氏名 of every version whose stored ones differ; return how many.

    In stretches, each its own transaction: it may be stopped and started again at any time.
    """
    progress = progress or SilentProgress()
    progress.begin("検索用の項目を更新しています")
    after = written = 0
    while True:
        with transaction.atomic():
            last, rows, changed = _refresh_stretch(after)
        if not rows:
            return written
        after, written = last, written + changed
        progress.advance(rows)


def _refresh_stretch(after: int) -> tuple[int, int, int]:
    """Refresh the versions after an id; return the last id, how many were read and written."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [after, _ROWS_AT_ONCE])
        rows = cursor.fetchall()
    kana_place = NAMES.index("name_kana")
    changed = []
    for number, old_kana, old_words, *names in rows:
        kana, words = kana_key(names[kana_place]), search_words(*names)
        if (kana, words) != (old_kana, old_words):
            changed.append((number, kana, words))
    return (rows[-1][0] if rows else after), len(rows), _write(changed)


def _write(changed: list[tuple[int, str, str]]) -> int:
    if not changed:
        return 0
    columns = {"id": "bigint", "kana_key": "text", "name_key": "text"}
    with temporary_staging("resident_search_keys", columns) as staging:
        staging.copy(list(columns), changed)
        return staging.execute(_WRITE)
