"""電文: prepared with fixed content, leased, sent, and settled or put off."""

import csv
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from gateway.models import Exchange, Inquiry, PlatformInterface, PlatformState
from gateway.rules import waiting
from gateway.selectors import opening
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest

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
    "records": "IF_TKM_40113",
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


def new_exchange(*, work: str, lane: str, count: int, act: Act) -> Exchange:
    """Make a message that is ready to go; its rows are tied to it in the same transaction."""
    online = lane == "interactive" and work in ONLINE
    return Exchange.objects.create(
        work=work,
        interface_id=ONLINE[work] if online else INTERFACES[work],
        lane=lane,
        item_count=count,
        due_at=act.at,
        created_at=act.at,
        correlation_id=act.correlation_id,
    )


@transaction.atomic
def claim_exchanges(*, lanes: Collection[str], at: datetime, limit: int = 4) -> Sequence[Exchange]:
    """
    Lease messages of these lanes that are due and may go out now.

    Where the calendar, a stop or the circuit says no, they are put off to when it opens, without a
    try being counted.
    """
    due = Exchange.objects.filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=at),
        state__in=[Exchange.State.READY, Exchange.State.SENT],
        lane__in=lanes,
        due_at__lte=at,
    )
    rows = list(due.select_for_update(skip_locked=True).order_by("due_at", "id")[:limit])
    openings = {
        group: opening(group=group, at=at) for group in {group_of(r.interface_id) for r in rows}
    }
    lease = timedelta(seconds=settings.EXCHANGE_LEASE_SECONDS)
    claimed = []
    for row in rows:
        opens = openings[group_of(row.interface_id)].at
        if opens is None or opens > at:
            row.due_at = opens or at + timedelta(days=1)
            row.last_error = openings[group_of(row.interface_id)].why
            row.save(update_fields=["due_at", "last_error"])
            continue
        row.lease, row.leased_until = uuid.uuid4(), at + lease
        row.attempts += 1
        row.first_sent_at = row.first_sent_at or at
        row.save(update_fields=["lease", "leased_until", "attempts", "first_sent_at"])
        claimed.append(row)
    return claimed


def held(exchange: Exchange) -> Exchange | None:
    """Return the message locked if the lease is still ours, else None: somebody else settles it."""
    return Exchange.objects.select_for_update().filter(pk=exchange.pk, lease=exchange.lease).first()


@transaction.atomic
def note_receipt(exchange: Exchange, receipt: str, *, at: datetime) -> bool:
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


def finish(exchange: Exchange, *, at: datetime, accepted: int, refused: int) -> None:
    """Settle a message (inside the transaction that settles its rows)."""
    exchange.state, exchange.settled_at = Exchange.State.DONE, at
    exchange.accepted_count, exchange.refused_count = accepted, refused
    exchange.lease = exchange.leased_until = None
    exchange.last_error = ""
    exchange.save()


@transaction.atomic
def requeue_exchange(*, exchange: Exchange, act: Act) -> None:
    """Send a message again that was given to a person (要対応); it carries the same records."""
    row = Exchange.objects.select_for_update().get(pk=exchange.pk)
    if row.state == Exchange.State.FAILED:
        row.state = Exchange.State.SENT if row.receipt else Exchange.State.READY
        row.attempts, row.due_at, row.last_error = 0, act.at, ""
        row.save(update_fields=["state", "attempts", "due_at", "last_error"])
    base.record_linkage(act, "exchange_requeued", detail=f"電文{row.pk}")


@transaction.atomic
def note_platform(
    *, at: datetime, is_open: bool, closes_at: datetime | None, reopens_at: datetime | None
) -> None:
    """
    Note the operating state that the platform told; what waited for it becomes due when it opens.
    """
    state, _ = PlatformState.objects.select_for_update().get_or_create(pk=1)
    reopened = is_open and (not state.is_open or state.failures > 0)
    state.is_open, state.closes_at, state.reopens_at = is_open, closes_at, reopens_at
    state.checked_at, state.failures, state.cause = at, 0, ""
    state.broken_until = state.broken_since = None
    state.save()
    if reopened:
        Exchange.objects.filter(
            state__in=["ready", "sent"], due_at__gt=at, leased_until=None
        ).update(due_at=at, attempts=0)
    base.note_heartbeat("platform", at=at)


@transaction.atomic
def note_failure(*, at: datetime, cause: str) -> None:
    """Note that the platform could not be reached; after several in a row the circuit opens."""
    state, _ = PlatformState.objects.select_for_update().get_or_create(pk=1)
    state.failures += 1
    state.cause, state.checked_at = cause[:200], at
    if state.failures >= waiting.BREAKS_AFTER:
        state.broken_since = state.broken_since or at
        state.broken_until = at + waiting.broken_for(state.failures)
    state.save()


def note_success(*, at: datetime) -> None:
    """Note that the platform answers: the circuit closes."""
    PlatformState.objects.filter(pk=1, failures__gt=0).update(
        failures=0, broken_until=None, broken_since=None, cause="", checked_at=at
    )


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
    purposes = {row["interface_id"]: row["purpose"] for row in _rows("interface_uses.csv")}
    rows = _rows("platform_interfaces.csv")
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


def _rows(name: str) -> list[dict[str, str]]:
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
