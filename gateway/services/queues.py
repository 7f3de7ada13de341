"""Queues: whose turn it is, what each may send now, stops by people, and what is seen of them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from gateway.models import Exchange, Lane, LaneFlow, Pace, QueuePause, SendQueue
from gateway.rules import pace
from gateway.selectors.queues import paused_queues
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow
from sapporo_base.models import BusinessSystem
from sapporo_base.nudge import nudge

_UNSENT_AT_ONCE = 2
"""So many prepared messages of one queue wait to be sent; the rest stays where it can be reordered."""
_LEAST_INTERVAL = timedelta(seconds=5)


def turns(*, lane: str, systems: Collection[int], at: datetime) -> list[SendQueue]:
    """
    Return the queues of these systems that may send now, locked; who was served longest ago first.

    Left out: queues that a person stopped, that have prepared messages enough, and those that
    another worker is serving. Each is served one message at a time, so that one system with a
    hundred thousand inquiries delays another's by one message, not by all of them.
    """
    if _holds_back(lane, at):
        return []
    stopped = paused_queues()
    wanted = {one for one in systems if not stopped.stops(lane, one)}
    known = SendQueue.objects.filter(lane=lane, system__in=wanted)
    missing = wanted - set(known.values_list("system_id", flat=True))
    if missing:
        SendQueue.objects.bulk_create(
            [SendQueue(lane=lane, system_id=one) for one in sorted(missing)], ignore_conflicts=True
        )
    busy = _busy(lane)
    rows = known.exclude(system__in=busy).select_for_update(skip_locked=True)
    return list(rows.order_by(F("served_at").asc(nulls_first=True), "pk"))


def _holds_back(lane: str, at: datetime) -> bool:
    return LaneFlow.objects.filter(lane=lane, not_before__gt=at).exists()


def _busy(lane: str) -> set[int]:
    """Return the systems with prepared messages enough; they are few rows, by their index."""
    unsent: dict[int, int] = {}
    for system in Exchange.objects.filter(
        lane=lane, state=Exchange.State.READY, system__isnull=False
    ).values_list("system_id", flat=True):
        unsent[system] = unsent.get(system, 0) + 1
    return {system for system, count in unsent.items() if count >= _UNSENT_AT_ONCE}


def room(queue: SendQueue, *, under_way: int, at: datetime) -> int:
    """
    Return how many a queue may send now: by its pace, what the platform bears, what is out.

    Bulk lanes wait some seconds rather than send a file for a handful.
    """
    stated = stated_pace(queue)
    per_minute = stated.per_minute * share_of(queue.lane) / pace.FULL_SHARE
    bucket = pace.filled(
        pace.Bucket(queue.tokens, queue.filled_at or at - timedelta(minutes=1)),
        per_minute=per_minute,
        at=at,
    )
    queue.tokens, queue.filled_at = bucket.tokens, bucket.filled_at
    waited = at - queue.served_at if queue.served_at else None
    if queue.lane != Lane.INTERACTIVE and not pace.is_worth_a_file(
        bucket.tokens, per_minute=per_minute, waited=waited
    ):
        return 0
    return max(min(int(bucket.tokens), stated.most_in_flight - under_way), 0)


def served(queue: SendQueue, *, count: int, at: datetime) -> None:
    """Take from the queue what it sends."""
    SendQueue.objects.filter(pk=queue.pk).update(
        tokens=queue.tokens - count,
        filled_at=queue.filled_at,
        served_at=at,
        sent=F("sent") + count,
    )


def stated_pace(queue: SendQueue) -> Pace:
    """Return the pace that holds for a queue: its system's own, the lane's, or the standard."""
    own = Pace.objects.filter(lane=queue.lane, system_id=queue.system_id).first()
    return (
        own
        or Pace.objects.filter(lane=queue.lane, system=None).first()
        or Pace(
            lane=queue.lane,
            per_minute=pace.STANDARD_PER_MINUTE[queue.lane],
            most_in_flight=pace.STANDARD_IN_FLIGHT,
        )
    )


def share_of(lane: str) -> int:
    """Return the share of its pace, in percent, that a lane uses just now."""
    known = LaneFlow.objects.filter(lane=lane).values_list("share", flat=True).first()
    return pace.FULL_SHARE if known is None else known


@transaction.atomic
def note_flow(
    *, lane: str, seconds: float, at: datetime, cause: str = "", retry_after: float | None = None
) -> None:
    """
    Note how the platform bore a message: slower after 429, a time-out or a slow answer, else faster.

    :param cause: why it is slower; empty where the message was answered.
    :param retry_after: seconds for which the platform asked to be left alone.
    """
    flow, _ = LaneFlow.objects.select_for_update().get_or_create(pk=lane)
    was_slow = pace.is_slow(lane=lane, seconds=seconds)
    share = pace.share_after(
        flow.share, is_busy=bool(cause), was_slow=was_slow, changed_at=flow.changed_at, at=at
    )
    if retry_after:
        flow.not_before = at + timedelta(seconds=retry_after)
    if share != flow.share:
        flow.changed_at = at
        if share < flow.share:
            flow.cause = cause or f"応答に{seconds:.1f}秒かかりました。"
        elif share == pace.FULL_SHARE:
            flow.cause = ""
    flow.share, flow.seconds = share, pace.observed(flow.seconds, seconds)
    flow.save()


# Stops by people


@transaction.atomic
def pause_queue(*, lane: str, system: BusinessSystem | None, reason: str, act: Act) -> QueuePause:
    """
    Stop a queue at once; what is new waits, and answers to what was sent still come in.

    :raises NotNow: it is stopped already.
    """
    if QueuePause.objects.filter(lane=lane, system=system, resumed_at=None).exists():
        raise NotNow("このキューはすでに停止中です。")
    pause = QueuePause.objects.create(
        lane=lane,
        system=system,
        reason=reason,
        paused_by=_who(act),
        paused_at=act.at,
    )
    base.record_linkage(act, "queue_paused", detail=f"{pause}: {reason}"[:300])
    return pause


@transaction.atomic
def resume_queue(*, pause: QueuePause, act: Act) -> QueuePause:
    """Let a queue go on that a person stopped. Resuming it again changes nothing."""
    row = QueuePause.objects.select_for_update().get(pk=pause.pk)
    if row.resumed_at is None:
        row.resumed_at, row.resumed_by = act.at, _who(act)
        row.save(update_fields=["resumed_at", "resumed_by"])
        base.record_linkage(act, "queue_resumed", detail=str(row))
        nudge("gateway.tasks.work_interactive")
        nudge("gateway.tasks.work_bulk", queue="bulk")
    return row


def _who(act: Act) -> str:
    return act.staff.staff_number if act.staff else ""


# What is seen of them

_WAITING = """
SELECT lane, system_id,
    count(*) FILTER (WHERE state = 'waiting'),
    count(*) FILTER (WHERE state = 'waiting_code'),
    count(*) FILTER (WHERE state IN ('sending', 'asked', 'held', 'arrived')),
    min(accepted_at) FILTER (WHERE state IN ('waiting', 'sending'))
FROM gateway_inquiry
WHERE state IN ('waiting', 'waiting_code', 'sending', 'asked', 'held', 'arrived')
GROUP BY lane, system_id
UNION ALL
SELECT 'copies', system_id, count(*) FILTER (WHERE state = 'waiting'), 0,
    count(*) FILTER (WHERE state = 'sending'), min(changed_at)
FROM gateway_copy WHERE state IN ('waiting', 'sending') GROUP BY system_id
UNION ALL
SELECT 'numbers', NULL,
    count(*) FILTER (WHERE exchange_id IS NULL AND due_at IS NOT NULL
        AND (state IN ('to_register', 'to_delete') OR code_state = 'waiting')), 0,
    count(*) FILTER (WHERE exchange_id IS NOT NULL OR code_state = 'requested'),
    min(due_at) FILTER (WHERE exchange_id IS NULL AND (state IN ('to_register', 'to_delete')
        OR code_state = 'waiting'))
FROM gateway_platformnumber
WHERE state IN ('to_register', 'to_delete') OR code_state IN ('waiting', 'requested')
    OR exchange_id IS NOT NULL
"""
_USUAL_ANSWER = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM (
    SELECT extract(epoch FROM result.arrived_at - asked.sent_at) AS seconds
    FROM gateway_inquiryresult result JOIN gateway_inquiry asked ON asked.id = result.inquiry_id
    WHERE result.system_id = %s AND asked.lane = %s AND asked.sent_at IS NOT NULL
        AND result.state IN ('answered', 'no_record')
    ORDER BY result.id DESC LIMIT 200
) last
"""


@transaction.atomic
def measure_queues(*, at: datetime) -> int:
    """
    Measure what waits in each queue, how fast it drains and how long an answer takes.

    The drain rate counts only what was sent while something still waits: an idle queue does not
    look slow. Estimates and the board go by these figures.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        found = {(lane, system): tuple(rest) for lane, system, *rest in cursor.fetchall()}
    rows = {(row.lane, row.system_id): row for row in SendQueue.objects.select_for_update()}
    for lane, system in found.keys() - rows.keys():
        rows[lane, system] = SendQueue.objects.create(lane=lane, system_id=system)
    for key, row in rows.items():
        waiting, waiting_code, under_way, oldest = found.get(key, (0, 0, 0, None))
        passed = at - row.measured_at if row.measured_at else None
        if passed is not None and passed >= _LEAST_INTERVAL:
            drained = row.sent - row.measured_sent
            if drained and row.waiting:
                row.per_minute = pace.observed(
                    row.per_minute, drained / (passed.total_seconds() / 60)
                )
                row.answer_seconds = _usual_answer(row) or row.answer_seconds
            row.measured_at, row.measured_sent = at, row.sent
        row.measured_at = row.measured_at or at
        row.waiting, row.waiting_code, row.under_way = waiting, waiting_code, under_way
        row.oldest_at = oldest
    SendQueue.objects.bulk_update(
        list(rows.values()),
        [
            *("waiting", "waiting_code", "under_way", "oldest_at", "measured_at"),
            *("measured_sent", "per_minute", "answer_seconds"),
        ],
    )
    return len(rows)


def _usual_answer(queue: SendQueue) -> float | None:
    if queue.system_id is None or queue.lane not in {"interactive", "batch"}:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_USUAL_ANSWER, [queue.system_id, queue.lane])
        (seconds,) = cursor.fetchone()
    return None if seconds is None else max(float(seconds), 0.0)


def systems_with(question: str, parameters: Sequence[str | datetime]) -> list[int]:
    """
    Return the systems for which a question finds a row.

    There are some dozens of systems and perhaps a million rows: each system is asked by the index.

    :param question: SQL over one table, with `system.id` for the system.
    """
    sql = f"SELECT system.id FROM sapporo_base_businesssystem system WHERE EXISTS ({question})"
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [system for (system,) in cursor.fetchall()]
