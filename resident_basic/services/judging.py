"""
A file beside the register, before anything of it is merged: is it what it seems?

And after the merge of a full set: where it and the register did not agree (照合差異).
"""

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection

from resident_basic.models import Reception
from resident_basic.rules.items import register_layout
from resident_basic.rules.receptions import (
    FULL,
    Comparison,
    Received,
    Tolerance,
    findings_of_comparison,
    findings_of_order,
    findings_of_size,
    kind_of,
)
from resident_basic.services.staging import unchanged_of
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotPermitted, Refusal
from sapporo_base.bulk import Staging
from sapporo_base.models import BatchRun, RejectedRow

RECEIVE: Final = "resident_basic.receive_file"
_RECEIVED: Final = (BatchRun.State.DONE, BatchRun.State.REJECTED)
_NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{15}(?![0-9])")


class SuspiciousFile(Refusal):
    """The file may not be what it seems; nothing of it is stored until someone confirms it."""

    code = "suspicious_file"

    def __init__(self, findings: Collection[str]) -> None:
        self.findings = tuple(findings)
        super().__init__(
            "確認が必要なため受領していません(何も保存していません)。"
            + "".join(self.findings)
            + "送信元に確認し、正しいファイルであれば理由を添えて受領してください。"
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found: reasons to ask first, and how a full set compares with the register."""

    findings: tuple[str, ...]
    comparison: Comparison | None = None


def may_confirm(act: Act, reason: str) -> bool:
    """
    Say whether this act lets a suspicious file through.

    :raises InvalidRequest: nobody says who confirms it.
    :raises NotPermitted: the person may not receive files.
    """
    if not reason.strip():
        return False
    if act.staff is None:
        raise InvalidRequest("確認した職員の職員番号を指定してください。")
    if not act.staff.has_perm(RECEIVE):
        raise NotPermitted("住民のファイルを受領する権限がありません。")
    return True


def received_before(sha256: str) -> Received | None:
    """Return what was received before; None where this very file was, which changes nothing."""
    receptions = Reception.objects.filter(is_rehearsal=False, batch__state__in=_RECEIVED)
    if receptions.filter(batch__file_sha256=sha256).exists():
        return None
    daily = receptions.filter(scope=Reception.Scope.DAILY).order_by("-day").first()
    full = (
        receptions.filter(scope=Reception.Scope.FULL)
        .select_related("batch")
        .order_by("-day", "-pk")
        .first()
    )
    return Received(
        last_daily=daily.day if daily else None,
        last_full=full.day if full else None,
        last_full_rows=int(full.batch.counts.get("rows", 0)) if full and full.batch else 0,
    )


# Set-based comparison ------------------------------------------------------------------------

_COMPARED: Final = """
CREATE TEMPORARY TABLE resident_difference (
    kind text NOT NULL, resident_number text NOT NULL, history_number smallint NOT NULL
) ON COMMIT DROP
"""
# The narrow table of residents first: few of them are not in the file, and only those are looked up.
_ABSENT: Final = """
INSERT INTO resident_difference
SELECT 'absent', v.resident_number, v.history_number
FROM resident_basic_resident r
JOIN resident_basic_residentversion v
  ON v.resident_number = r.resident_number AND v.superseded_at IS NULL AND v.is_latest
WHERE NOT EXISTS (SELECT FROM {staging} s WHERE s.resident_number = r.resident_number)
  AND NOT EXISTS (SELECT FROM {unchanged} k WHERE k.resident_number = r.resident_number)
  AND v.resident_status = '1' AND r.resident_number <> ALL (%(rejected)s)
"""
_MISSED: Final = """
INSERT INTO resident_difference
SELECT CASE WHEN c.known_id IS NOT NULL THEN 'content'
            WHEN r.resident_number IS NULL THEN 'new' ELSE 'version' END,
       c.resident_number, c.history_number
FROM resident_candidate c
LEFT JOIN resident_basic_resident r ON r.resident_number = c.resident_number
LEFT JOIN resident_basic_residentversion v ON v.id = c.known_id
WHERE NOT c.is_same AND (v.id IS NULL OR c.processed_at >= v.processed_on + v.processed_time)
"""
_COUNT: Final = """
SELECT count(*) FILTER (WHERE kind = 'absent'),
       count(DISTINCT resident_number) FILTER (WHERE kind IN ('version', 'content'))
FROM resident_difference
"""


def judge(*, file_name: str, rows: int, staging: Staging, batch: BatchRun) -> Judgement:
    """
    Compare the staged file with the register; call it after the candidates of the merge are found.

    Leaves `resident_difference` behind for `note_differences` where a full set meets a register.
    """
    kind = kind_of(file_name)
    received = received_before(batch.file_sha256)
    if received is None:
        return Judgement(())
    found = findings_of_order(kind, received)
    if kind.scope != FULL or not _anyone_known():
        return Judgement(tuple(found))
    tolerance = Tolerance(
        share=settings.RESIDENT_FILE_SUSPICIOUS_SHARE, floor=settings.RESIDENT_FILE_SUSPICIOUS_FLOOR
    )
    found += findings_of_size(rows, received, tolerance)
    comparison = _compare(staging, batch, rows)
    found += findings_of_comparison(comparison, tolerance)
    return Judgement(tuple(found), comparison)


def _anyone_known() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM resident_basic_resident)")
        return bool(cursor.fetchone()[0])


def _compare(staging: Staging, batch: BatchRun, rows: int) -> Comparison:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS resident_difference")
        cursor.execute(_COMPARED)
        staging.execute(
            _with_unchanged(_ABSENT, staging), rejected=sorted(_rejected_numbers(batch))
        )
        cursor.execute(_MISSED)
        cursor.execute(_COUNT)
        absent, changed = cursor.fetchone()
    return Comparison(residents=rows + absent, absent=absent, changed=changed)


def _rejected_numbers(batch: BatchRun) -> set[str]:
    """Return whom the rejected rows are about, as far as it can be read: they are not absent."""
    found: set[str] = set()
    for rejected in RejectedRow.objects.filter(batch=batch).iterator():
        found |= _numbers_in(base.open_rejected_row(rejected))
    return found


def _numbers_in(row: Any) -> set[str]:
    if isinstance(row, Mapping):
        return {str(row["resident_number"])}
    names = register_layout().names
    cells = next(csv.reader([str(row[0])]), [])
    if len(cells) == len(names):
        return {cells[names.index("resident_number")]}
    return set(_NUMBER.findall(str(row[0])))


_NOTE: Final = """
INSERT INTO resident_basic_reconciliationdifference
    (batch_id, kind, resident_number, history_number, found_at, closed_at)
SELECT %(batch)s, kind, resident_number, history_number, %(at)s,
       CASE WHEN kind <> 'absent' THEN %(at)s::timestamptz END
FROM resident_difference ORDER BY kind, resident_number
ON CONFLICT DO NOTHING
"""
_SEEN_AGAIN: Final = """
UPDATE resident_basic_reconciliationdifference d SET closed_at = %(at)s
WHERE d.kind = 'absent' AND d.closed_at IS NULL
  AND (EXISTS (SELECT FROM {staging} s WHERE s.resident_number = d.resident_number)
       OR EXISTS (SELECT FROM {unchanged} k WHERE k.resident_number = d.resident_number))
"""
_BY_KIND: Final = "SELECT kind, count(*) FROM resident_difference GROUP BY kind"


def differences_found() -> dict[str, int]:
    """Return how many differences the judgement of a full set has found, by kind."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_KIND)
        return dict(cursor.fetchall())


def note_differences(*, batch: BatchRun, at: datetime) -> None:
    """Keep where the full set and the register did not agree."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"batch": batch.pk, "at": at})


def close_absences(staging: Staging, *, at: datetime) -> int:
    """Close the absence of everyone who is named again; return how many were."""
    return staging.execute(_with_unchanged(_SEEN_AGAIN, staging), at=at)


def _with_unchanged(statement: str, staging: Staging) -> str:
    name = connection.ops.quote_name(unchanged_of(staging).name)
    return statement.replace("{unchanged}", name)
