"""Answers on their way: registered at the platform, permitted there, and looked at as it has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from gateway.models import Exchange, Provision
from gateway.services.answers import Told
from gateway.services.exchanges import finish, held, new_exchange
from sapporo_base.acts import Act
from sapporo_base.nudge import nudge

_FILES = {"answer": "IF_TKY_20323", "permit": "IF_TKY_20523", "fetch_provided": "IF_TKY_11923"}
_RESULTS = {"provide": "provided", "no_record": "no_record", "refuse": "refused"}


@dataclass(frozen=True, slots=True)
class ToldProvided:
    """Our answer as the platform has it."""

    provision_id: str
    is_sent: bool
    is_withdrawn: bool
    result: str
    provided_at: datetime | None
    items: Mapping[str, Any]


def next_step(rows: Sequence[Provision], work: str, *, lane: str, act: Act) -> None:
    """Put provisions into the message of the next step: one online, several as a file."""
    if not rows:
        return
    exchange = new_exchange(
        work=work,
        lane=lane,
        count=len(rows),
        act=act,
        interface=_FILES[work] if len(rows) > 1 else "",
    )
    Provision.objects.filter(pk__in=[row.pk for row in rows]).update(exchange=exchange)


def provisions_in(exchange: Exchange) -> list[Provision]:
    """Return the provisions that a message is about."""
    return list(exchange.provisions.order_by("pk"))


def record_id_of(exchange: Exchange, provision: Provision) -> str:
    """Return the レコード識別番号 of an answer within a message: the same each time it is sent."""
    return f"{exchange.idempotency_key.hex[:20]}{provision.pk:016d}"


@transaction.atomic
def settle_answers(exchange: Exchange, told: Told, *, act: Act) -> None:
    """
    Note which answers the platform has registered: permission to send them follows.

    One that it does not take goes back to staff, with its words.

    :param told: by the numbers of `record_id_of`.
    """
    row = held(exchange)
    if row is None:
        return
    taken, back = _sorted_out(row, told)
    finish(row, at=act.at, accepted=len(taken), refused=len(back))
    next_step(taken, "permit", lane=row.lane, act=act)


@transaction.atomic
def settle_permissions(exchange: Exchange, told: Told, *, act: Act) -> None:
    """Note which answers were sent; what the platform has of them is fetched next."""
    row = held(exchange)
    if row is None:
        return
    taken, back = _sorted_out(row, told)
    Provision.objects.filter(pk__in=[one.pk for one in taken]).update(
        state=Provision.State.SENT, sent_at=act.at
    )
    finish(row, at=act.at, accepted=len(taken), refused=len(back))
    next_step(taken, "fetch_provided", lane="records", act=act)
    nudge("gateway.tasks.work_bulk", queue="bulk")


def _sorted_out(exchange: Exchange, told: Told) -> tuple[list[Provision], list[Provision]]:
    taken, rejected = told.taken(), told.rejected()
    rows = provisions_in(exchange)
    ours = [row for row in rows if record_id_of(exchange, row) in taken]
    back = [row for row in rows if record_id_of(exchange, row) not in taken]
    for row in back:
        why = rejected.get(record_id_of(exchange, row))
        row.state, row.permitted_by, row.permitted_at = Provision.State.ANSWERED, None, None
        row.exchange = None
        row.reason = (why.words if why else "プラットフォームから結果がありませんでした。")[:300]
        row.save(update_fields=["state", "permitted_by", "permitted_at", "exchange", "reason"])
    return ours, back


@transaction.atomic
def settle_provided(exchange: Exchange, told: Sequence[ToldProvided], *, act: Act) -> None:
    """Keep what the platform has of our answers, and whether it is what was answered."""
    row = held(exchange)
    if row is None:
        return
    ours = {one.provision_id: one for one in provisions_in(row)}
    for one in told:
        provision = ours.get(one.provision_id)
        if provision is None:
            continue
        if one.is_withdrawn:
            provision.state = Provision.State.WITHDRAWN
        provision.sent_at = one.provided_at or provision.sent_at
        provision.sent_items = dict(one.items)
        provision.sent_differs = one.is_sent and (
            one.result != _RESULTS[provision.answer] or dict(one.items) != provision.answer_items
        )
        provision.exchange = None
        provision.save(update_fields=["state", "sent_at", "sent_items", "sent_differs", "exchange"])
    finish(row, at=act.at, accepted=len(told), refused=row.item_count - len(told))
