"""Inquiries on their way: put into messages as pace allows, asked, looked after, fetched."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from gateway.models import Exchange, Inquiry, Lane, SendQueue
from gateway.rules import waiting
from gateway.rules.statuses import status_doubt
from gateway.selectors.masters import status_names
from gateway.services import queues
from gateway.services.answers import NO_CODE_YET, Told, ToldResult, ToldState
from gateway.services.exchanges import finish, held, new_exchange
from gateway.services.inquiries.accepting import hasten_codes
from gateway.services.inquiries.results import end_inquiries
from sapporo_base.acts import Act

_ONLINE_AT_ONCE = 100
_FILE_AT_ONCE = 5000
_OPEN_AT_PLATFORM = [Inquiry.State.SENDING, Inquiry.State.ASKED, Inquiry.State.HELD]
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


@transaction.atomic
def prepare_inquiry_exchanges(*, lane: str, act: Act) -> int:
    """
    Put what is due in a lane into messages: to ask, to look, to fetch; return how many messages.
    """
    size = _ONLINE_AT_ONCE if lane == Lane.INTERACTIVE else _FILE_AT_ONCE
    made = 0
    for work, states in (
        ("fetch", [Inquiry.State.ARRIVED]),
        ("check", [Inquiry.State.ASKED, Inquiry.State.HELD]),
    ):
        due = Inquiry.objects.filter(
            lane=lane,
            state__in=states,
            exchange=None,
            due_at__lte=act.at,
            cancel_asked_at__isnull=True,
        )
        while _into_exchange(due, work, lane, size, act):
            made += 1
    made += _prepare_cancelling(lane, size, act)
    return made + _prepare_asking(lane, size, act)


def _prepare_cancelling(lane: str, size: int, act: Act) -> int:
    """What is at the platform and is to be taken back; what arrived meanwhile is only fetched."""
    Inquiry.objects.filter(
        lane=lane, state=Inquiry.State.ARRIVED, cancel_asked_at__isnull=False, exchange=None
    ).update(cancel_asked_at=None)
    due = Inquiry.objects.filter(
        lane=lane,
        state__in=[Inquiry.State.ASKED, Inquiry.State.HELD],
        exchange=None,
        cancel_asked_at__isnull=False,
    )
    made = 0
    while _into_exchange(due, "cancel", lane, size, act):
        made += 1
    return made


def _into_exchange(
    due: Any,
    work: str,
    lane: str,
    size: int,
    act: Act,
    *,
    system: int | None = None,
    **changes: Any,
) -> int:
    ids = list(
        due.select_for_update(skip_locked=True)
        .order_by("due_at", "pk")
        .values_list("pk", flat=True)[:size]
    )
    if not ids:
        return 0
    exchange = new_exchange(work=work, lane=lane, ids=ids, act=act, system=system)
    Inquiry.objects.filter(pk__in=ids).update(exchange=exchange, **changes)
    return len(ids)


_WAITING_IN_LANE = """
SELECT FROM gateway_inquiry WHERE lane = %s AND state = 'waiting' AND system_id = system.id
    AND due_at <= %s AND exchange_id IS NULL
"""


def _prepare_asking(lane: str, size: int, act: Act) -> int:
    """One message for each system in turn, as far as its pace and what it has out allow."""
    made = 0
    systems = queues.systems_with(_WAITING_IN_LANE, [lane, act.at])
    for queue in queues.turns(lane=lane, systems=systems, at=act.at):
        room = queues.room(queue, under_way=_under_way(queue, lane), at=act.at)
        if not room:
            continue
        due = Inquiry.objects.filter(
            lane=lane,
            state=Inquiry.State.WAITING,
            system_id=queue.system_id,
            exchange=None,
            due_at__lte=act.at,
        )
        count = _into_exchange(
            due,
            "ask",
            lane,
            min(size, room),
            act,
            system=queue.system_id,
            state=Inquiry.State.SENDING,
            sent_at=act.at,
        )
        if count:
            queues.served(queue, count=count, at=act.at)
            made += 1
    return made


def _under_way(queue: SendQueue, lane: str) -> int:
    return Inquiry.objects.filter(
        lane=lane, system_id=queue.system_id, state__in=_OPEN_AT_PLATFORM
    ).count()


# One statement for five thousand rows: a CASE for each row takes the ORM a second a thousand.
_WRITE = """
UPDATE gateway_inquiry asked SET exchange_id = NULL, record_id = told.record_id,
    state = told.state, detail_status = told.detail_status, name_status = told.name_status,
    reason_code = told.reason_code, reason = told.reason, attempts = told.attempts,
    due_at = told.due_at, registered_at = told.registered_at, arrived_at = told.arrived_at,
    settled_at = told.settled_at
FROM unnest(%s::bigint[], %s::varchar[], %s::varchar[], %s::varchar[], %s::varchar[], %s::varchar[],
    %s::varchar[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
    %s::timestamptz[])
    AS told (id, record_id, state, detail_status, name_status, reason_code, reason, attempts,
        due_at, registered_at, arrived_at, settled_at)
WHERE asked.id = told.id
"""
_WRITTEN = (
    *("id", "record_id", "state", "detail_status", "name_status", "reason_code", "reason"),
    *("attempts", "due_at", "registered_at", "arrived_at", "settled_at"),
)


def _write(inquiries: Sequence[Inquiry]) -> None:
    """Write what became of inquiries; they belong to no message any more."""
    columns = [[getattr(one, name) for one in inquiries] for name in _WRITTEN]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)


def inquiries_in(exchange: Exchange) -> list[Inquiry]:
    """Return the inquiries that a message carries."""
    return list(exchange.inquiries.select_related("system").order_by("pk"))


@transaction.atomic
def settle_asked(exchange: Exchange, told: Told, *, act: Act) -> None:
    """
    Settle a registration: taken ones are looked after, refused ones end or wait for their 符号.
    """
    row = held(exchange)
    if row is None:
        return
    taken, rejected = told.taken(), told.rejected()
    inquiries = list(row.inquiries.select_for_update())
    ended = []
    for inquiry in inquiries:
        inquiry.exchange = None
        why = rejected.get(inquiry.record_id)
        if inquiry.record_id in taken:
            inquiry.state, inquiry.registered_at = Inquiry.State.ASKED, act.at
            inquiry.attempts = 0
            inquiry.due_at = act.at + waiting.look_after(0, interactive=_hurries(inquiry))
        elif why and why.code == NO_CODE_YET:
            inquiry.state = Inquiry.State.WAITING_CODE
            inquiry.record_id = uuid.uuid4().hex
            inquiry.reason_code, inquiry.reason = why.code, why.words[:300]
        elif why:
            inquiry.state, inquiry.settled_at = Inquiry.State.FAILED, act.at
            inquiry.reason_code, inquiry.reason = why.code[:40], why.words[:300]
            ended.append(inquiry)
        else:
            inquiry.state = Inquiry.State.WAITING
            inquiry.due_at = act.at + waiting.retry_after(1)
    _write(inquiries)
    hasten_codes(
        {i.integrated_number for i in inquiries if i.state == Inquiry.State.WAITING_CODE}, act
    )
    end_inquiries(ended, {}, act)
    finish(row, at=act.at, accepted=len(taken), refused=len(rejected))


@transaction.atomic
def settle_states(exchange: Exchange, told: Sequence[ToldState], *, act: Act) -> None:
    """
    Settle a look: what is answered is fetched next, what ended ends, the rest is looked at again.
    """
    row = held(exchange)
    if row is None:
        return
    by_id = {state.record_id: state for state in told}
    applied = status_names(day=act.day)
    inquiries = list(row.inquiries.select_for_update())
    ended = []
    for inquiry in inquiries:
        inquiry.exchange = None
        state = by_id.get(inquiry.record_id)
        if state is not None:
            inquiry.state = _STATES.get(state.state, Inquiry.State.UNCLEAR)
            inquiry.detail_status, inquiry.name_status = state.detail_status, state.name_status
            if state.why:
                inquiry.reason_code, inquiry.reason = state.why.code[:40], state.why.words[:300]
            doubt = status_doubt(state.detail_status, state.name_status, applied=applied)
            if doubt:
                inquiry.state = Inquiry.State.UNCLEAR
                inquiry.reason_code, inquiry.reason = "unknown_status", doubt
        inquiry.attempts += 1
        inquiry.due_at = act.at + waiting.look_after(
            inquiry.attempts, interactive=_hurries(inquiry)
        )
        if inquiry.state == Inquiry.State.ARRIVED:
            inquiry.arrived_at = inquiry.due_at = act.at
        elif inquiry.state in Inquiry.FINAL:
            inquiry.settled_at = act.at
            ended.append(inquiry)
    _write(inquiries)
    end_inquiries(ended, {}, act)
    finish(row, at=act.at, accepted=len(by_id), refused=0)


@transaction.atomic
def settle_results(exchange: Exchange, told: Sequence[ToldResult], *, act: Act) -> None:
    """Settle a fetch: results enter the feed of the system that asked, and are recorded."""
    row = held(exchange)
    if row is None:
        return
    by_id = {result.record_id: result for result in told}
    inquiries = list(row.inquiries.select_for_update().select_related("legal_basis", "system"))
    ended = []
    for inquiry in inquiries:
        inquiry.exchange = None
        result = by_id.get(inquiry.record_id)
        if result is None or result.state not in {"answered", "no_record", "failed", "cancelled"}:
            inquiry.attempts += 1
            inquiry.due_at = act.at + waiting.retry_after(inquiry.attempts)
            continue
        inquiry.state = (
            Inquiry.State.ANSWERED if result.state == "answered" else _STATES[result.state]
        )
        inquiry.detail_status, inquiry.name_status = result.detail_status, result.name_status
        inquiry.settled_at = act.at
        if result.why:
            inquiry.reason_code, inquiry.reason = result.why.code[:40], result.why.words[:300]
        ended.append(inquiry)
    _write(inquiries)
    end_inquiries(ended, by_id, act)
    finish(row, at=act.at, accepted=len(ended), refused=len(inquiries) - len(ended))


def _hurries(inquiry: Inquiry) -> bool:
    return inquiry.lane == Lane.INTERACTIVE
