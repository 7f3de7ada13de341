"""Questions to the ledger of bulk jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection
from django.db.models import Count, Min

from sapporo_base.models import BatchRun, RejectedRow

REHEARSAL: Final = "_rehearsal"
"""What the kind of a job ends with that only looks."""
_FIRST_ROWS: Final = 5


class NoSuchRun(Exception):
    """No job of this kind took this file."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """How the last job on a file ended: state, and the numbers of the rows it could not take."""

    state: str
    rejected_rows: Sequence[int]

    @property
    def rejected(self) -> int:
        """Return how many rows were rejected, each counted once."""
        return len(set(self.rejected_rows))


def last_batch(*, kind: str, file_name: str) -> BatchResult:
    """
    Return how the last job of a kind on a file ended.

    :raises NoSuchRun: there is none.
    """
    run = BatchRun.objects.filter(kind=kind, file_name=file_name).order_by("-pk").first()
    if run is None:
        raise NoSuchRun(f"{kind} {file_name}")
    rows = RejectedRow.objects.filter(batch=run).order_by("row_number")
    return BatchResult(run.state, list(rows.values_list("row_number", flat=True)))


class RejectKind(NamedTuple):
    """Rows that could not be taken for one reason: item, reason, how many, and the first row numbers."""

    item: str
    reason: str
    rows: int
    first_rows: str


REJECTS_HEADINGS: Final = ("項目", "理由", "行数", "最初の行番号")
"""What stands over a table of such."""


def rejects_by_reason(batch: BatchRun, *, most: int | None = None) -> Sequence[RejectKind]:
    """Return why rows of a job could not be taken, what is most frequent first; `most` reasons if given."""
    rejected = RejectedRow.objects.filter(batch=batch)
    counted = rejected.values("item", "reason").annotate(rows=Count("pk"), first=Min("row_number"))
    kinds = []
    for one in counted.order_by("-rows", "first", "item")[:most]:
        alike = rejected.filter(item=one["item"], reason=one["reason"]).order_by("row_number")
        numbers = alike.values_list("row_number", flat=True)[:_FIRST_ROWS]
        words = "、".join(str(number) for number in numbers)
        words += "など" if one["rows"] > len(numbers) else ""
        kinds.append(RejectKind(one["item"], one["reason"], one["rows"], words))
    return kinds


def open_reject_count() -> int:
    """Return how many rows that could not be taken (受領エラー) wait for people, whatever the file."""
    return RejectedRow.objects.filter(state=RejectedRow.State.OPEN).count()


def last_runs(*, kind: str, most: int) -> Sequence[BatchRun]:
    """Return the last finished jobs of a kind, newest first."""
    finished = BatchRun.objects.filter(kind=kind, ended_at__isnull=False)
    return list(finished.order_by("-started_at", "-pk")[:most])


def running_run(*, kinds: Sequence[str], staff_number: str) -> BatchRun | None:
    """Return the newest job of these kinds, rehearsals too, that somebody waits for."""
    wanted = [*kinds, *(f"{kind}{REHEARSAL}" for kind in kinds)]
    running = BatchRun.objects.filter(
        kind__in=wanted, staff_number=staff_number, state=BatchRun.State.RUNNING
    )
    return running.order_by("-pk").first()


# Whoever receives a file holds its lock; a key of 64 bits is told in two halves.
_INTERRUPTED = """
SELECT b.id FROM sapporo_base_batchrun b
WHERE b.state = 'running' AND b.file_sha256 <> '' AND NOT EXISTS (
    SELECT FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(b.file_sha256, 1))
"""


def interrupted_runs() -> frozenset[int]:
    """Return the receptions that are 処理中 though nobody works on them: they were killed."""
    with connection.cursor() as cursor:
        cursor.execute(_INTERRUPTED)
        return frozenset(number for (number,) in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class RunProgress:
    """
    How far a run has come: rows read of rows, how long the reading lasts yet, and the merge after it.

    Once everything is read the rows are merged at once. That can't be divided into rows that are done:
    `merge` is what the last run of about this size took, None where there is none, and `merging` how
    long it has been going on.
    """

    read: int
    rows: int
    remaining: timedelta | None
    merge: timedelta | None = None
    merging: timedelta | None = None

    @property
    def percent(self) -> int:
        """Return the share of rows that are read."""
        return self.read * 100 // self.rows if self.rows else 0

    @property
    def is_merging(self) -> bool:
        """Say whether everything is read and is being merged."""
        return bool(self.rows) and self.read >= self.rows


def run_progress(run: BatchRun, *, at: datetime) -> RunProgress:
    """Return how far a running job has come, from its checkpoint."""
    read, rows = int(run.checkpoint.get("read", 0)), int(run.checkpoint.get("rows", 0))
    remaining = (at - run.started_at) * (rows - read) / read if 0 < read < rows else None
    merging = _merging_since(run) if rows and read >= rows else None
    return RunProgress(
        read=read,
        rows=rows,
        remaining=remaining,
        merge=_merge_of_the_last(run.kind, rows) if rows else None,
        merging=at - merging if merging else None,
    )


_ABOUT: Final = 2


def _merge_of_the_last(kind: str, rows: int) -> timedelta | None:
    """Return how long so many rows take to merge by the last run that merged about as many."""
    last = (
        BatchRun.objects.filter(
            kind=kind,
            ended_at__isnull=False,
            report__merge__rows__gte=max(rows // _ABOUT, 1),
            report__merge__rows__lte=rows * _ABOUT,
        )
        .order_by("-pk")
        .values_list("report__merge", flat=True)
        .first()
    )
    return timedelta(seconds=last["seconds"] * rows / last["rows"]) if last else None


# The merge is one transaction of whoever holds the file's lock.
_MERGING_SINCE: Final = """
SELECT a.xact_start FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(%s, 1)
"""


def _merging_since(run: BatchRun) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(_MERGING_SINCE, [run.file_sha256])
        row = cursor.fetchone()
    return row[0] if row else None
