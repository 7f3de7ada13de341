"""Pairs that were found become 同一人候補; what people have judged of them stands."""

from collections.abc import Iterable, Sequence
from typing import Any

from integrated_address.rules.matching import ITEMS
from sapporo_base.acts import Act
from sapporo_base.bulk import temporary_staging
from sapporo_base.rows import prepared_rows

_COLUMNS = {"one": "varchar(15)", "other": "varchar(15)", "score": "float", "levels": "jsonb"}
# A pair that was judged 別人, or has lapsed, comes back only where what was compared has changed.
_KEEP = """
INSERT INTO integrated_address_matchcandidate AS c
    (first_id, second_id, score, probability, levels, model_id, cause, fingerprint, found_at, state,
     since, reason, decided_by)
SELECT p.first_id, p.second_id, p.score,
    CASE WHEN p.score > 50 THEN 1 ELSE 2 ^ p.score / (1 + 2 ^ p.score) END,
    p.levels, %(model)s::int, %(cause)s::text, p.fingerprint, %(at)s::timestamptz, 'waiting',
    %(at)s::timestamptz, '', ''
FROM (
    SELECT DISTINCT ON (least(s.one, s.other), greatest(s.one, s.other))
        least(s.one, s.other) AS first_id, greatest(s.one, s.other) AS second_id, s.score,
        s.levels, md5(f::text || l::text) AS fingerprint
    FROM {staging} s
    JOIN LATERAL (
        SELECT name, kana, given, birth, sex, residences, has_number
        FROM integrated_address_matchkey WHERE addressee_id = least(s.one, s.other)
    ) f ON true
    JOIN LATERAL (
        SELECT name, kana, given, birth, sex, residences, has_number
        FROM integrated_address_matchkey WHERE addressee_id = greatest(s.one, s.other)
    ) l ON true
    ORDER BY 1, 2, s.score DESC
) p
ON CONFLICT (first_id, second_id) DO UPDATE
SET score = excluded.score, probability = excluded.probability, levels = excluded.levels,
    model_id = excluded.model_id, fingerprint = excluded.fingerprint,
    state = CASE WHEN {again} THEN 'waiting' ELSE c.state END,
    since = CASE WHEN {again} THEN excluded.since ELSE c.since END
WHERE (c.state = 'lapsed' OR c.fingerprint <> excluded.fingerprint)
   OR (c.state IN ('waiting', 'put_off') AND c.score <> excluded.score)
"""
# Who was a candidate of these people and is found no more: their data was mended.
_LAPSE = """
UPDATE integrated_address_matchcandidate c SET state = 'lapsed', since = %(at)s
WHERE c.state IN ('waiting', 'put_off') AND c.cause <> 'individual_number'
  AND (c.first_id = ANY(%(people)s) OR c.second_id = ANY(%(people)s))
  AND NOT EXISTS (
      SELECT FROM {staging} s
      WHERE least(s.one, s.other) = c.first_id AND greatest(s.one, s.other) = c.second_id
  )
"""
# A judgement without a fingerprint was carried over by a 名寄せ: it stands.
_KEEP = _KEEP.replace(
    "{again}", "c.state = 'lapsed' OR (c.state = 'different' AND c.fingerprint <> '')"
)
_FEW = (
    "unnest(%(ones)s::varchar[], %(others)s::varchar[], %(scores)s::float[], %(levels)s::jsonb[])"
    " AS s (one, other, score, levels)"
)
_KEEP_FEW = _KEEP.replace("{staging} s", _FEW) + "RETURNING 1"
Pair = tuple[str, str, float, str]
"""One number, the other, score in bits, levels as JSON."""


def keep_pairs(
    pairs: Iterable[Pair], *, version: int, cause: str, act: Act, people: list[str] | None
) -> int:
    """
    Keep pairs as candidates; return how many are new, came back or have another score.

    :param people: whose candidates these are, all of them: others that they had lapse.
    """
    with temporary_staging("integrated_pairs", _COLUMNS) as staging:
        staging.copy(list(_COLUMNS), pairs)
        values: dict[str, Any] = {"at": act.at, "model": version, "cause": cause}
        if people is not None:
            staging.execute(_LAPSE, people=people, **values)
        return staging.execute(_KEEP, **values)


def keep_new_pairs(pairs: Sequence[Pair], *, version: int, cause: str, act: Act) -> int:
    """Keep the pairs of somebody who was numbered a moment ago, and had none; return how many."""
    if not pairs:
        return 0
    ones, others, scores, levels = (list(column) for column in zip(*pairs, strict=True))
    values = {"ones": ones, "others": others, "scores": scores, "levels": levels}
    return len(prepared_rows(_KEEP_FEW, {**values, "at": act.at, "model": version, "cause": cause}))


LEVELS_OBJECT = (
    "jsonb_build_object("
    + ", ".join(f"'{item.code}', found.{item.code}_level" for item in ITEMS)
    + ")::text"
)
