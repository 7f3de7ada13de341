"""What the platform told of a message of inquiries: one statement for all of them, whatever it told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from gateway.models import Exchange, Inquiry, Lane
from gateway.rules import waiting
from gateway.rules.statuses import status_doubt
from gateway.selectors.masters import status_names
from gateway.services.answers import NO_CODE_YET, Told, ToldResult, ToldState, Why
from gateway.services.exchanges import carries, finish, held, new_exchange
from gateway.services.inquiries.accepting import hasten_codes
from gateway.services.inquiries.results import end_inquiries
from sapporo_base.acts import Act

_STATES = {
    "accepted": Inquiry.State.ASKED,
    "in_progress": Inquiry.State.ASKED,
    "held_by_provider": Inquiry.State.HELD,
    "answered": Inquiry.State.ARRIVED,
    "no_record": Inquiry.State.NO_RECORD,
    "cancelled": Inquiry.State.CANCELLED,
    "failed": Inquiry.State.FAILED,
    "unknown": Inquiry.State.UNCLEAR,
}
_ENDS = {
    "answered": Inquiry.State.ANSWERED,
    **{state: _STATES[state] for state in ("no_record", "failed", "cancelled")},
}
# Five thousand inquiries in one statement. What the message held and nothing was told of goes again;
# what is refused for want of a 符号 gets a new id, since the platform takes each once; what arrived is
# tied to the message that fetches it. What was told is looked up by key: as a joined table it would
# be walked through once for each inquiry whenever the planner expects a handful. `+ 0` for the same
# reason: rows are met by their key, not each of the message with each of it.
_TELL = """
UPDATE gateway_inquiry i
SET exchange_id = CASE
        WHEN fate.state = 'arrived' AND i.cancel_asked_at IS NULL THEN %(fetch)s::bigint
    END,
    state = CASE WHEN fate.state IS NOT NULL THEN fate.state
        WHEN i.state = 'sending' THEN 'waiting' ELSE i.state END,
    record_id = CASE WHEN fate.state = 'waiting_code'
        THEN replace(gen_random_uuid()::text, '-', '') ELSE i.record_id END,
    detail_status = coalesce(fate.told ->> 1, i.detail_status),
    name_status = coalesce(fate.told ->> 2, i.name_status),
    reason_code = coalesce(left(fate.told ->> 3, 40), i.reason_code),
    reason = coalesce(left(fate.told ->> 4, 300), i.reason),
    attempts = fate.attempts,
    due_at = %(at)s + CASE
        WHEN fate.state = 'arrived' THEN interval '0'
        WHEN fate.state IS NULL THEN
            (%(tries)s::interval[])[least(fate.attempts, cardinality(%(tries)s::interval[]))]
        ELSE (%(looks)s::interval[])[least(fate.attempts + 1, cardinality(%(looks)s::interval[]))]
    END,
    registered_at = CASE WHEN fate.state = 'asked'
        THEN coalesce(i.registered_at, %(at)s) ELSE i.registered_at END,
    arrived_at = CASE WHEN fate.state = 'arrived' THEN %(at)s ELSE i.arrived_at END,
    settled_at = CASE WHEN fate.state = ANY(%(final)s) THEN %(at)s ELSE i.settled_at END
FROM (
    SELECT id, told, told ->> 0 AS state, CASE WHEN state = 'sending' AND told ->> 0 = 'asked' THEN 0
        ELSE attempts + 1 END AS attempts
    FROM (
        SELECT id, state, attempts, %(told)s::jsonb -> record_id AS told
        FROM gateway_inquiry WHERE exchange_id = %(exchange)s
    ) own
) fate
WHERE fate.id = i.id AND i.exchange_id + 0 = %(exchange)s
RETURNING i.id, i.state, i.integrated_number, i.exchange_id
"""
_Fate = tuple[str, str | None, str | None, str | None, str | None]
"""State, both statuses, code and words of a reason; None leaves what is there."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What became of the inquiries of a message."""

    count: int
    ended: Sequence[int]
    without_code: Sequence[str]
    arrived: Sequence[int]


@transaction.atomic
def settle_asked(exchange: Exchange, told: Told, *, act: Act) -> None:
    """
    Settle a registration: taken ones are looked after, refused ones end or wait for their 符号.
    """
    row = held(exchange)
    if row is None:
        return
    taken, rejected = told.taken(), told.rejected()
    fates: dict[str, _Fate] = dict.fromkeys(taken, (Inquiry.State.ASKED, None, None, None, None))
    for record_id, why in rejected.items():
        has_no_code = why.code == NO_CODE_YET
        state = Inquiry.State.WAITING_CODE if has_no_code else Inquiry.State.FAILED
        fates[record_id] = (state, None, None, why.code, why.words)
    became = _tell(row, fates, act)
    hasten_codes(set(became.without_code), act)
    end_inquiries(became.ended, {}, act)
    finish(row, at=act.at, accepted=len(taken), refused=len(rejected))


@transaction.atomic
def settle_states(exchange: Exchange, told: Sequence[ToldState], *, act: Act) -> None:
    """
    Settle a look: what is answered goes into the message that fetches it, what ended ends, the
    rest is looked at again.
    """
    row = held(exchange)
    if row is None:
        return
    applied = status_names(day=act.day)

    @cache
    def doubt_of(detail: str, name: str) -> str:
        return status_doubt(detail, name, applied=applied)

    fates = {
        one.record_id: _looked_at(one, doubt_of(one.detail_status, one.name_status)) for one in told
    }
    arrived = any(state == Inquiry.State.ARRIVED for state, *_ in fates.values())
    fetch = new_exchange(work="fetch", lane=row.lane, act=act) if arrived else None
    became = _tell(row, fates, act, fetch=fetch)
    if fetch is not None:
        carries(fetch, became.arrived)
    end_inquiries(became.ended, {}, act)
    finish(row, at=act.at, accepted=len(fates), refused=0)


def _looked_at(one: ToldState, doubt: str) -> _Fate:
    if doubt:
        why = ("unknown_status", doubt)
        return (Inquiry.State.UNCLEAR, one.detail_status, one.name_status, *why)
    state = _STATES.get(one.state, Inquiry.State.UNCLEAR)
    return (state, one.detail_status, one.name_status, *_reason(one.why))


def _reason(why: Why | None) -> tuple[str | None, str | None]:
    return (why.code, why.words) if why else (None, None)


@transaction.atomic
def settle_results(exchange: Exchange, told: Sequence[ToldResult], *, act: Act) -> None:
    """Settle a fetch: results enter the feed of the system that asked, and are recorded."""
    row = held(exchange)
    if row is None:
        return
    results = {one.record_id: one for one in told if one.state in _ENDS}
    fates: dict[str, _Fate] = {
        key: (_ENDS[one.state], one.detail_status, one.name_status, *_reason(one.why))
        for key, one in results.items()
    }
    became = _tell(row, fates, act)
    end_inquiries(became.ended, results, act)
    finish(
        row,
        at=act.at,
        accepted=len(became.ended),
        refused=became.count - len(became.ended),
    )


def _tell(
    exchange: Exchange, fates: Mapping[str, _Fate], act: Act, *, fetch: Exchange | None = None
) -> _Told:
    parameters: dict[str, Any] = {
        "exchange": exchange.pk,
        "fetch": fetch.pk if fetch else None,
        "told": Jsonb(fates, dumps=orjson.dumps),
        "at": act.at,
        "tries": waiting.tries(),
        "looks": waiting.looks(interactive=exchange.lane == Lane.INTERACTIVE),
        "final": list(Inquiry.FINAL),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TELL, parameters)
        rows = cursor.fetchall()
    return _Told(
        count=len(rows),
        ended=[pk for pk, state, _, _ in rows if state in Inquiry.FINAL],
        without_code=[n for _, state, n, _ in rows if state == Inquiry.State.WAITING_CODE],
        arrived=[pk for pk, _, _, message in rows if message is not None],
    )
