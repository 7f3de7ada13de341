"""
From a staging table to versions, changes and 支援措置: set-based, in the caller's transaction.

A staging table holds the fields of layout `juki_resident` (absent texts are ""), 個人番号 as digest and
ciphertext, the row number, 検索用カナ, 検索用氏名 and fingerprint. The same rows again change nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import connection

from resident_basic.rules.intake import SEALED
from resident_basic.rules.items import register_layout
from resident_basic.selectors import protected_among
from resident_basic.services.gaps import note_gaps
from resident_basic.services.numbering import Numbering, number_residents
from resident_basic.services.protection.received import (
    spread_received_protection,
    take_over_protection,
)
from resident_basic.services.protection.spreading import spread_protection
from resident_basic.services.staging import unchanged_of
from sapporo_base.acts import Act
from sapporo_base.bulk import Progress, SilentProgress, Staging, analyze_grown, indexes_last


@dataclass(frozen=True, slots=True)
class MergeCounts:
    """What a reception changed, in persons and versions."""

    unchanged: int = 0
    new_residents: int = 0
    new_versions: int = 0
    corrections: int = 0
    protected: int = 0
    released: int = 0
    numbered: int = 0
    unnumbered: int = 0
    outdated: int = 0
    gaps: int = 0


# What only a merge finds out: a rehearsal says nothing of it, rather than that there is none.
ONLY_MERGED: Final = frozenset({"numbered", "unnumbered", "protected", "released", "gaps"})
# What a merge goes through, as people read it; who calls it publishes the changes after its commit.
STEPS: Final = (
    "登録 1/4 変更の確認",
    "登録 2/4 履歴・検索の索引",
    "登録 3/4 支援措置・付番・紐付",
    "登録 4/4 異動の公開",
)

_GROWN: Final = (
    "resident_basic_residentversion",
    "resident_basic_resident",
    "resident_basic_residentchange",
)
# Of superseded versions, which no load brings.
_KEPT_INDEXES: Final = ("superseded_version_by_resident",)


def version_columns() -> dict[str, str]:
    """Return the columns of a version that come from the file, with the SQL of each."""
    # 0000-01-01 is how the standard writes an open start: no day is known.
    return {
        field.name: f"nullif(s.\"{field.name}\", '-infinity')"
        if field.type == "DATE"
        else f's."{field.name}"'
        for field in register_layout().fields
        if field.name != SEALED
    }


_VALID_FROM: Final = "coalesce({changed_on}, {processed_on})"

# Rows that are not known yet, or known with another fingerprint.
_FIND_CANDIDATES: Final = """
CREATE TEMPORARY TABLE resident_candidate ON COMMIT DROP AS
SELECT s.row_number, s.resident_number, s.history_number,
       {valid_from} AS valid_from, s.processed_on + s.processed_time AS processed_at,
       v.id AS known_id, false AS is_same,
       s.support_measure, s.support_subject, {support_from} AS support_from,
       {support_until} AS support_until, s.resident_status
FROM {{staging}} s
LEFT JOIN resident_basic_residentversion v
       ON v.resident_number = s.resident_number
      AND v.history_number = s.history_number AND v.superseded_at IS NULL
WHERE v.id IS NULL OR v.fingerprint <> s.fingerprint
"""
# Two receptions of one person wait for each other here, always in the order of the numbers.
_LOCK_KNOWN: Final = """
SELECT count(*) FROM (
    SELECT FROM resident_basic_resident r
    WHERE r.resident_number IN (SELECT resident_number FROM resident_candidate)
    ORDER BY r.resident_number FOR UPDATE) locked
"""
_ADD_RESIDENTS: Final = """
INSERT INTO resident_basic_resident (resident_number, first_received_at)
SELECT DISTINCT c.resident_number, %(at)s::timestamptz FROM resident_candidate c
WHERE NOT EXISTS (
    SELECT FROM resident_basic_resident r WHERE r.resident_number = c.resident_number)
ORDER BY c.resident_number
ON CONFLICT DO NOTHING
"""
# What another reception committed while we waited for its locks.
_LOOK_AGAIN: Final = """
UPDATE resident_candidate c SET known_id = v.id
FROM resident_basic_residentversion v
WHERE v.resident_number = c.resident_number AND v.history_number = c.history_number
  AND v.superseded_at IS NULL AND v.id IS DISTINCT FROM c.known_id
"""
# A 履歴番号 that is known as it was processed later: an older file, or 異動 that overtook each other.
_DROP_OUTDATED: Final = """
DELETE FROM resident_candidate c USING resident_basic_residentversion v
WHERE v.id = c.known_id AND c.processed_at < v.processed_on + v.processed_time
"""
# Same content under another fingerprint: the 個人番号 changed, or the key of the fingerprint did.
_FIND_SAME: Final = """
UPDATE resident_candidate c SET is_same = true
FROM {{staging}} s, resident_basic_residentversion v
WHERE s.row_number = c.row_number AND v.id = c.known_id
  AND ({ours}) IS NOT DISTINCT FROM ({theirs})
"""
_REFRESH_FINGERPRINTS: Final = """
UPDATE resident_basic_residentversion v SET fingerprint = s.fingerprint
FROM resident_candidate c JOIN {staging} s ON s.row_number = c.row_number
WHERE c.is_same AND v.id = c.known_id
"""
_SUPERSEDE: Final = """
UPDATE resident_basic_residentversion v SET superseded_at = %(at)s, is_latest = false
FROM resident_candidate c WHERE v.id = c.known_id AND NOT c.is_same
"""
# A version is true until the earliest later one begins, and never ends before it begins itself:
# what a 取消し undid keeps an empty span, and no day has two versions.
_PLACE: Final = """
CREATE TEMPORARY TABLE resident_placed ON COMMIT DROP AS
SELECT row_number, known_id, version_id, resident_number, history_number, valid_from, processed_at,
       support_measure, support_subject, support_from, support_until, resident_status,
       -- greatest() passes over NULL: without a later version there is no end.
       CASE WHEN min(valid_from) OVER later IS NOT NULL
            THEN greatest(valid_from, min(valid_from) OVER later) END AS valid_until,
       lead(history_number) OVER later IS NULL AS is_latest
FROM (
    SELECT c.row_number, c.known_id, nextval('resident_basic_residentversion_id_seq') AS version_id,
           c.resident_number, c.history_number, c.valid_from, c.processed_at, c.support_measure,
           c.support_subject, c.support_from, c.support_until, c.resident_status
    FROM resident_candidate c WHERE NOT c.is_same
    UNION ALL
    SELECT NULL, NULL, v.id, v.resident_number, v.history_number, v.valid_from, NULL,
           v.support_measure, v.support_subject, v.support_from, v.support_until, v.resident_status
    FROM resident_basic_residentversion v
    WHERE v.superseded_at IS NULL AND v.resident_number IN (
        SELECT resident_number FROM resident_candidate WHERE NOT is_same)
) versions
WINDOW later AS (PARTITION BY resident_number ORDER BY history_number
                 ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
"""
_MOVE_KNOWN: Final = """
UPDATE resident_basic_residentversion v
SET valid_until = p.valid_until, is_latest = p.is_latest
FROM resident_placed p
WHERE p.row_number IS NULL AND v.id = p.version_id
  AND (v.valid_until, v.is_latest) IS DISTINCT FROM (p.valid_until, p.is_latest)
"""
_ADD_VERSIONS: Final = """
INSERT INTO resident_basic_residentversion
    (id, valid_from, valid_until, recorded_at, is_latest, kana_key, name_key, fingerprint,
     batch_number,
     {names})
SELECT p.version_id, p.valid_from, p.valid_until, %(at)s, p.is_latest, s.kana_key,
       s.name_key, s.fingerprint, %(batch)s, {values}
FROM {{staging}} s JOIN resident_placed p ON p.row_number = s.row_number
"""
_ADD_CHANGES: Final = """
INSERT INTO resident_basic_residentchange (kind, resident_number, version_id, recorded_at)
SELECT CASE WHEN p.known_id IS NULL THEN 'received' ELSE 'corrected' END,
       p.resident_number, p.version_id, %(at)s
FROM resident_placed p WHERE p.row_number IS NOT NULL
ORDER BY p.processed_at, p.resident_number, p.history_number
"""


def find_candidates(staging: Staging) -> None:
    """Make the temporary table of the staged rows that are new or differ; it ends with us."""
    columns = version_columns()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS resident_candidate, resident_placed")
    valid_from = _VALID_FROM.format(
        changed_on=columns["changed_on"], processed_on=columns["processed_on"]
    )
    staging.execute(
        _FIND_CANDIDATES.format(
            valid_from=valid_from,
            support_from=columns["support_from"],
            support_until=columns["support_until"],
        )
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE resident_candidate")
        cursor.execute("SELECT EXISTS (SELECT FROM resident_candidate WHERE known_id IS NOT NULL)")
        some_known = cursor.fetchone()[0]
    if some_known:
        find_same(staging)


def find_same(staging: Staging) -> None:
    """Mark the candidates whose content is known already; their fingerprint alone differs."""
    columns = version_columns()
    staging.execute(
        _FIND_SAME.format(
            ours=", ".join(columns.values()), theirs=", ".join(f'v."{name}"' for name in columns)
        )
    )


def drop_outdated() -> int:
    """Take from the candidates what was processed before what is known; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP_OUTDATED)
        return int(cursor.rowcount)


def merge(
    staging: Staging,
    *,
    batch_number: int | None,
    act: Act,
    judge: Callable[[], None] = lambda: None,
    progress: Progress | None = None,
) -> MergeCounts:
    """
    Merge a staging table into the register. Call it in a transaction; the clock is `act.at`.

    `judge` is called once it is known what would change and before anything does; it may raise.
    A merge can't be divided into rows that are done; `progress` is told the steps.

    New people are numbered and linked under 001-000 by integrated_address, 支援措置 reaches every
    app, and the changes enter the feed with the commit.
    """
    progress = progress or SilentProgress()
    progress.begin(STEPS[0])
    staged = staging.count()
    received = staged + unchanged_of(staging).count()
    find_candidates(staging)
    judge()
    progress.begin(STEPS[1])
    with indexes_last(*_GROWN, added=staged, keep=_KEPT_INDEXES), connection.cursor() as cursor:
        cursor.execute(_LOCK_KNOWN)
        cursor.execute(_ADD_RESIDENTS, {"at": act.at})
        new_residents = cursor.rowcount
        cursor.execute(_LOOK_AGAIN)
        if cursor.rowcount:
            find_same(staging)
        outdated = drop_outdated()
        same = staging.execute(_REFRESH_FINGERPRINTS)
        cursor.execute(_SUPERSEDE, {"at": act.at})
        corrections = cursor.rowcount
        cursor.execute(_PLACE)
        cursor.execute("ANALYZE resident_placed")
        cursor.execute(_MOVE_KNOWN)
        versions = _add_versions(staging, batch_number, act)
        cursor.execute(_ADD_CHANGES, {"at": act.at})
    analyze_grown(versions, *_GROWN)
    progress.begin(STEPS[2])
    protected, released = take_over_protection(act=act)
    # Who has one version has no gap.
    gaps = note_gaps(at=act.at) if versions > new_residents else 0
    numbering = number_residents(staging, act) if versions or same else Numbering()
    spread_received_protection(protected=protected, released=released, act=act)
    # Who had no number yet could not be told to be under 支援措置.
    spread_protection(
        numbers=sorted(protected_among(numbering.waited) - set(protected) - set(released)),
        on=True,
        act=act,
    )
    return MergeCounts(
        unchanged=received - versions - outdated,
        new_residents=new_residents,
        new_versions=versions - corrections,
        corrections=corrections,
        protected=len(protected),
        released=len(released),
        numbered=numbering.numbered,
        unnumbered=numbering.unnumbered,
        outdated=outdated,
        gaps=gaps,
    )


def _add_versions(staging: Staging, batch_number: int | None, act: Act) -> int:
    columns = version_columns()
    statement = _ADD_VERSIONS.format(
        names=", ".join(f'"{name}"' for name in columns), values=", ".join(columns.values())
    )
    return staging.execute(statement, at=act.at, batch=batch_number)
