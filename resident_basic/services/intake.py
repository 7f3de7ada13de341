"""Reception of files from 既存住基: decoded, judged, staged with checkpoints, merged at once."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from django.db import connection, transaction

from resident_basic.models import Reception
from resident_basic.rules.items import LAYOUT, register_layout
from resident_basic.selectors import CHANGES
from resident_basic.services.judging import (
    Judgement,
    SuspiciousFile,
    close_absences,
    differences_found,
    judge,
    may_confirm,
    note_differences,
)
from resident_basic.services.merging import (
    ONLY_MERGED,
    STEPS,
    MergeCounts,
    drop_outdated,
    find_candidates,
    merge,
    version_columns,
)
from resident_basic.services.numbering import UNNUMBERED
from resident_basic.services.orders import begin_order, note_order
from resident_basic.services.reports import (
    Section,
    changes_by_reason,
    differences_by_kind,
    first_examples,
    rejects_by_reason,
)
from resident_basic.services.staging import drop_staging, stage, unchanged_of
from sapporo_base import selectors as base_selectors
from sapporo_base import services as base
from sapporo_base.acts import Act, Refusal
from sapporo_base.bulk import Progress, SilentProgress, Staging
from sapporo_base.layouts import Source, UnreadableFile, open_source
from sapporo_base.models import BatchRun
from sapporo_base.nudge import nudge
from sapporo_base.selectors.batches import REHEARSAL

KIND: Final = "receive_residents"
FORWARD_TASK: Final = "resident_basic.tasks.forward_households"


class FileNotReceived(Refusal):
    """The file as a whole can't be received; nothing of it is stored."""

    code = "file_not_received"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a reception did: rows of the file, what changed, what was rejected."""

    batch_number: int
    rows: int
    rejected: int
    counts: MergeCounts
    is_rehearsal: bool = False
    findings: tuple[str, ...] = ()
    report: Sequence[Section] = ()


def staging_of(batch: BatchRun) -> Staging:
    """Return the staging table of a run; it outlives a killed process."""
    return Staging(f"resident_basic_intake_{batch.pk}")


def receive_residents(
    *,
    path: Path,
    act: Act,
    layout: str = LAYOUT,
    encoding: str = "",
    dry_run: bool = False,
    confirm_reason: str = "",
    order: Reception | None = None,
    progress: Progress | None = None,
) -> Receipt:
    """
    Receive a file of 既存住基 (全件 or 異動差分).

    Rows that can't be taken become 受領エラー, the rest is merged in one transaction. Staging goes
    on from its checkpoint after a kill; the same file again changes nothing. A file that may not be
    what it seems is held until `act.staff` confirms it. Who is absent from a full set stays in the
    register; the absence is a 照合差異.

    :param layout: `juki_resident` (CSV) or `juki_resident_fixed`.
    :param encoding: what the sender said, where it differs from the layout.
    :param dry_run: tell what would change; nothing but the run itself is stored.
    :param confirm_reason: why a suspicious file is received all the same.
    :param order: the ファイル受領 that asked for it; one is noted if absent.
    :raises FileNotReceived: cut, empty, no text, in another encoding, other columns.
    :raises SuspiciousFile: someone must confirm it first.
    :raises NotPermitted: who confirms it may not receive files.
    :raises NotNow: the same file is being received at this moment.
    """
    confirmed = may_confirm(act, confirm_reason)
    progress = progress or SilentProgress()
    progress.begin("ファイルを確認しています")
    order = order or note_order(
        file_name=path.name,
        layout=layout,
        encoding=encoding,
        is_rehearsal=dry_run,
        confirm_reason=confirm_reason,
        act=act,
    )
    try:
        specification = register_layout(layout)
        codes = base_selectors.judging_codes(specification, day=act.day)
        source = open_source(path, specification, codes=codes, encoding=encoding)
    except UnreadableFile as error:
        note_failure(order, error.reason, act)
        raise FileNotReceived(f"受領できません: {error.reason}") from error
    if order.file_sha256 and order.file_sha256 != source.survey.sha256:
        reason = "確認した後にファイルの内容が変わっています。確認からやり直してください。"
        note_failure(order, reason, act)
        raise FileNotReceived(reason)
    with base.only_one_reception(source.survey.sha256):
        batch = base.open_batch(
            act,
            f"{KIND}{REHEARSAL}" if dry_run else KIND,
            file_name=path.name,
            file_sha256=source.survey.sha256,
        )
        begin_order(order, batch)
        staging = staging_of(batch)
        rejected = stage(source, staging, batch, progress)
        try:
            receipt = (_rehearse if dry_run else _merge)(
                source=source,
                staging=staging,
                batch=batch,
                rejected=rejected,
                confirmed=confirmed,
                progress=progress,
                act=act,
            )
        except SuspiciousFile as suspicious:
            _hold(batch, staging, source, suspicious, act)
            raise
    if not dry_run:
        progress.begin(STEPS[-1])
        CHANGES.publish(many=receipt.counts.new_versions)
    progress.end()
    return receipt


def note_failure(order: Reception, reason: str, act: Act) -> None:
    """Keep a run of what could not be received as a whole, and why."""
    batch = base.open_batch(act, KIND, file_name=order.file_name)
    begin_order(order, batch)
    base.close_batch(batch, state=BatchRun.State.FAILED, at=act.by_now(), counts={}, message=reason)


@transaction.atomic
def _hold(
    batch: BatchRun, staging: Staging, source: Source, suspicious: SuspiciousFile, act: Act
) -> None:
    """Keep the run with its findings; the rows are read again when someone confirms the file."""
    base.forget_rejected_rows(batch)
    base.close_batch(
        batch,
        state=BatchRun.State.HELD,
        at=act.by_now(),
        counts={"rows": source.survey.rows},
        message=suspicious.message,
    )
    drop_staging(staging)


# The one transaction -------------------------------------------------------------------------


@transaction.atomic
def _merge(
    *,
    source: Source,
    staging: Staging,
    batch: BatchRun,
    rejected: int,
    confirmed: bool,
    progress: Progress,
    act: Act,
) -> Receipt:
    judgement = Judgement(())

    def judge_first() -> None:
        nonlocal judgement
        judgement = judge(
            file_name=source.path.name, rows=source.survey.rows, staging=staging, batch=batch
        )
        if judgement.findings and not confirmed:
            raise SuspiciousFile(judgement.findings)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
    counts = merge(staging, batch_number=batch.pk, act=act, judge=judge_first, progress=progress)
    close_absences(staging, at=act.at)
    report = [rejects_by_reason(batch)] if rejected else []
    if judgement.comparison:
        report.append(differences_by_kind(differences_found()))
        note_differences(batch=batch, at=act.at)
    receipt = Receipt(
        batch.pk,
        source.survey.rows,
        rejected,
        counts,
        findings=judgement.findings,
        report=report,
    )
    base.record_linkage(
        act,
        "residents_received",
        items=register_layout().names,
        subject_count=counts.new_versions + counts.corrections,
        information="住民基本台帳ファイル",
        detail=f"一括処理{batch.pk} {source.survey.rows}行",
        result="partly" if rejected else "done",
    )
    repeated = base.forget_repeated_rejects(batch) if rejected else 0
    progress.end()
    seconds = sum(progress.seconds.get(step, 0.0) for step in STEPS)
    _close(receipt, batch, act, repeated=repeated, merge_seconds=seconds)
    drop_staging(staging)
    nudge(FORWARD_TASK, queue="bulk")
    return receipt


@transaction.atomic
def _rehearse(
    *,
    source: Source,
    staging: Staging,
    batch: BatchRun,
    rejected: int,
    confirmed: bool,
    progress: Progress,
    act: Act,
) -> Receipt:
    progress.begin("変更内容の確認")
    find_candidates(staging)
    judgement = judge(
        file_name=source.path.name, rows=source.survey.rows, staging=staging, batch=batch
    )
    outdated = drop_outdated()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE known_id IS NULL AND NOT is_same),"
            " count(*) FILTER (WHERE known_id IS NOT NULL AND NOT is_same),"
            " count(DISTINCT c.resident_number) FILTER (WHERE r.resident_number IS NULL)"
            " FROM resident_candidate c LEFT JOIN resident_basic_resident r USING (resident_number)"
        )
        new_versions, corrections, new_residents = cursor.fetchone()
    staged = staging.count() + unchanged_of(staging).count()
    counts = MergeCounts(
        unchanged=staged - new_versions - corrections - outdated,
        new_residents=new_residents,
        new_versions=new_versions,
        corrections=corrections,
        outdated=outdated,
    )
    report = [
        changes_by_reason(staging, act),
        first_examples(staging, version_columns(), act),
        rejects_by_reason(batch),
    ]
    if judgement.comparison:
        report.append(differences_by_kind(differences_found()))
    receipt = Receipt(
        batch.pk,
        source.survey.rows,
        rejected,
        counts,
        is_rehearsal=True,
        findings=judgement.findings,
        report=report,
    )
    base.forget_rejected_rows(batch)
    _close(receipt, batch, act)
    drop_staging(staging)
    return receipt


def _close(
    receipt: Receipt,
    batch: BatchRun,
    act: Act,
    *,
    repeated: int = 0,
    merge_seconds: float | None = None,
) -> None:
    told = (
        [f"{repeated:,}行のエラーは、同じファイルの以前の受領で登録済みです。"] if repeated else []
    )
    if receipt.counts.unnumbered:
        told.append(UNNUMBERED.format(people=receipt.counts.unnumbered))
    state = BatchRun.State.REJECTED if receipt.rejected else BatchRun.State.DONE
    counts = asdict(receipt.counts)
    if receipt.is_rehearsal:
        counts = {name: count for name, count in counts.items() if name not in ONLY_MERGED}
    base.close_batch(
        batch,
        state=BatchRun.State.REHEARSED if receipt.is_rehearsal else state,
        at=act.by_now(),
        counts={"rows": receipt.rows, "rejected": receipt.rejected, **counts},
        message="".join([*receipt.findings, *told]),
        report=receipt.report,
        merge_seconds=merge_seconds,
    )
