"""履歴の欠番: seen when a later 履歴 arrives, closed when the missing one does, or by who knows why."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from resident_basic.models import HistoryGap
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow

# `resident_placed` is the merge's: every known version of who is touched, the new ones included.
_NOTE: Final = """
INSERT INTO resident_basic_historygap
    (resident_number, history_number, found_at, closed_by, closed_reason)
SELECT resident_number, missing, %(at)s, '', ''
FROM (
    SELECT resident_number, history_number, lag(history_number)
               OVER (PARTITION BY resident_number ORDER BY history_number) AS previous
    FROM resident_placed
) numbered, generate_series(previous + 1, history_number - 1) AS missing
WHERE history_number - previous > 1
ON CONFLICT DO NOTHING
"""
_CLOSE: Final = """
UPDATE resident_basic_historygap g SET closed_at = %(at)s, closed_by = '', closed_reason = ''
WHERE g.closed_at IS NULL AND EXISTS (
    SELECT FROM resident_placed p
    WHERE p.row_number IS NOT NULL AND p.resident_number = g.resident_number
      AND p.history_number = g.history_number)
"""


def note_gaps(*, at: datetime) -> int:
    """Note which 履歴番号 are missing now among the people whom the merge touched; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, {"at": at})
        cursor.execute(_NOTE, {"at": at})
        return int(cursor.rowcount)


@transaction.atomic
def close_gap(*, gap: HistoryGap, reason: str, act: Act) -> HistoryGap:
    """
    Close a 欠番 that will never arrive, as 既存住基 says; it is recorded by whom and why.

    :raises InvalidRequest: no reason is given.
    :raises NotNow: it is closed already.
    """
    if not reason.strip():
        raise InvalidRequest("理由を入力してください。", fields={"reason": "必須です。"})
    gap = HistoryGap.objects.select_for_update().get(pk=gap.pk)
    if gap.closed_at:
        raise NotNow("この欠番は既に解消しています。")
    gap.closed_at = act.at
    gap.closed_by = act.staff.staff_number if act.staff else act.path
    gap.closed_reason = reason.strip()
    gap.save(update_fields=["closed_at", "closed_by", "closed_reason"])
    base.record_linkage(
        act.for_purpose(reason=gap.closed_reason),
        "history_gap_closed",
        subjects=[("resident", gap.resident_number)],
        detail=f"履歴番号{gap.history_number}",
    )
    return gap
