"""符号取得状況の管理: what was asked for, what came of it. The 符号 itself never comes here."""

from collections.abc import Collection, Iterable

from django.db import connection, transaction

from integrated_address.services.sql import REQUEST_CODES
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.nudge import nudge

_REQUEST = (
    """
WITH moved AS (
    UPDATE integrated_address_linkagecodestatus s
    SET state = CASE s.state WHEN 'failed' THEN 'requested_again' ELSE 'requested' END,
        since = %(at)s, cause = ''
    FROM integrated_address_integratedaddressee a
    WHERE a.integrated_number = s.addressee_id AND a.state = 'active' AND {wanted}
    RETURNING s.addressee_id, old.state AS state_before, new.state
), told AS (
    INSERT INTO integrated_address_linkagecodestep
        (addressee_id, state_before, state, at, cause, correlation_id)
    SELECT addressee_id, state_before, state, %(at)s, '', %(trip)s FROM moved
    RETURNING addressee_id
)
"""
    + REQUEST_CODES
)
_ALL_NEW = "s.state = 'not_requested'"
_NAMED = "s.state IN ('not_requested', 'failed') AND s.addressee_id = ANY(%(numbers)s)"

# The state is hidden from the statistics: after a mass of requests they are stale, say that nobody waits,
# and the join is planned as one look through the whole list for each person.
_RECORD = """
WITH told AS (
    SELECT * FROM unnest(%(numbers)s::varchar[], %(states)s::varchar[], %(causes)s::varchar[])
        AS t (integrated_number, state, cause)
), moved AS (
    UPDATE integrated_address_linkagecodestatus s
    SET state = told.state, since = %(at)s, cause = told.cause
    FROM told
    WHERE s.addressee_id = told.integrated_number
      AND coalesce(s.state, '') IN ('requested', 'requested_again')
      AND told.state IN ('acquired', 'failed')
    RETURNING new.addressee_id, old.state AS state_before, new.state, new.cause
)
INSERT INTO integrated_address_linkagecodestep
    (addressee_id, state_before, state, at, cause, correlation_id)
SELECT addressee_id, state_before, state, %(at)s, cause, %(trip)s FROM moved
"""


@transaction.atomic
def request_linkage_codes(*, integrated_numbers: Collection[str] | None = None, act: Act) -> int:
    """
    Request the 符号 of these people, or of everyone for whom none was requested; return how many.

    Who has one, or waits for one, is left alone; after an error it is a 再要求. People without a
    個人番号 have no 符号取得状況 and are never asked for.
    """
    wanted = _ALL_NEW if integrated_numbers is None else _NAMED
    with connection.cursor() as cursor:
        cursor.execute(
            _REQUEST.format(wanted=wanted),
            {
                "at": act.at,
                "trip": act.correlation_id,
                "numbers": list(integrated_numbers or ()),
            },
        )
        count = sum(int(size) for (size,) in cursor.fetchall())
    if count:
        base.record_linkage(act, "codes_requested", subject_count=count)
        nudge("gateway.tasks.read_feeds")
    return count


@transaction.atomic
def record_code_states(*, states: Iterable[tuple[str, str, str]], act: Act) -> int:
    """
    Write down what the platform says of requested 符号; return how many moved.

    :param states: (団体内統合宛名番号, "acquired" or "failed", cause). Repetitions change nothing.
    """
    told = [row for row in states if row[1] in {"acquired", "failed"}]
    if not told:
        return 0
    numbers, values, causes = zip(*told, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            {
                "at": act.at,
                "trip": act.correlation_id,
                "numbers": list(numbers),
                "states": list(values),
                "causes": [cause[:300] for cause in causes],
            },
        )
        moved = int(cursor.rowcount)
    if moved:
        base.record_linkage(act, "code_states_recorded", subject_count=moved)
    return moved
