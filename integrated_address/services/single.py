"""
One person is numbered, or linked, in one statement that stays prepared: the text of masses over one row.

Only what adds rows is done so, which nearly every request is. Where something known would change, nothing
is written, and the request goes the way of masses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from integrated_address.services import sql
from integrated_address.services.locks import LOCK
from sapporo_base.rows import prepared_rows

# As `numbering` locks a list: masses first, then who asks about the same 個人番号 or business number.
_LOCK = """
SELECT pg_advisory_xact_lock_shared(hashtextextended(%(everyone)s, 0)),
    pg_advisory_xact_lock(least(one, other)), pg_advisory_xact_lock(greatest(one, other))
FROM (
    SELECT hashtextextended(%(business_number)s::varchar, %(system)s::bigint + 1) AS one,
        hashtextextended(encode(%(digest)s::bytea, 'hex'), 1) AS other
) keys
"""
_ROW = """
SELECT %(business_number)s::varchar AS business_number, %(digest)s::bytea AS digest,
    %(ciphertext)s::bytea AS ciphertext, %(name)s::text AS name, %(name_kana)s::text AS name_kana,
    ''::text AS kana_key, %(name_key)s::text AS name_key, %(birth_on)s::date AS birth_on,
    %(birth_text)s::text AS birth_text, %(sex)s::text AS sex,
    %(residential_address)s::text AS residential_address,
    %(resident_state)s::text AS resident_state, %(resident_number)s::varchar AS resident_number,
    NULL::date AS valid_from
"""
# A link or a repetition adds no more than a row where the system's word does not count.
_ADDS_ONLY = f"""
SELECT * FROM integrated_verdict r
WHERE r.verdict = 'number' OR (r.verdict IN ('link', 'nothing') AND NOT {sql.WORD_COUNTS})
"""


@dataclass(frozen=True, slots=True)
class Single:
    """What became of one request: its verdict, and the number if all is done."""

    verdict: str
    integrated_number: str | None


def number_single(row: Mapping[str, Any], *, column: str, values: Mapping[str, Any]) -> Single:
    """
    Number or link one person, if that adds rows only; until the transaction ends nobody else does.

    :param row: its items. :param column: of the digest. :param values: of the statements in `sql`.
    """
    given = {**row, **values}
    prepared_rows(_LOCK, {**given, "everyone": LOCK})
    ((verdict, number),) = prepared_rows(
        _statement(column, by_resident_number=row["resident_number"] is not None), given
    )
    return Single(verdict, number)


@lru_cache(maxsize=4)
def _statement(column: str, *, by_resident_number: bool) -> str:
    parts = {
        "integrated_asked": _ROW,
        "integrated_verdict": sql.verdicts(by_resident_number=by_resident_number),
        "integrated_judged": _ADDS_ONLY,
        "integrated_bringing": sql.BRINGERS,
        "addressees": sql.ADD_ADDRESSEES,
        "basics": sql.ADD_BASIC_ITEMS,
        "numbers": sql.ADD_INDIVIDUAL_NUMBERS.format(column=column),
        "codes": sql.ADD_CODE_STATUS.format(state="'not_requested'"),
        "links": sql.ADD_LINKS,
        "told": sql.TELL_OF_NEW_NUMBERS,
    }
    named = ", ".join(f"{name} AS ({part})" for name, part in parts.items())
    return (
        f"WITH {named} SELECT v.verdict, j.integrated_number"
        " FROM integrated_verdict v LEFT JOIN integrated_judged j USING (business_number)"
    ).replace("{staging}", "integrated_asked")
