"""支援措置 as 既存住基 tells it, taken over set-based in the transaction of a reception."""

from typing import Final

from django.db import connection

from resident_basic.services.protection.spreading import announce_protection, spread_protection
from sapporo_base.acts import Act
from sapporo_base.bulk import analyze_grown

# What the last 履歴 says that says anything of 支援措置, if that 履歴 is new: in whatever order they
# arrive, and 支援措置終了 only ends it, never a date that passed or an empty column.
_TOLD: Final = """
(
    SELECT DISTINCT ON (resident_number) *
    FROM resident_placed WHERE support_measure <> ''
    ORDER BY resident_number, history_number DESC
) v
"""
# Who moved out is protected provisionally until the new municipality decides, since the first day out.
# What 既存住基 told is worked out anew from all that is known of a person, so that the order in which
# it arrives makes no difference; a measure that has ended is not begun again by it. What staff entered
# here is not set back by an older term of 既存住基.
_PROTECT: Final = f"""
WITH said AS (
    SELECT v.*, v.row_number IS NOT NULL AS is_new FROM {_TOLD}
    WHERE v.support_measure IN ('1', '2') AND (
        v.row_number IS NOT NULL OR EXISTS (
            SELECT FROM resident_basic_supportmeasure m
            WHERE m.resident_number = v.resident_number AND m.ended_at IS NULL
              AND m.source = 'received'))
), out AS (
    SELECT resident_number, min(valid_from) AS since FROM (
        SELECT p.resident_number, p.history_number, p.valid_from,
               max(p.history_number) FILTER (WHERE p.resident_status <> '2')
                   OVER (PARTITION BY p.resident_number) AS last_within
        FROM resident_placed p WHERE p.resident_number IN (SELECT resident_number FROM said)
    ) placed
    WHERE history_number > coalesce(last_within, -1)
    GROUP BY resident_number
), meant AS (
    SELECT s.resident_number, s.is_new, coalesce(nullif(s.support_subject, ''), '1') AS subject_kind,
           o.since IS NOT NULL AND s.support_measure = '1' AS has_moved,
           CASE WHEN o.since IS NOT NULL THEN '2' ELSE s.support_measure END AS kind,
           CASE WHEN o.since IS NOT NULL AND s.support_measure = '1' THEN o.since
                ELSE coalesce(s.support_from, s.valid_from) END AS since,
           CASE WHEN o.since IS NULL OR s.support_measure = '2' THEN s.support_until END AS until
    FROM said s LEFT JOIN out o USING (resident_number)
), told AS (
    INSERT INTO resident_basic_supportmeasure AS m
        (resident_number, applicant_number, kind, subject_kind, since, until, source, started_at,
         started_by, reason, end_proposed_by, end_reason, ended_because, ended_by)
    SELECT resident_number, CASE WHEN subject_kind = '1' THEN resident_number ELSE '' END, kind,
           subject_kind, since,
           -- One year, the last day included; from 29 February it is the 28th.
           CASE WHEN until >= since THEN until WHEN kind = '1' THEN (since + interval '1 year')::date
                - CASE WHEN to_char(since, 'MMDD') = '0229' THEN 0 ELSE 1 END END,
           'received', %(at)s, '', '', '', '', '', ''
    FROM meant
    ON CONFLICT (resident_number) WHERE ended_at IS NULL DO UPDATE
    SET kind = excluded.kind, subject_kind = excluded.subject_kind, since = excluded.since,
        until = excluded.until, source = 'received'
    WHERE (m.kind, m.subject_kind, m.since, m.until)
          IS DISTINCT FROM (excluded.kind, excluded.subject_kind, excluded.since, excluded.until)
      AND (m.source = 'received' OR excluded.since >= m.since)
    RETURNING m.id, m.resident_number, m.kind, m.since, m.until
), kept AS (
    INSERT INTO resident_basic_supportterm
        (measure_id, kind, since, until, cause, recorded_at, recorded_by, reason)
    SELECT t.id, t.kind, t.since, t.until, CASE WHEN m.has_moved THEN 'moved_out' ELSE 'received' END,
           %(at)s, '既存住基', ''
    FROM told t JOIN meant m USING (resident_number)
)
SELECT t.resident_number FROM told t JOIN meant m USING (resident_number) WHERE m.is_new
"""
_ENTERED_MOVED_OUT: Final = """
WITH gone AS (
    UPDATE resident_basic_supportmeasure m
    SET kind = '2', since = v.valid_from, until = NULL
    FROM resident_placed v
    WHERE v.row_number IS NOT NULL AND v.is_latest AND v.resident_status = '2'
      AND m.resident_number = v.resident_number AND m.ended_at IS NULL AND m.kind = '1'
      AND m.source = 'entered'
    RETURNING m.id, m.since
)
INSERT INTO resident_basic_supportterm
    (measure_id, kind, since, until, cause, recorded_at, recorded_by, reason)
SELECT id, '2', since, NULL, 'moved_out', %(at)s, '既存住基', '' FROM gone
"""
# Family comes without its 申出者: it is the one 申出者 of the same household.
_JOIN_FAMILY: Final = """
UPDATE resident_basic_supportmeasure m SET applicant_number = applicant.resident_number
FROM resident_basic_residentversion own, resident_basic_residentversion other,
     resident_basic_supportmeasure applicant
WHERE m.applicant_number = '' AND m.subject_kind = '2' AND m.ended_at IS NULL
  AND own.resident_number = m.resident_number AND own.is_latest
  AND other.household_number = own.household_number AND other.is_latest
  AND applicant.resident_number = other.resident_number AND applicant.subject_kind = '1'
  AND applicant.ended_at IS NULL
"""
_RELEASE: Final = f"""
UPDATE resident_basic_supportmeasure m
SET ended_at = %(at)s, ended_by = '既存住基', ended_because = 'received'
FROM {_TOLD}
WHERE v.row_number IS NOT NULL AND v.support_measure = '3'
  AND m.resident_number = v.resident_number AND m.ended_at IS NULL
RETURNING m.resident_number
"""
# Planned for one measure, a full set is gone through once for each.
_MANY_MEASURES: Final = 100


def take_over_protection(*, act: Act) -> tuple[list[str], list[str]]:
    """Return who came under 支援措置 (or whose term changed) and who was released, by `resident_placed`."""
    parameters = {"at": act.at}
    with connection.cursor() as cursor:
        cursor.execute(_PROTECT, parameters)
        protected = [number for (number,) in cursor.fetchall()]
        cursor.execute(_RELEASE, parameters)
        released = [number for (number,) in cursor.fetchall()]
        analyze_grown(len(protected), "resident_basic_supportmeasure", many=_MANY_MEASURES)
        cursor.execute(_ENTERED_MOVED_OUT, parameters)
        if protected:
            cursor.execute(_JOIN_FAMILY)
    return protected, released


def spread_received_protection(*, protected: list[str], released: list[str], act: Act) -> None:
    """Tell every app who came under 支援措置 and who was released, once everyone is numbered."""
    changed = [*protected, *released]
    announce_protection(numbers=changed, act=act, already_told=changed)
    spread_protection(numbers=protected, on=True, act=act)
    spread_protection(numbers=released, on=False, act=act)
