"""What waits in each queue and why, when it goes out, and when an answer is likely."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.models import Inquiry, LaneFlow, QueuePause, SendQueue
from gateway.rules import hours, pace, waiting
from gateway.selectors.hours import HOURS, Opening, opening, opening_of, read_hours
from sapporo_base.rows import prepared_rows

GROUPS = {"copies": "DBM", "numbers": "FGU", "records": "TKM"}
"""The group of interfaces whose hours a lane follows; inquiries follow SKI."""


def group_of_lane(lane: str) -> str:
    """Return the group of interfaces whose hours a lane follows."""
    return GROUPS.get(lane, "SKI")


@dataclass(frozen=True, slots=True)
class Paused:
    """The stops that people have put on queues."""

    pauses: Sequence[QueuePause]

    def of(self, lane: str, system: int | None) -> QueuePause | None:
        """Return the stop that holds for a queue, if any."""
        return next(
            (
                one
                for one in self.pauses
                if one.lane in ("", lane) and one.system_id in (None, system)
            ),
            None,
        )

    def stops(self, lane: str, system: int | None) -> bool:
        """Say whether a queue is stopped."""
        return self.of(lane, system) is not None


def paused_queues() -> Paused:
    """Return the stops that hold now."""
    return Paused(list(QueuePause.objects.filter(resumed_at=None).select_related("system")))


@dataclass(frozen=True, slots=True)
class Outlook:
    """When something that enters a queue now goes out, when an answer is likely, and why not sooner."""

    goes_out_at: datetime | None
    answered_at: datetime | None
    why: str = ""
    ahead: int = 0


_QUEUE = """
UNION ALL
SELECT 'queue', '', waiting, ceil(coalesce(per_minute, 0))::int,
    ceil(coalesce(answer_seconds, -1))::int, NULL, NULL, oldest_at, NULL, ''
FROM gateway_sendqueue WHERE lane = %(lane)s AND system_id IS NOT DISTINCT FROM %(system)s
UNION ALL
SELECT 'flow', '', share, NULL, NULL, NULL, NULL, not_before, NULL, cause
FROM gateway_laneflow WHERE lane = %(lane)s
UNION ALL
SELECT 'pause', '', NULL, NULL, NULL, NULL, NULL, paused_at, NULL, reason
FROM gateway_queuepause WHERE resumed_at IS NULL AND lane IN ('', %(lane)s)
    AND (system_id IS NULL OR system_id = %(system)s)
UNION ALL
(SELECT 'pace', '', per_minute, NULL, NULL, NULL, NULL, NULL, NULL, '' FROM gateway_pace
WHERE lane = %(lane)s AND (system_id IS NULL OR system_id = %(system)s)
ORDER BY system_id NULLS LAST LIMIT 1)
"""


def outlook(*, lane: str, system: int | None, at: datetime) -> Outlook:
    """
    Return when what enters a queue now goes out and is likely answered.

    Hours, stops, circuit, the queue's own figures and its pace are one question: each acceptance
    asks it.
    """
    group = group_of_lane(lane)
    rows = list(
        prepared_rows(HOURS + _QUEUE, {"group": group, "at": at, "lane": lane, "system": system})
    )
    known = read_hours(rows)
    opening = opening_of(known, group=group, at=at)
    told = {row[0]: row for row in rows if row[0] in {"queue", "flow", "pause", "pace"}}
    if "pause" in told:
        reason = told["pause"][9]
        return Outlook(
            None, None, f"職員が送信を停止しています({reason})。再開すると自動的に送信します。"
        )
    if opening.at is None:
        return Outlook(None, None, opening.why)
    ahead, seen, answer = told["queue"][2:5] if "queue" in told else (0, 0, -1)
    share = told["flow"][2] if "flow" in told else pace.FULL_SHARE
    stated = told["pace"][2] if "pace" in told else pace.STANDARD_PER_MINUTE[lane]
    per_minute = pace.likely_per_minute(stated=stated, share=share, seen=seen or None)
    begins = opening.at
    if "flow" in told and told["flow"][7] and told["flow"][7] > begins:
        begins = told["flow"][7]
    lasting = timedelta(minutes=ahead / per_minute)
    goes_out = hours.after_open_time(
        known.windows, known.stops, group=group, since=begins, lasting=lasting
    )
    usual = timedelta(seconds=answer) if answer >= 0 else waiting.usual_answer(lane)
    return Outlook(goes_out, goes_out + usual if goes_out else None, opening.why, ahead)


def outlook_of(inquiry: Inquiry, *, at: datetime) -> Outlook:
    """Return when an inquiry goes out and is likely answered, by where it stands."""
    if inquiry.state in Inquiry.FINAL:
        return Outlook(None, None)
    if inquiry.state == Inquiry.State.UNCLEAR:
        return Outlook(None, None, "状態を確認できないため、職員が確認しています。")
    if inquiry.state == Inquiry.State.HELD:
        return Outlook(None, None, "相手方の職員による回答を待っています(自動応答不可)。")
    now = outlook(lane=inquiry.lane, system=inquiry.system_id, at=at)
    if inquiry.state in {Inquiry.State.WAITING, Inquiry.State.WAITING_CODE}:
        if inquiry.state == Inquiry.State.WAITING:
            return now
        before = waiting.usual_code()
        return Outlook(
            now.goes_out_at and now.goes_out_at + before,
            now.answered_at and now.answered_at + before,
            "符号の取得が完了すると自動的に送信します。",
            now.ahead,
        )
    # It is out: what is ahead in the queue does not matter, the hours of the answer do.
    opens = opening(group="SKI", at=at)
    asked_at = inquiry.sent_at or at
    usual = (
        now.answered_at - now.goes_out_at
        if now.answered_at and now.goes_out_at
        else waiting.usual_answer(inquiry.lane)
    )
    answered = max(asked_at + usual, opens.at) if opens.at else None
    return Outlook(inquiry.sent_at, answered, opens.why)


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue on the board: what waits, why, and until when."""

    queue: SendQueue
    outlook: Outlook
    opening: Opening
    pause: QueuePause | None
    share: int
    share_cause: str
    stated_per_minute: float


def queue_board(*, at: datetime) -> list[QueueLine]:
    """Return every queue with what waits in it and why, what people wait for first."""
    flows = {flow.lane: flow for flow in LaneFlow.objects.all()}
    paused = paused_queues()
    queues = SendQueue.objects.select_related("system").order_by("lane", "system")
    openings: dict[str, Opening] = {}
    lines = []
    for queue in queues:
        group = group_of_lane(queue.lane)
        if group not in openings:
            openings[group] = opening_of(
                read_hours(list(prepared_rows(HOURS, {"group": group, "at": at}))),
                group=group,
                at=at,
            )
        flow = flows.get(queue.lane)
        lines.append(
            QueueLine(
                queue,
                outlook(lane=queue.lane, system=queue.system_id, at=at),
                openings[group],
                paused.of(queue.lane, queue.system_id),
                flow.share if flow else pace.FULL_SHARE,
                flow.cause if flow else "",
                queue.per_minute or 0.0,
            )
        )
    order = {lane: place for place, lane in enumerate(pace.STANDARD_PER_MINUTE)}
    return sorted(lines, key=lambda line: (order[line.queue.lane], str(line.queue.system or "")))


def open_time_since(*, lane: str, since: datetime, at: datetime) -> timedelta:
    """Return for how long, by the calendar and the stops, a lane was open since a time."""
    group = group_of_lane(lane)
    known = read_hours(prepared_rows(HOURS, {"group": group, "at": since}))
    spans = hours.open_spans(known.windows, known.stops, group=group, since=since, until=at)
    return sum((span.closes_at - span.opens_at for span in spans), timedelta())
