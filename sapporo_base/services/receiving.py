"""Receiving a file: survey, staging chunk by chunk with a checkpoint, one merge, an honest ledger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from sapporo_base.acts import Act
from sapporo_base.bulk import Progress, SilentProgress, Staging
from sapporo_base.layouts import Source, open_source, parse_layout
from sapporo_base.models import BatchRun
from sapporo_base.sealing import seal_texts
from sapporo_base.selectors import conversions
from sapporo_base.selectors.batches import (
    REHEARSAL,
    REJECTS_HEADINGS,
    RejectKind,
    rejects_by_reason,
)
from sapporo_base.selectors.reference import layout_definition
from sapporo_base.services.batches import (
    Reject,
    close_batch,
    forget_rejected_rows,
    only_one_reception,
    open_batch,
    reject_rows,
    save_checkpoint,
)
from sapporo_base.services.conversion_findings import note_unmapped

_MOST_REASONS = 20
_MERGE = "登録"
REJECTS_TITLE = (
    f"受領できない行(理由ごと、多いものから{_MOST_REASONS}件まで。行は見出しを除いた番号)"
)
Merge = Callable[[Staging, Act], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    What became of a file: counts by name, how many rows were rejected, and for which reasons, the
    most frequent ones.
    """

    batch_number: int
    counts: Mapping[str, int]
    rejected: int
    rejects: Sequence[RejectKind] = ()

    def lines(self) -> list[str]:
        """Return the result as lines for a terminal."""
        return [
            *(f"{name}: {count:,}件" for name, count in self.counts.items()),
            f"受領エラー: {self.rejected:,}件(一括処理 {self.batch_number})",
            *(
                f"  {one.item}: {one.reason} {one.rows:,}行({one.first_rows})"
                for one in self.rejects
            ),
        ]


class _Rehearsed(Exception):
    """Carries the result out of a rehearsal that is rolled back."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__()
        self.receipt = receipt


def receive_file(
    *,
    path: Path,
    layout: str,
    kind: str,
    extra: Mapping[str, str],
    merge: Merge,
    act: Act,
    dry_run: bool = False,
    progress: Progress | None = None,
    encoding: str = "",
) -> Receipt:
    """
    Receive a file of a layout; `merge` takes the staged rows over and marks those it can't take.

    The staging table has `row_number`, every field as text ("" is NULL, 個人番号 sealed as
    `digest:ciphertext`), the `extra` columns, and `rejected_item`, `rejected_reason` for the merge
    to fill. A stopped run is taken up at its last chunk; a rehearsal leaves nothing but its run.

    :raises UnreadableFile: the file as a whole can't be received; nothing is stored.
    :raises NotNow: the same file is being received at this moment.
    """
    definition = layout_definition(layout, day=act.day)
    specification = parse_layout(definition)
    codes = conversions.judging_codes(specification, day=act.day)
    source = open_source(path, specification, codes=codes, encoding=encoding)
    with only_one_reception(source.survey.sha256):
        run = _Run(source, merge, act, is_rehearsal=dry_run)
        return run.receive(f"{kind}{REHEARSAL}" if dry_run else kind, extra, progress)


@dataclass(frozen=True, slots=True)
class _Run:
    """One file on its way: staged in chunks that are kept, then merged at once, or rehearsed."""

    source: Source
    merge: Merge
    act: Act
    is_rehearsal: bool

    def receive(self, kind: str, extra: Mapping[str, str], progress: Progress | None) -> Receipt:
        source = self.source
        batch = open_batch(
            self.act, kind, file_name=source.path.name, file_sha256=source.survey.sha256
        )
        staging = Staging(f"received_{kind}_{batch.pk}")
        if not _goes_on(staging, batch):
            staging.drop()
            columns = dict.fromkeys(source.layout.names, "text")
            staging.create(
                {
                    "row_number": "integer",
                    **columns,
                    **extra,
                    "rejected_item": "text",
                    "rejected_reason": "text",
                }
            )
            save_checkpoint(batch, {"rows": source.survey.rows})
        progress = progress or SilentProgress()
        self._stage(batch, staging, progress)
        return (self._rehearse if self.is_rehearsal else self._merge)(batch, staging, progress)

    @transaction.atomic
    def _merge(self, batch: BatchRun, staging: Staging, progress: Progress) -> Receipt:
        progress.begin(_MERGE)
        staging.execute("ANALYZE {staging}")
        counts = dict(self.merge(staging, self.act))
        _reject_marked(self.source, batch, staging)
        progress.end()
        rejected = batch.rejected_rows.values("row_number").distinct().count()
        receipt = Receipt(batch.pk, counts, rejected, rejects_by_reason(batch, most=_MOST_REASONS))
        state = BatchRun.State.REJECTED if rejected else BatchRun.State.DONE
        _close(receipt, batch, staging, state, self.act, seconds=progress.seconds.get(_MERGE))
        return receipt

    def _rehearse(self, batch: BatchRun, staging: Staging, progress: Progress) -> Receipt:
        """Merge, take it back, and keep of it what the run has to tell."""
        try:
            with transaction.atomic():
                raise _Rehearsed(self._merge(batch, staging, progress))
        except _Rehearsed as rehearsal:
            receipt = rehearsal.receipt
        with transaction.atomic():
            # What the merge did to it was taken back, in the database alone.
            batch.refresh_from_db()
            forget_rejected_rows(batch)
            _close(
                receipt,
                batch,
                staging,
                BatchRun.State.REHEARSED,
                self.act,
                seconds=progress.seconds.get(_MERGE),
            )
        return receipt

    def _stage(self, batch: BatchRun, staging: Staging, progress: Progress) -> None:
        source = self.source
        progress.begin(source.layout.name, source.survey.rows)
        names = source.layout.names
        quoted = ", ".join(connection.ops.quote_name(name) for name in ("row_number", *names))
        statement = staging.filled(f"COPY {{staging}} ({quoted}) FROM STDIN (FORMAT text, NULL '')")
        done = {"chunk": 0, "staged": 0, "read": 0, **batch.checkpoint}
        for chunk in source.chunks(seal=seal_texts, start=int(done["chunk"])):
            read = len(chunk.rows) + len(chunk.rejects)
            with transaction.atomic():
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    copy.write(chunk.copy_text(names, with_row=True))
                reject_rows(
                    batch,
                    [
                        Reject(one.row, one.label, one.code, one.reason, [one.raw])
                        for one in chunk.rejects
                    ],
                )
                if not self.is_rehearsal:
                    note_unmapped(
                        chunk.unmapped,
                        layout_code=source.layout.code,
                        place=batch.file_name,
                        at=batch.started_at,
                    )
                done |= {
                    "chunk": chunk.number + 1,
                    "staged": done["staged"] + len(chunk.rows),
                    "read": done["read"] + read,
                }
                save_checkpoint(batch, done)
            progress.advance(read)


def _close(
    receipt: Receipt,
    batch: BatchRun,
    staging: Staging,
    state: str,
    act: Act,
    *,
    seconds: float | None,
) -> None:
    rejects = {
        "title": REJECTS_TITLE,
        "headings": list(REJECTS_HEADINGS),
        "rows": [list(one) for one in receipt.rejects],
    }
    close_batch(
        batch,
        state=state,
        at=act.by_now(),
        counts={**receipt.counts, "受領エラー": receipt.rejected},
        report=[rejects] if receipt.rejects else [],
        merge_seconds=seconds,
    )
    staging.drop()


def _goes_on(staging: Staging, batch: BatchRun) -> bool:
    """Say whether what was staged is still there: it does not outlive a crash of the server."""
    return staging.exists() and staging.count() == int(batch.checkpoint.get("staged", 0))


def _reject_marked(source: Source, batch: BatchRun, staging: Staging) -> None:
    names = ", ".join(connection.ops.quote_name(name) for name in source.layout.names)
    reject_rows(
        batch,
        [
            Reject(
                row,
                source.layout.by_name[item].label,
                "E0004",
                reason,
                {name: value or "" for name, value in zip(source.layout.names, cells, strict=True)},
            )
            for row, item, reason, *cells in staging.select(
                f"SELECT row_number, rejected_item, rejected_reason, {names} FROM {{staging}}"
                " WHERE rejected_item IS NOT NULL ORDER BY row_number"
            )
        ],
    )
