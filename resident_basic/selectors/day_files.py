"""What a file of the day holds, row by row, and whether a file that was made may still be handed out."""

from collections.abc import Collection, Iterator
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from resident_basic.models import DeliveryFile, FileSubscription
from resident_basic.selectors.approvals import Approval
from resident_basic.selectors.disclosure import CHANGES, PROTECTION, columns_for
from sapporo_base.models import BusinessSystem

_FETCHED_AT_ONCE: Final = 2000
_STRETCH: Final = f"""
FROM {CHANGES.position_table} p
JOIN resident_basic_residentchange c ON c.id = p.entry_id
JOIN resident_basic_residentversion v ON v.id = c.version_id
{PROTECTION} WHERE p.position > %s AND p.position <= %s
"""


def change_texts(*, approval: Approval, after: int, until: int) -> Iterator[dict[str, str]]:
    """
    Yield the 異動情報 after one receipt up to another in the approved items, all as texts.

    Beside the items: `rules.day_files.CHANGE_COLUMNS`. Read by a cursor on the server; the
    transaction must last as long as the reading.
    """
    columns = columns_for(approval)
    quoted = connection.ops.quote_name
    suppressed = "CASE WHEN m.id IS NULL THEN '0' ELSE '1' END" if columns.hidden else "'0'"
    texts = ", ".join(f"coalesce(r.{quoted(name)}::text, '')" for name in columns.names)
    names = (
        *("receipt", "kind", "event_id", "resident_number", "history_number"),
        *("is_latest", "is_suppressed", *columns.names),
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT r.place::text, r.change_kind, r.change_event, r.number, r.history::text,"
            f" r.latest, r.suppressed{', ' if texts else ''}{texts} FROM (SELECT p.position AS place,"
            " c.kind AS change_kind, v.event_id AS change_event, v.resident_number AS number,"
            " v.history_number AS history, CASE WHEN v.is_latest THEN '1' ELSE '0' END AS latest,"
            f" {suppressed} AS suppressed{columns.sql} {_STRETCH}) r ORDER BY r.place",
            [after, until],
        )
        while rows := cursor.fetchmany(_FETCHED_AT_ONCE):
            for row in rows:
                yield dict(zip(names, row, strict=True))


def residents_at(receipts: Collection[int]) -> dict[int, str]:
    """Return receipt → 宛名番号 of the person whose 異動情報 it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.position, c.resident_number FROM {CHANGES.position_table} p"
            " JOIN resident_basic_residentchange c ON c.id = p.entry_id"
            " WHERE p.position = ANY(%s)",
            [list(receipts)],
        )
        return dict(cursor.fetchall())


def reveals_protected(file: DeliveryFile, approval: Approval) -> bool:
    """Say whether a file holds items of people who came under 支援措置 after it was made."""
    if not columns_for(approval).hidden & set(file.items):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT {_STRETCH} AND m.started_at > %s)",
            [file.after_receipt, file.until_receipt, file.remade_at or file.made_at],
        )
        return bool(cursor.fetchone()[0])


def file_subscription(system: BusinessSystem) -> FileSubscription | None:
    """Return how a system gets its file of the day, if it does or did."""
    return FileSubscription.objects.filter(system=system).first()


def files_for(system: BusinessSystem) -> QuerySet[DeliveryFile]:
    """Return the files of a system, newest first."""
    return DeliveryFile.objects.filter(system=system).order_by("-day")
