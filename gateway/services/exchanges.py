"""電文: prepared with fixed content, leased, sent, and settled or put off."""

import csv
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from gateway.models import Exchange, ExchangeStep, Inquiry, PlatformInterface
from gateway.rules import waiting
from gateway.selectors import opening
from gateway.selectors.queues import paused_queues
from gateway.services.circuit import may_probe, probing
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest

Kind = ExchangeStep.Kind

_DATA = Path(__file__).resolve().parent.parent / "data"
INTERFACES = {
    "register_numbers": "IF_FGU_20221",
    "delete_numbers": "IF_FGU_20221",
    "request_codes": "IF_FGU_20234",
    "check_codes": "IF_FGU_20234",
    "set_flags": "IF_DBM_50111",
    "register_copies": "IF_DBM_20113",
    "delete_copies": "IF_DBM_20113",
    "ask": "IF_SKI_10123",
    "check": "IF_SKI_10723",
    "fetch": "IF_SKI_11123",
    "cancel": "IF_SKI_50123",
    "check_cancel": "IF_SKI_50423",
    "compare": "IF_SKI_10923",
    "notify": "IF_OSR_10123",
    "check_notices": "IF_OSR_20123",
    "withdraw_notices": "IF_OSR_30123",
    "show_disclosed": "IF_JTK_10212",
    "list_provisions": "IF_TKY_11312",
    "answer": "IF_TKY_20311",
    "permit": "IF_TKY_20511",
    "fetch_provided": "IF_TKY_11912",
    "records": "IF_TKM_40113",
    "update_records": "IF_TKM_40133",
    "check_flags": "IF_DBM_90123",
    "information_flags": "IF_DBM_40123",
    "delete_unknown": "IF_DBM_20113",
    "end_publication": "IF_DBM_90311",
    "undo_publication_end": "IF_DBM_90321",
}
ONLINE = {
    "ask": "IF_SKI_10111",
    "check": "IF_SKI_10712",
    "fetch": "IF_SKI_11112",
    "cancel": "IF_SKI_50111",
    "check_cancel": "IF_SKI_50412",
    "compare": "IF_SKI_10912",
    "notify": "IF_OSR_10111",
    "check_notices": "IF_OSR_20111",
    "withdraw_notices": "IF_OSR_30111",
}


def group_of(interface_id: str) -> str:
    """Return the group of an interface, as the calendar knows it."""
    return interface_id[3:6]


_LOOKING = (
    "check",
    "fetch",
    "check_codes",
    "records",
    "list_provisions",
    "check_flags",
    "fetch_provided",
    "inspect",
)
"""What only looks after what was sent before: it goes on while a person has stopped the queue."""


def new_exchange(
    *,
    work: str,
    lane: str,
    act: Act,
    ids: Sequence[int] = (),
    count: int = 0,
    system: int | None = None,
    interface: str = "",
    payload: Mapping[str, Any] | None = None,
) -> Exchange:
    """
    Make a message that is ready to go; its rows are tied to it in the same transaction.

    :param ids: 照会番号 or 副本番号 of what it carries. :param count: how many, where these bear none.
    :param interface: another one than is usual for this work.
    :param payload: what it asks for where no row stands for it.
    """
    online = lane == "interactive" and work in ONLINE
    return Exchange.objects.create(
        work=work,
        interface_id=interface or (ONLINE[work] if online else INTERFACES[work]),
        payload=dict(payload or {}),
        lane=lane,
        system_id=system,
        item_count=count or len(ids),
        item_ids=list(ids),
        due_at=act.at,
        created_at=act.at,
        correlation_id=act.correlation_id,
    )


def carries(exchange: Exchange, ids: Sequence[int]) -> None:
    """Note what a message carries that was made before its rows; one with none is not kept."""
    if not ids:
        exchange.delete()
        return
    exchange.item_ids, exchange.item_count = sorted(ids), len(ids)
    exchange.save(update_fields=["item_ids", "item_count"])


def note_step(
    exchange: Exchange,
    kind: str,
    *,
    at: datetime,
    words: str = "",
    seconds: float | None = None,
    staff_number: str = "",
) -> None:
    """Write what happened to a message into its story (電文の経過)."""
    ExchangeStep.objects.create(
        exchange=exchange,
        at=at,
        kind=kind,
        words=words[:300],
        seconds=seconds,
        staff_number=staff_number,
    )


@transaction.atomic
def claim_exchanges(*, lanes: Collection[str], at: datetime, limit: int = 4) -> Sequence[Exchange]:
    """
    Lease messages of these lanes that are due and may go out now.

    Where the calendar, a stop or the circuit says no, they are put off to when it opens, without a
    try being counted. Those of a queue that a person stopped are passed over, whatever waits
    behind them goes. After the circuit of a group was open one message of it goes to see (試し送り).
    """
    due = Exchange.objects.filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=at),
        state__in=[Exchange.State.READY, Exchange.State.SENT],
        lane__in=lanes,
        due_at__lte=at,
    ).exclude(_stopped())
    probed, to_probe = probing(at=at)
    if probed:
        due = due.exclude(interface__group__in=probed)
    rows = list(
        due.defer("item_ids").select_for_update(skip_locked=True).order_by("due_at", "id")[:limit]
    )
    openings = {
        group: opening(group=group, at=at) for group in {group_of(r.interface_id) for r in rows}
    }
    lease = timedelta(seconds=settings.EXCHANGE_LEASE_SECONDS)
    claimed = []
    for row in rows:
        opens = openings[group_of(row.interface_id)].at
        if opens is None or opens > at:
            row.due_at = opens or at + timedelta(days=1)
            row.last_error = openings[group_of(row.interface_id)].why[:300]
            row.save(update_fields=["due_at", "last_error"])
            continue
        if group_of(row.interface_id) in to_probe and not may_probe(
            group=group_of(row.interface_id), at=at
        ):
            continue
        row.lease, row.leased_until = uuid.uuid4(), at + lease
        row.attempts += 1
        row.first_sent_at = row.first_sent_at or at
        row.save(update_fields=["lease", "leased_until", "attempts", "first_sent_at"])
        claimed.append(row)
    return claimed


def _stopped() -> Q:
    """Return which messages may not go because a person stopped their queue."""
    stopped = Q(pk=None)
    for pause in paused_queues().pauses:
        of_queue = Q(state=Exchange.State.READY) & ~Q(work__in=_LOOKING)
        if pause.lane:
            of_queue &= Q(lane=pause.lane)
        if pause.system_id:
            of_queue &= Q(system=pause.system_id)
        stopped |= of_queue
    return stopped


def held(exchange: Exchange) -> Exchange | None:
    """Return the message locked if the lease is still ours, else None: somebody else settles it."""
    row = Exchange.objects.select_for_update().filter(pk=exchange.pk, lease=exchange.lease)
    return row.defer("item_ids").first()


@transaction.atomic
def note_receipt(
    exchange: Exchange, receipt: str, *, at: datetime, seconds: float | None = None
) -> bool:
    """
    Note that the platform took the message in and will have a result; False if the lease is lost.
    """
    row = held(exchange)
    if row is None:
        return False
    row.state, row.receipt, row.received_at = Exchange.State.SENT, receipt, at
    row.attempts, row.last_error = 0, ""
    row.lease = row.leased_until = None
    row.due_at = at
    row.save()
    note_step(
        row,
        Kind.RECEIVED,
        at=at,
        words="相手方が受け付けました。結果ができるまで確認します。",
        seconds=seconds,
    )
    return True


@transaction.atomic
def look_later(exchange: Exchange, *, at: datetime) -> None:
    """The result is not made yet: look again a little later."""
    row = held(exchange)
    if row is None:
        return
    row.due_at = at + waiting.look_after(row.attempts, interactive=row.lane == "interactive")
    row.lease = row.leased_until = None
    row.save(update_fields=["due_at", "lease", "leased_until"])


@transaction.atomic
def put_off(
    exchange: Exchange,
    *,
    at: datetime,
    cause: str,
    until: datetime | None = None,
    counts: bool = True,
) -> None:
    """
    Put a message off after a failed try.

    :param until: when the platform said that it reopens.
    :param counts: whether the try counts towards giving it to a person (要対応).
    """
    row = held(exchange)
    if row is None:
        return
    if not counts:
        row.attempts = max(row.attempts - 1, 0)
    row.last_error = cause[:300]
    row.lease = row.leased_until = None
    if counts and row.attempts >= waiting.TRIES:
        row.state = Exchange.State.FAILED
    else:
        row.due_at = max(until or at, at + waiting.retry_after(max(row.attempts, 1)))
    row.save()
    note_step(
        row, Kind.FAILED if row.state == Exchange.State.FAILED else Kind.PUT_OFF, at=at, words=cause
    )


def finish(exchange: Exchange, *, at: datetime, accepted: int, refused: int) -> None:
    """Settle a message (inside the transaction that settles its rows)."""
    exchange.state, exchange.settled_at = Exchange.State.DONE, at
    exchange.accepted_count, exchange.refused_count = accepted, refused
    exchange.lease = exchange.leased_until = None
    exchange.last_error = ""
    exchange.save()
    note_step(exchange, Kind.SETTLED, at=at, words=f"受理{accepted:,}件 拒否{refused:,}件")


def due_soon(*, lanes: Collection[str], at: datetime) -> bool:
    """Say whether a message of these lanes will be due within the next second or so."""
    soon = at + timedelta(seconds=1)
    return Exchange.objects.filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=soon),
        state__in=[Exchange.State.READY, Exchange.State.SENT],
        lane__in=lanes,
        due_at__lte=soon,
    ).exists() or (
        Inquiry.objects.filter(
            lane__in=lanes,
            state__in=[Inquiry.State.ASKED, Inquiry.State.ARRIVED, Inquiry.State.WAITING],
            exchange=None,
            due_at__lte=soon,
        ).exists()
    )


def load_interfaces() -> int:
    """
    Load the 83 interfaces of the platform (共通機能標準仕様書) from the official list, and what the
    city uses each for. What staff switched off stays off.
    """
    purposes = {row["interface_id"]: row["purpose"] for row in rows_of("interface_uses.csv")}
    rows = rows_of("platform_interfaces.csv")
    PlatformInterface.objects.bulk_create(
        [
            PlatformInterface(
                interface_id=row["interface_id"],
                name=row["name"],
                group=group_of(row["interface_id"]),
                purpose=purposes.get(row["interface_id"], ""),
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["interface_id"],
        update_fields=["name", "group", "purpose"],
    )
    return len(rows)


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of the gateway's own data."""
    with (_DATA / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@transaction.atomic
def switch_interface(*, interface: PlatformInterface, in_use: bool, act: Act) -> PlatformInterface:
    """
    Stop speaking an interface, with the act's reason, or speak it again. What waits for it waits
    on: each message is put off, none is lost.

    :raises InvalidRequest: a stop without a reason.
    """
    if not in_use and not act.reason:
        raise InvalidRequest("理由を入力してください。", fields={"reason": "必須です。"})
    row = PlatformInterface.objects.select_for_update().get(pk=interface.pk)
    row.in_use, row.stop_reason = in_use, "" if in_use else act.reason[:200]
    row.save(update_fields=["in_use", "stop_reason"])
    if in_use:
        Exchange.objects.filter(
            state__in=["ready", "sent"], due_at__gt=act.at, leased_until=None, interface=row
        ).update(due_at=act.at, attempts=0)
    base.record_linkage(
        act,
        "interface_switched",
        detail=f"{row.pk} {'利用する' if in_use else '利用しない'}",
    )
    return row
