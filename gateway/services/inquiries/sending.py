"""Inquiries on their way: put into messages as pace allows, to ask, to look after, to fetch."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet

from gateway.models import Exchange, Inquiry, Lane, SendQueue
from gateway.services import queues
from gateway.services.exchanges import new_exchange
from sapporo_base.acts import Act
from sapporo_base.models import BusinessSystem

_ONLINE_AT_ONCE = 100
_FILE_AT_ONCE = 5000
_OPEN_AT_PLATFORM = [Inquiry.State.SENDING, Inquiry.State.ASKED, Inquiry.State.HELD]


class Asked(NamedTuple):
    """What one inquiry asks, as it is sent."""

    record_id: str
    integrated_number: str
    procedure_code: str
    step_code: str
    information_code: str
    provider_code: str
    accepted_at: datetime
    asked_by: str
    not_disclosed: bool
    fiscal_year: int | None
    period_from: date | None
    period_until: date | None
    system_code: str


_ASKED = [name for name in Asked._fields if name != "system_code"]


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


_TIE = "UPDATE gateway_inquiry SET exchange_id = %(exchange)s WHERE id = ANY(%(ids)s)"
_TIE_AND_SEND = """
UPDATE gateway_inquiry SET exchange_id = %(exchange)s, state = 'sending', sent_at = %(at)s
WHERE id = ANY(%(ids)s)
"""


def _into_exchange(
    due: QuerySet[Inquiry], work: str, lane: str, size: int, act: Act, *, system: int | None = None
) -> int:
    ids = list(
        due.select_for_update(skip_locked=True)
        .order_by("due_at", "pk")
        .values_list("pk", flat=True)[:size]
    )
    if not ids:
        return 0
    exchange = new_exchange(work=work, lane=lane, ids=ids, act=act, system=system)
    with connection.cursor() as cursor:
        cursor.execute(
            _TIE_AND_SEND if work == "ask" else _TIE,
            {"exchange": exchange.pk, "ids": ids, "at": act.at},
        )
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
        count = _into_exchange(due, "ask", lane, min(size, room), act, system=queue.system_id)
        if count:
            queues.served(queue, count=count, at=act.at)
            made += 1
    return made


def _under_way(queue: SendQueue, lane: str) -> int:
    return Inquiry.objects.filter(
        lane=lane, system_id=queue.system_id, state__in=_OPEN_AT_PLATFORM
    ).count()


def inquiries_in(exchange: Exchange) -> list[Asked]:
    """Return what a message asks."""
    rows = list(exchange.inquiries.order_by("pk").values_list(*_ASKED, "system_id"))
    systems = BusinessSystem.objects.in_bulk({system for *_, system in rows})
    return [Asked._make((*asked, systems[system].code)) for *asked, system in rows]


def record_ids_in(exchange: Exchange) -> list[str]:
    """Return the ids (レコード識別番号) of the inquiries that a message carries."""
    return list(exchange.inquiries.order_by("pk").values_list("record_id", flat=True))
