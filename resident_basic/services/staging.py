"""A file of 既存住基 on its way into the register: compared early, judged, staged with checkpoints."""

import itertools
import os
from collections.abc import Collection, Iterator
from functools import partial
from typing import Final

from django.db import connection, transaction

from resident_basic.models import ResidentVersion
from resident_basic.rules.intake import (
    DUPLICATE_CODE,
    DUPLICATE_REASON,
    SEALED,
    PackedChunk,
    fingerprints_of,
    pack,
    staging_names,
)
from resident_basic.rules.items import LAYOUT, register_layout
from sapporo_base import sealing
from sapporo_base import services as base
from sapporo_base.bulk import Progress, Staging
from sapporo_base.layouts import Reject, Source, Unmapped
from sapporo_base.models import BatchRun

_CHECKPOINT_ROWS: Final = 50_000
_ROWS_WORTH_A_PROCESS: Final = 20_000
_ROWS_WORTH_COMPARING: Final = 20_000
# Above this share of differing rows, reading all of them at once is quicker than picking them.
_WORTH_PICKING: Final = 0.25
_TYPES: Final = {"DATE": "date", "TIME": "time", "9": "smallint"}
# Who reads a column of a row reads over all before it: what the merge asks for again and again is first.
_ASKED_FIRST: Final = frozenset(
    {
        "row_number",
        "resident_number",
        "history_number",
        "fingerprint",
        "digest",
        "ciphertext",
        "kana_key",
        "written_key",
        "support_measure",
        "support_subject",
        "support_from",
        "support_until",
    }
)


def fingerprint_key(judged_by: str) -> bytes:
    """
    Return the key of the fingerprints: it follows the digest key of 個人番号.

    :param judged_by: layout and codes by which a row was judged; under others it is judged anew.
    """
    return sealing.digest(f"fingerprint of juki_resident {judged_by}")


def columns_of_staging() -> dict[str, str]:
    """Return the columns of a staging table, with their types, in the order of the table."""
    types = {field.name: _TYPES.get(field.type, "text") for field in register_layout().fields}
    types |= {"row_number": "integer"}
    types |= dict.fromkeys(("digest", "ciphertext", "fingerprint"), "bytea")
    names = staging_names(register_layout().names)
    names.sort(key=lambda name: name not in _ASKED_FIRST)
    return {name: types.get(name, "text") for name in names}


def create_staging(staging: Staging, *, temporary: bool = False) -> None:
    """Create the staging table of a reception, and the one of its rows that are known as they are."""
    staging.create(columns_of_staging(), temporary=temporary)
    unchanged_of(staging).create(
        {"row_number": "integer", "version_id": "bigint", "resident_number": "text"},
        temporary=temporary,
    )


def drop_staging(staging: Staging) -> None:
    """Drop what `create_staging` made, if it is there."""
    staging.drop()
    unchanged_of(staging).drop()


def unchanged_of(staging: Staging) -> Staging:
    """Return the table of the rows of the same file that are known already, as they are."""
    return Staging(f"{staging.name}_same")


def copy_statement(staging: Staging) -> str:
    """Return the COPY that takes packed chunks."""
    texts = [name for name, type_ in columns_of_staging().items() if type_ == "text"]
    # Absent texts are empty, everything else that is absent is NULL.
    return staging.filled(
        f"COPY {{staging}} ({_listed(staging_names(register_layout().names))}) FROM STDIN"
        f" (FORMAT csv, FORCE_NOT_NULL ({_listed(texts)}))"
    )


def _listed(names: Collection[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def stage(source: Source, staging: Staging, batch: BatchRun, progress: Progress) -> int:
    """
    Copy the good rows of a file into staging, reject the others; return how many were rejected.

    Of a file that the register knows in the main, only the rows that differ are read closely.
    """
    rows = None
    if source.survey.rows >= _ROWS_WORTH_COMPARING and ResidentVersion.objects.exists():
        # What was staged before a kill was compared with the register of then.
        base.forget_rejected_rows(batch)
        base.save_checkpoint(batch, {})
        drop_staging(staging)
        create_staging(staging)
        rows = _rows_that_differ(source, staging, progress)
    rejected = _stage_rows(source, staging, batch, progress, rows)
    if rows is not None and (late := _known_but_second(staging)):
        rejected += _stage_rows(source, staging, batch, progress, late)
    # What is joined to the table from here on is planned for what it holds.
    staging.execute("ANALYZE {staging} (row_number, resident_number, history_number)")
    return rejected + _reject_duplicates(staging, batch)


# Rows that are known as they are -------------------------------------------------------------

_PRINTS: Final = {"row_number": "integer", "fingerprint": "bytea"}
# Made by CREATE TABLE AS, which both cores may work on; an INSERT is planned for one.
_COMPARE: Final = """
CREATE UNLOGGED TABLE {staging} AS
SELECT p.row_number, v.id AS version_id, v.resident_number
FROM {prints} p
LEFT JOIN resident_basic_residentversion v
       ON v.fingerprint = p.fingerprint AND v.superseded_at IS NULL
"""
_DIFFERING: Final = "DELETE FROM {staging} WHERE version_id IS NULL RETURNING row_number"
# A row that is there twice is known once: the second one is looked at and rejected.
_TWICE: Final = """
WITH twice AS (
    SELECT version_id, min(row_number) AS first FROM {staging}
    GROUP BY version_id HAVING count(*) > 1
)
DELETE FROM {staging} k USING twice t
WHERE k.version_id = t.version_id AND k.row_number > t.first RETURNING k.row_number
"""
_KNOWN_BUT_SECOND: Final = """
DELETE FROM {unchanged} k
USING {staging} s JOIN resident_basic_residentversion v
   ON v.resident_number = s.resident_number AND v.history_number = s.history_number
  AND v.superseded_at IS NULL
WHERE k.version_id = v.id AND s.row_number < k.row_number
RETURNING k.row_number
"""


@transaction.atomic
def _rows_that_differ(source: Source, staging: Staging, progress: Progress) -> list[int] | None:
    """Note the rows that are known byte for byte; return the others, None where they are many."""
    if source.survey.stretches is None:
        return None
    progress.begin("登録済みの行との照合", total=source.survey.rows)
    # Not temporary: what is temporary is read by one process alone.
    prints = Staging(f"{staging.name}_prints")
    prints.drop()
    prints.create(_PRINTS)
    found = source.map_records(
        partial(fingerprints_of, key=fingerprint_key(source.judged_by)),
        processes=_processes(source.survey.rows),
    )
    statement = prints.filled("COPY {staging} (row_number, fingerprint) FROM STDIN (FORMAT csv)")
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for part in found:
                copy.write(part)
                progress.advance(part.count(b"\n"))
        cursor.execute("SET LOCAL work_mem = '256MB'")
    prints.execute("ANALYZE {staging}")
    unchanged = unchanged_of(staging)
    unchanged.drop()
    unchanged.execute(_COMPARE.replace("{prints}", connection.ops.quote_name(prints.name)))
    prints.drop()
    differing = [
        row for statement in (_DIFFERING, _TWICE) for (row,) in unchanged.select(statement)
    ]
    unchanged.execute("ANALYZE {staging}")
    if len(differing) > source.survey.rows * _WORTH_PICKING:
        unchanged.execute("TRUNCATE {staging}")
        return None
    return differing


def _known_but_second(staging: Staging) -> list[int]:
    """Take those from the unchanged whose 宛名番号 and 履歴番号 an earlier row of the file has."""
    unchanged = connection.ops.quote_name(unchanged_of(staging).name)
    return [row for (row,) in staging.select(_KNOWN_BUT_SECOND.replace("{unchanged}", unchanged))]


# Rows that are read closely ------------------------------------------------------------------


def _stage_rows(
    source: Source,
    staging: Staging,
    batch: BatchRun,
    progress: Progress,
    rows: Collection[int] | None,
) -> int:
    done = _resumed(staging, batch) if rows is None else _begun(batch)
    count = source.survey.rows if rows is None else len(rows)
    progress.begin("読み込み・検査", total=count)
    progress.advance(done["read"])
    rejected = done["rejected"]
    chunks = source.map(
        pack,
        seal=sealing.seal_texts,
        start=done["chunks"] if rows is None else 0,
        processes=_processes(count),
        rows=rows,
        fingerprint_key=fingerprint_key(source.judged_by),
    )
    for first in chunks:
        with transaction.atomic():
            done = _stage_stretch(
                first, chunks, staging=staging, batch=batch, done=done, progress=progress
            )
            base.save_checkpoint(batch, done | {"rows": count})
    return done["rejected"] - (rejected if rows is not None else 0)


def _processes(rows: int) -> int:
    return max(1, min(os.cpu_count() or 1, 4, rows // _ROWS_WORTH_A_PROCESS))


def _begun(batch: BatchRun) -> dict[str, int]:
    return dict(batch.checkpoint) or {"chunks": 0, "read": 0, "staged": 0, "rejected": 0}


def _resumed(staging: Staging, batch: BatchRun) -> dict[str, int]:
    """Return where to go on; from the start where the staging did not outlive the server."""
    done = dict(batch.checkpoint)
    if done and staging.exists() and staging.count() == done["staged"]:
        return done
    drop_staging(staging)
    create_staging(staging)
    return {"chunks": 0, "read": 0, "staged": 0, "rejected": 0}


def _stage_stretch(
    first: PackedChunk,
    following: Iterator[PackedChunk],
    *,
    staging: Staging,
    batch: BatchRun,
    done: dict[str, int],
    progress: Progress,
) -> dict[str, int]:
    """Copy chunks up to the next checkpoint in one COPY; return how far it came."""
    rejects: list[Reject] = []
    unmapped: list[Unmapped] = []
    read = staged = 0
    with connection.cursor() as cursor, cursor.copy(copy_statement(staging)) as copy:
        for chunk in itertools.chain([first], following):
            copy.write(chunk.copy_text)
            rejects += chunk.rejects
            unmapped += chunk.unmapped
            staged += chunk.rows
            read += chunk.rows + len(chunk.rejects)
            progress.advance(chunk.rows + len(chunk.rejects))
            if read >= _CHECKPOINT_ROWS:
                break
    base.reject_rows(batch, map(_told, rejects))
    base.note_unmapped(unmapped, layout_code=LAYOUT, place=batch.file_name, at=batch.started_at)
    return {
        "chunks": chunk.number + 1,
        "read": done["read"] + read,
        "staged": done["staged"] + staged,
        "rejected": done["rejected"] + len(rejects),
    }


def _told(reject: Reject) -> base.Reject:
    return base.Reject(
        row_number=reject.row,
        item=reject.label,
        code=reject.code,
        reason=reject.reason,
        # The further faults by name: a 個人番号 among them must be typed anew, it can't be read again.
        row=[reject.raw, reject.label, *(label for _, label, _ in reject.more)],
    )


# Which numbers stand twice is found by one pass; only they are looked at row by row.
_TWICE_HERE: Final = """
CREATE TEMPORARY TABLE resident_twice ON COMMIT DROP AS
WITH here AS NOT MATERIALIZED (
    SELECT row_number, resident_number, history_number FROM {{staging}}
    UNION ALL
    SELECT k.row_number, v.resident_number, v.history_number
    FROM {{staging}} s JOIN resident_basic_residentversion v
      ON v.resident_number = s.resident_number AND v.history_number = s.history_number
     AND v.superseded_at IS NULL
    JOIN {unchanged} k ON k.version_id = v.id
)
SELECT here.row_number, resident_number, history_number
FROM here JOIN (
    SELECT resident_number, history_number FROM here
    GROUP BY resident_number, history_number HAVING count(*) > 1
) twice USING (resident_number, history_number)
"""
_DUPLICATES: Final = """
DELETE FROM {{staging}} s USING (
    SELECT row_number, row_number() OVER (
        PARTITION BY resident_number, history_number ORDER BY row_number) AS nth
    FROM resident_twice
) twice
WHERE nth > 1 AND s.row_number = twice.row_number RETURNING s.row_number, {texts}
"""


@transaction.atomic
def _reject_duplicates(staging: Staging, batch: BatchRun) -> int:
    """Reject the second row of a 宛名番号 and 履歴番号 in the same file."""
    names = register_layout().names
    sealed = "encode(s.digest, 'hex') || ':' || encode(s.ciphertext, 'hex')"
    texts = (f"coalesce({sealed if one == SEALED else f's.{one}::text'}, '')" for one in names)
    unchanged = connection.ops.quote_name(unchanged_of(staging).name)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
    found = staging.execute(_TWICE_HERE.format(unchanged=unchanged))
    twice = staging.select(_DUPLICATES.format(texts=", ".join(texts))) if found else []
    Staging("resident_twice").drop()
    base.reject_rows(
        batch,
        (
            base.Reject(
                row_number=row[0],
                item="履歴番号",
                code=DUPLICATE_CODE,
                reason=DUPLICATE_REASON,
                row=dict(zip(names, row[1:], strict=True)),
            )
            for row in twice
        ),
    )
    # The checkpoint must agree with the table, or a kill from here on would stage all again.
    checkpoint = _begun(batch)
    checkpoint["staged"] -= len(twice)
    checkpoint["rejected"] += len(twice)
    base.save_checkpoint(batch, checkpoint)
    return len(twice)
