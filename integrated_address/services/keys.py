"""Which key's digests lie in which column of 個人番号."""

from datetime import datetime

from django.db import connection

from integrated_address.models import DigestKey
from sapporo_base import sealing
from sapporo_base.acts import NotNow
from sapporo_base.rows import prepared_rows

COLUMNS = {1: "digest", 2: "second_digest"}


class DigestKeyNotCurrent(NotNow):
    """The first digest key of the settings is not one whose digests are complete."""

    code = "digest_key_not_current"
    message = (
        "個人番号のダイジェスト鍵の切替えが終わっていません。"
        "運用者は manage.py rotate_keys を実行してください。"
    )


def writing_column(*, at: datetime) -> str:
    """
    Return the column for digests made with the first key of the settings.

    :raises DigestKeyNotCurrent: that key's column is not complete yet, so it can't be searched by.
    """
    first = sealing.digest_key_ids()[0]
    keys = _active()
    if not keys:
        DigestKey.objects.get_or_create(
            slot=1, defaults={"key_id": first, "state": DigestKey.State.CURRENT, "since": at}
        )
        keys = _active()
    for slot, key_id, state in keys:
        if key_id == first and state != DigestKey.State.FILLING:
            return COLUMNS[slot]
    raise DigestKeyNotCurrent


def _active() -> list[tuple[int, str, str]]:
    """Return slot, name and state of each active key; every numbering asks for them."""
    return prepared_rows("SELECT slot, key_id, state FROM integrated_address_digestkey", ())


def complete_digests(*, limit: int | None = None) -> int:
    """
    Write the digests that are missing in the columns of the active keys; return how many rows.

    Outside a rotation there is one key and nothing to do. Rows are locked while they are written,
    so
    that it can run beside everything else.
    """
    keys = {slot: key_id for slot, key_id, _ in _active()}
    if len(keys) < len(COLUMNS):
        return 0
    ring = sealing.number_ring()
    bound = "" if limit is None else f" LIMIT {limit:d}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, ciphertext FROM integrated_address_individualnumber"
            " WHERE digest IS NULL OR second_digest IS NULL"
            f" ORDER BY id{bound} FOR UPDATE SKIP LOCKED"
        )
        rows = cursor.fetchall()
        digests = []
        for row_id, ciphertext in rows:
            number = ring.open(bytes(ciphertext)).decode()
            digests.append(
                (
                    sealing.digest(number, key_id=keys[1]),
                    sealing.digest(number, key_id=keys[2]),
                    row_id,
                )
            )
        cursor.executemany(
            "UPDATE integrated_address_individualnumber"
            " SET digest = %s, second_digest = %s WHERE id = %s",
            digests,
        )
    return len(rows)
