"""The ledger of bulk jobs: opened before the first row is read, closed with counts."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from sapporo_base import sealing
from sapporo_base.acts import Act, InvalidRequest, NotNow
from sapporo_base.logs import without_individual_numbers
from sapporo_base.models import BatchRun, RejectedRow
from sapporo_base.services.records import Subject, record_linkage

# `seal_texts`: digest and ciphertext in hexadecimal.
_SEALED = re.compile(r"[0-9a-f]{64}:[0-9a-f]+")


_WHOLE_ROW = "行全体"  # the fault is of no single item, as with a wrong number of columns


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be taken. `row` holds the 個人番号 only in sealed form."""

    row_number: int
    item: str
    code: str
    reason: str
    row: Mapping[str, str] | list[str]


def open_batch(act: Act, kind: str, *, file_name: str = "", file_sha256: str = "") -> BatchRun:
    """Open a bulk job, or take up again the one that was left open for the same file."""
    if file_sha256:
        left = BatchRun.objects.filter(
            kind=kind, file_sha256=file_sha256, state=BatchRun.State.RUNNING
        ).first()
        if left:
            return left
    return BatchRun.objects.create(
        kind=kind,
        file_name=file_name[:200],
        file_sha256=file_sha256,
        started_at=act.at,
        staff_number=act.staff.staff_number if act.staff else "",
        system_code=act.system.code if act.system else "",
        correlation_id=act.correlation_id,
    )


@contextmanager
def only_one_reception(file_sha256: str) -> Iterator[None]:
    """
    Hold a lock of this session on a file: two receptions would share a staging table.

    A run that is 処理中 while nobody holds it was interrupted (see `selectors.interrupted_runs`).

    :raises NotNow: the same file is being received at this moment.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 1))", [file_sha256])
        if not cursor.fetchone()[0]:
            raise NotNow(
                "同じ処理(同じファイルの受領など)が実行中です。完了を待って結果を確認してください。"
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 1))", [file_sha256])


def save_checkpoint(batch: BatchRun, checkpoint: Mapping[str, Any]) -> None:
    """Remember how far the staging has come."""
    batch.checkpoint = dict(checkpoint)
    batch.save(update_fields=["checkpoint"])


@transaction.atomic
def reject_rows(batch: BatchRun, rejects: Iterable[Reject]) -> int:
    """
    Keep rows that could not be taken (受領エラー), each sealed; the same reject again changes
    nothing.
    """
    ring = sealing.payload_ring()
    rows = [
        RejectedRow(
            batch=batch,
            row_number=reject.row_number,
            item=reject.item[:100] or _WHOLE_ROW,
            code=reject.code[:40],
            reason=reject.reason[:300],
            sealed_row=ring.seal(json.dumps(reject.row, ensure_ascii=False).encode()),
        )
        for reject in rejects
    ]
    RejectedRow.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)
    return len(rows)


def open_rejected_row(rejected: RejectedRow) -> Any:
    """Return the content of a rejected row; a 個人番号 in it is still sealed on its own."""
    return json.loads(sealing.payload_ring().open(bytes(rejected.sealed_row)))


def forget_rejected_rows(batch: BatchRun) -> int:
    """Delete the rejected rows of a job that stored nothing: they come again when it is done."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sapporo_base_rejectedrow WHERE batch_id = %s", [batch.pk])
        return int(cursor.rowcount)


def forget_repeated_rejects(batch: BatchRun) -> int:
    """
    Delete the rejects of a job that an earlier job on the same content has already; return how many.

    So a file that is received again opens nothing that was mended or dropped.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM sapporo_base_rejectedrow r"
            " USING sapporo_base_rejectedrow e JOIN sapporo_base_batchrun b ON b.id = e.batch_id"
            " WHERE r.batch_id = %(batch)s AND b.id < r.batch_id AND b.kind = %(kind)s"
            " AND b.file_sha256 = %(sha256)s AND (e.row_number, e.item, e.code)"
            " = (r.row_number, r.item, r.code)",
            {"batch": batch.pk, "kind": batch.kind, "sha256": batch.file_sha256},
        )
        return int(cursor.rowcount)


def close_batch(
    batch: BatchRun,
    *,
    state: str,
    at: datetime,
    counts: Mapping[str, int],
    message: str = "",
    report: Sequence[Mapping[str, Any]] = (),
    merge_seconds: float | None = None,
) -> BatchRun:
    """
    Close a bulk job with its counts.

    :param report: tables for whoever reads the run, each with title, headings and rows; nothing in
        them may be a value of a person.
    :param merge_seconds: how long its rows took to merge once they were read: by it the next run of
        its size tells how long it will last.
    """
    batch.state = state
    batch.ended_at = at
    batch.counts = dict(counts)
    batch.message = message[:500]
    batch.report = {"sections": list(report)} if report else {}
    if merge_seconds is not None:
        merged = int(batch.checkpoint.get("rows", 0))
        batch.report |= {"merge": {"rows": merged, "seconds": round(merge_seconds, 1)}}
    batch.checkpoint = {}
    batch.save(update_fields=["state", "ended_at", "counts", "message", "report", "checkpoint"])
    return batch


@transaction.atomic
def disclose_rejected_row(
    rejected: RejectedRow, *, act: Act, subjects: Sequence[Subject] = ()
) -> Any:
    """
    Record that a rejected row was opened, then return its content.

    :param subjects: whom of those under 支援措置 it names.

    What is sealed in it on its own (個人番号) is named, not shown.
    """
    record_linkage(
        act,
        "rejected_row_opened",
        subjects=subjects,
        detail=f"一括処理{rejected.batch_id} {rejected.row_number}行",
        items=[rejected.item],
    )
    content = open_rejected_row(rejected)
    if isinstance(content, dict):
        return {name: _shown(str(value)) for name, value in content.items()}
    return [_shown(str(value)) for value in content]


def settle_rejected_row(rejected: RejectedRow, *, state: str, reason: str, act: Act) -> RejectedRow:
    """
    Note what became of a rejected row, by whom and why; call it in the transaction that did it.

    :param state: 訂正済 or 破棄 (`RejectedRow.State`).
    :raises InvalidRequest: no reason is given.
    :raises NotNow: something became of it already.
    """
    if not reason.strip():
        raise InvalidRequest("理由を入力してください。", fields={"reason": "必須です。"})
    with transaction.atomic():
        rejected = RejectedRow.objects.select_for_update().get(pk=rejected.pk)
        if rejected.state != RejectedRow.State.OPEN:
            raise NotNow(f"この行は既に処理されています({rejected.get_state_display()})。")
        rejected.state = state
        rejected.settled_at = act.at
        rejected.settled_by = act.staff.staff_number if act.staff else act.path
        rejected.settled_reason = reason.strip()[:300]
        rejected.save(update_fields=["state", "settled_at", "settled_by", "settled_reason"])
    return rejected


def _shown(value: str) -> str:
    if _SEALED.fullmatch(value):
        return "(個人番号: 封緘)"
    return without_individual_numbers(value)
