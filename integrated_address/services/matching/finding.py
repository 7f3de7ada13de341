"""
Online matching: a person who was just numbered, or has changed, beside those who are like them.

Indexed SQL with the learnt weights. Each way of being alike is a look into one index; nobody is
compared with two million.
"""

from collections.abc import Collection
from functools import lru_cache

from django.db import transaction

from integrated_address.rules.matching import scoring_sql
from integrated_address.services.matching.keeping import LEVELS_OBJECT, keep_new_pairs, keep_pairs
from integrated_address.services.matching.keys import refresh_keys
from integrated_address.services.matching.models import (
    prior_weight,
    settings_of_matching,
    weights_of,
)
from sapporo_base.acts import Act
from sapporo_base.rows import prepared_rows

MOST_ALIKE = 2_000
"""Of one reading, or in one residence: beyond this the name alone says nothing."""
_LIKE = "o.addressee_id <> p.addressee_id"
# Blocks of `rules.matching.BLOCKS`, each by the index that serves it. Whoever agrees in birth stands in
# the first alone, so that nothing has to be sorted out of the others.
_ELSEWHERE = "(p.birth = '' OR o.birth <> p.birth)"
_ALIKE = f"""
SELECT o.* FROM integrated_address_matchkey o
WHERE p.birth <> '' AND o.birth <> '' AND o.birth = p.birth AND {_LIKE} AND (
    left(o.kana, 2) = left(p.kana, 2) OR (p.given <> '' AND o.given = p.given)
    OR (p.name <> '' AND o.name = p.name) OR (p.residence <> '' AND o.residence = p.residence))
UNION ALL
(SELECT o.* FROM integrated_address_matchkey o
WHERE p.kana <> '' AND o.kana = p.kana AND {_LIKE} AND {_ELSEWHERE} LIMIT {MOST_ALIKE})
UNION ALL
(SELECT o.* FROM integrated_address_matchkey o
WHERE p.residence <> '' AND o.residence <> '' AND o.residence = p.residence AND {_LIKE}
  AND {_ELSEWHERE} AND o.kana <> p.kana AND (
    (p.given <> '' AND o.given = p.given)
    OR (p.kana <> '' AND left(o.kana, 2) = left(p.kana, 2))) LIMIT {MOST_ALIKE})
"""
# How rare a name is, is counted once for each person, not for everybody beside them.
_FIND = """
WITH p AS MATERIALIZED (
    SELECT k.*, log(%(people)s::float / greatest((
        SELECT count(*) FROM (
            SELECT FROM integrated_address_matchkey same WHERE same.kana = k.kana LIMIT {most}
        ) named), 1)) / log(2::float) AS rarity
    FROM integrated_address_matchkey k WHERE k.addressee_id = ANY(%(numbers)s::varchar[])
)
SELECT found.one, found.other, found.weight + %(prior)s::float, {levels}
FROM (
    SELECT p.addressee_id AS one, o.addressee_id AS other, {scoring}
    FROM p CROSS JOIN LATERAL ({alike}) o
) found
WHERE found.weight + %(prior)s::float >= %(least)s::float
"""


@transaction.atomic(savepoint=False)
def match_people(
    *, integrated_numbers: Collection[str], act: Act, cause: str = "registration", new: bool = False
) -> int:
    """
    Look for who may be the same as these people, and keep the pairs for a human being.

    Nothing is linked. Return how many candidates are new, came back or have another score; the same
    again changes nothing.

    :param new: they were numbered a moment ago, so that there are no earlier candidates of theirs.
    """
    people = sorted(set(integrated_numbers))
    if not people:
        return 0
    refresh_keys(people)
    going_by = settings_of_matching(act=act)
    pairs = prepared_rows(
        _question(going_by.version, going_by.fingerprint),
        {
            "numbers": people,
            "prior": prior_weight(going_by.prior),
            "least": going_by.candidate_from,
            "people": going_by.people,
        },
    )
    if new:
        return keep_new_pairs(pairs, version=going_by.version, cause=cause, act=act)
    return keep_pairs(pairs, version=going_by.version, cause=cause, act=act, people=people)


@lru_cache(maxsize=4)
def _question(version: int, fingerprint: str) -> str:
    """Return the SQL of one version of the weights, whose fingerprint tells them from all others."""
    return _FIND.format(
        levels=LEVELS_OBJECT,
        scoring=scoring_sql(weights_of(version), left="p.", right="o."),
        alike=_ALIKE,
        most=MOST_ALIKE * 10,
    )
