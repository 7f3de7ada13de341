"""Who was judged 別人 of the number that is retired is not asked about once more under the one that remains."""

from typing import Any

from django.db import connection

from integrated_address.models import Merge
from sapporo_base.acts import Act

# Without a fingerprint: the first comparison gives it one and leaves the judgement.
_CARRY = """
WITH judged AS (
    SELECT c.*, CASE c.first_id WHEN %(retired)s THEN c.second_id ELSE c.first_id END AS third
    FROM integrated_address_matchcandidate c
    WHERE c.state = 'different' AND %(retired)s IN (c.first_id, c.second_id)
), carried AS (
    INSERT INTO integrated_address_matchcandidate AS c
        (first_id, second_id, score, probability, levels, model_id, cause, fingerprint, found_at,
         state, since, reason, decided_by)
    SELECT least(j.third, %(survivor)s), greatest(j.third, %(survivor)s), j.score, j.probability,
        j.levels, j.model_id, j.cause, '', %(at)s, 'different', %(at)s, j.reason, j.decided_by
    FROM judged j
    JOIN integrated_address_integratedaddressee a
        ON a.integrated_number = j.third AND a.state = 'active'
    WHERE j.third <> %(survivor)s
    ON CONFLICT (first_id, second_id) DO UPDATE
    SET state = 'different', since = excluded.since, reason = excluded.reason,
        decided_by = excluded.decided_by, fingerprint = ''
    WHERE c.state IN ('waiting', 'put_off', 'lapsed')
    RETURNING new.id, coalesce(old.state, 'lapsed') AS state_before, new.reason, new.decided_by
)
INSERT INTO integrated_address_matchdecision
    (candidate_id, state_before, state, reason, staff_number, at, correlation_id)
SELECT id, state_before, 'different', left(%(words)s || reason, 300), decided_by, %(at)s, %(trip)s
FROM carried
"""
_RELEASE = """
UPDATE integrated_address_matchcandidate c SET state = d.state_before, since = %(at)s
FROM integrated_address_matchdecision d
WHERE d.candidate_id = c.id AND d.correlation_id = %(trip)s AND d.state = 'different'
  AND c.state = 'different' AND %(survivor)s IN (c.first_id, c.second_id) AND NOT EXISTS (
    SELECT FROM integrated_address_matchdecision later
    WHERE later.candidate_id = c.id AND later.id > d.id
  )
"""


def carry_judgements(merge: Merge, act: Act) -> None:
    """Let what was judged 別人 of the retired number hold for the survivor."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CARRY,
            {
                "retired": merge.retired_id,
                "survivor": merge.survivor_id,
                "at": act.at,
                "trip": merge.correlation_id,
                "words": f"名寄せ 第{merge.pk}号で統合した番号の判定を引き継ぎました。",
            },
        )


def release_judgements(merge: Merge, act: Act) -> None:
    """Take back what was carried over and was not judged anew since: it was said of the other person."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "trip": merge.correlation_id,
            "survivor": merge.survivor_id,
            "at": act.at,
        }
        cursor.execute(_RELEASE, values)
