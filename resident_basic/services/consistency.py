"""整合性確認: what contradicts in the register is found set-based, kept, and judged by staff."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.db import connection, transaction

from resident_basic.models import ConsistencyFinding
from resident_basic.rules.consistency import HEAD, OLDER, YOUNGER, registered_twice, relationships
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow, Refusal
from sapporo_base.bulk import Progress, SilentProgress, Staging, temporary_staging
from sapporo_base.models import BatchRun

KIND: Final = "check_residents"
_FOUND: Final = {
    "kind": "text",
    "number": "text",
    "resident_numbers": "text[]",
    "municipality_code": "text",
    "detail": "text",
}
_LIVING: Final = "v.is_latest AND v.resident_status = '1'"

# Households by their heads: none, or more than one.
_HEADS: Final = f"""
INSERT INTO {{staging}}
SELECT CASE WHEN heads = 0 THEN 'no_head' ELSE 'two_heads' END, household_number, members,
       municipality_code,
       CASE WHEN heads = 0 THEN '構成員' || size || '人に世帯主がいない。'
            ELSE '世帯主が' || heads || '人いる。' END
FROM (
    SELECT v.household_number, array_agg(v.resident_number ORDER BY v.resident_number) AS members,
           min(v.municipality_code) AS municipality_code, count(*) AS size,
           count(*) FILTER (WHERE v.relationship_1 = %(head)s) AS heads
    FROM resident_basic_residentversion v
    WHERE {_LIVING} AND v.household_number <> '' GROUP BY v.household_number
) households WHERE heads <> 1
"""
# The dead whom a living person still names as 世帯主. Who names himself can't be among them.
_DEAD_HEADS: Final = f"""
INSERT INTO {{staging}}
SELECT 'dead_in_household', dead.resident_number,
       array_agg(v.resident_number ORDER BY v.resident_number) || dead.resident_number::text,
       min(v.municipality_code), '死亡者を世帯主とする住民が' || count(*) || '人いる。'
FROM resident_basic_residentversion v
JOIN resident_basic_residentversion dead
  ON dead.resident_number = v.head_resident_number AND dead.is_latest AND dead.resident_status = '3'
WHERE {_LIVING} AND v.head_resident_number <> v.resident_number
GROUP BY dead.resident_number
"""
# The last 続柄 of a chain says the sex: 子の妻 is a woman.
_SEXES: Final = f"""
INSERT INTO {{staging}}
SELECT 'relationship_contradiction', v.resident_number, ARRAY[v.resident_number::text],
       v.municipality_code, '続柄と性別が合わない。'
FROM resident_basic_residentversion v
WHERE {_LIVING} AND v.sex IN ('1', '2')
  AND (coalesce(nullif(v.relationship_4, ''), nullif(v.relationship_3, ''),
                nullif(v.relationship_2, ''), v.relationship_1), v.sex)
      IN (SELECT code, CASE sex WHEN '1' THEN '2' ELSE '1' END
          FROM unnest(%(codes)s::text[], %(sexes)s::text[]) AS rule (code, sex))
"""
# Only a 続柄 to the 世帯主 himself, and no birth that nobody knows: its day serves sorting alone.
_AGES: Final = f"""
INSERT INTO {{staging}}
SELECT 'relationship_contradiction', v.resident_number,
       ARRAY[v.resident_number::text, head.resident_number::text], v.municipality_code,
       CASE WHEN v.relationship_1 = ANY(%(younger)s) THEN '子が世帯主より年下でない。'
            ELSE '父母が世帯主より年上でない。' END
FROM resident_basic_residentversion v
JOIN resident_basic_residentversion head
  ON head.resident_number = v.head_resident_number AND head.is_latest
WHERE {_LIVING} AND v.relationship_2 = '' AND head.resident_number <> v.resident_number
  AND v.born_on_unknown IN ('', '0') AND head.born_on_unknown IN ('', '0')
  AND ((v.relationship_1 = ANY(%(younger)s) AND v.born_on <= head.born_on)
       OR (v.relationship_1 = ANY(%(older)s) AND v.born_on >= head.born_on))
  AND NOT EXISTS (SELECT FROM {{staging}} f
                  WHERE f.kind = 'relationship_contradiction' AND f.number = v.resident_number)
"""
# People with the same birth, sex and 住所: whether their names are one is told by the folding rule.
_ALIKE: Final = f"""
SELECT alike.nth, v.resident_number, v.name, v.municipality_code
FROM (
    SELECT array_agg(v.id) AS ids, row_number() OVER () AS nth
    FROM resident_basic_residentversion v WHERE {_LIVING} AND v.sex <> ''
    GROUP BY v.born_on, v.born_on_text, v.sex, v.municipality_code, v.town, v.block, v.building
    HAVING count(*) > 1
) alike JOIN resident_basic_residentversion v ON v.id = ANY(alike.ids)
ORDER BY alike.nth
"""
_KEEP: Final = """
INSERT INTO resident_basic_consistencyfinding AS f
    (kind, number, resident_numbers, municipality_code, detail, found_at, seen_at, state, reason,
     judged_by)
SELECT kind, number, resident_numbers, coalesce(municipality_code, ''), detail, %(at)s, %(at)s,
       'open', '', ''
FROM {staging} ORDER BY kind, number
ON CONFLICT (kind, number) WHERE closed_at IS NULL DO UPDATE
SET seen_at = excluded.seen_at, resident_numbers = excluded.resident_numbers,
    municipality_code = excluded.municipality_code, detail = excluded.detail
RETURNING (f.found_at = %(at)s) AS is_new
"""
_CLOSE: Final = """
UPDATE resident_basic_consistencyfinding SET closed_at = %(at)s
WHERE closed_at IS NULL AND seen_at < %(at)s
"""


class NothingToJudge(Refusal):
    """The finding is gone already."""

    code = "nothing_to_judge"
    message = "この指摘はすでに解消しています。"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a 整合性確認 found: how many by kind, how many of them are new, how many are gone."""

    batch_number: int
    by_kind: Mapping[str, int]
    new: int
    closed: int


def check_residents(*, act: Act, progress: Progress | None = None) -> Checked:
    """
    Find what contradicts in the register, and keep it beside what was found before.

    The register is read as it stands at one moment, set-based; nothing in it is changed.

    :raises NotNow: another 整合性確認 is running.
    """
    progress = progress or SilentProgress()
    with transaction.atomic():
        batch = base.open_batch(act, KIND)
        checked = _check(batch, act, progress)
        base.close_batch(
            batch,
            state=BatchRun.State.DONE,
            at=act.by_now(),
            counts={
                **{ConsistencyFinding.Kind(kind).label: n for kind, n in checked.by_kind.items()},
                "新規": checked.new,
                "解消": checked.closed,
            },
        )
    return checked


def _check(batch: BatchRun, act: Act, progress: Progress) -> Checked:
    rules = relationships()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [KIND])
        if not cursor.fetchone()[0]:
            raise NotNow("整合性確認を実行中です。完了を待って結果を確認してください。")
        cursor.execute("SET LOCAL work_mem = '128MB'")
    with temporary_staging("resident_contradiction", _FOUND) as found:
        progress.begin("世帯主の確認")
        found.execute(_HEADS, head=HEAD)
        found.execute(_DEAD_HEADS)
        progress.begin("続柄の確認")
        told = [rule for rule in rules if rule.sex]
        found.execute(_SEXES, codes=[rule.code for rule in told], sexes=[rule.sex for rule in told])
        found.execute(
            _AGES,
            younger=[rule.code for rule in rules if rule.generation == YOUNGER],
            older=[rule.code for rule in rules if rule.generation == OLDER],
        )
        progress.begin("基本4情報の重複の確認")
        # Read to the end before the COPY begins: it has the connection for itself.
        found.copy(list(_FOUND), list(_registered_twice(found)))
        by_kind = {kind: found.count(f"kind = '{kind}'") for kind in ConsistencyFinding.Kind.values}
        new = sum(is_new for (is_new,) in found.select(_KEEP, at=act.at))
        closed = found.execute(_CLOSE, at=act.at)
    return Checked(batch.pk, by_kind, new, closed)


def _registered_twice(found: Staging) -> Iterator[tuple[str, str, Sequence[str], str, str]]:
    for _, group in groupby(found.select(_ALIKE), key=lambda row: row[0]):
        people = list(group)
        for numbers in registered_twice((row[1], row[2]) for row in people).values():
            detail = f"氏名・生年月日・性別・住所が同じ住民が{len(numbers)}人いる。"
            for number in numbers:
                yield "duplicate_four_items", number, numbers, people[0][3], detail


@transaction.atomic
def judge_finding(
    *, finding: ConsistencyFinding, state: str, reason: str, act: Act
) -> ConsistencyFinding:
    """
    Say of a finding that it is 確認済 or needs nothing, why and by whom; recorded.

    :raises NothingToJudge: it is closed.
    """
    kept = ConsistencyFinding.objects.select_for_update().get(pk=finding.pk)
    if kept.closed_at is not None:
        raise NothingToJudge
    kept.state = ConsistencyFinding.State(state)
    kept.reason = reason
    kept.judged_by = act.staff.name if act.staff else act.path
    kept.judged_at = act.at
    kept.save(update_fields=["state", "reason", "judged_by", "judged_at"])
    base.record_linkage(
        act,
        "finding_judged",
        subjects=[("resident", number) for number in kept.resident_numbers],
        detail=f"{kept.get_kind_display()}: {kept.get_state_display()}",
    )
    return kept
