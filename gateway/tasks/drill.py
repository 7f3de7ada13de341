"""
The drill of a long stop (停止訓練): the platform closed for days, the queues full, and what follows.

The city's clock is simulated; the far end, the wire and the database are real. Each step of the
clock is one round of each worker, so a pace per minute holds in simulated minutes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from celery import shared_task
from django.db import connection

from gateway import selectors, services
from gateway.benchmarks import stage
from gateway.models import Copy, Exchange, Inquiry, Lane, Pace
from gateway.services import exchanges
from gateway.tasks import line, numbers, state, working
from sapporo_base import selectors as base
from sapporo_base.acts import Act

_GREEDY, _MODEST = "027-000", "030-003"
_STEP = timedelta(seconds=1)
_LOOKS_WHILE_CLOSED = timedelta(hours=1)
_MEASURED = timedelta(seconds=15)
_INTERACTIVE_WITHIN = timedelta(seconds=60)
_STILL = 900
"""So many simulated seconds without anything settled, and the drill gives up."""


@dataclass(frozen=True)
class Size:
    """How much waits: of a hundred items one interactive, 39 inquiries in bulk, 60 copies."""

    items: int

    @property
    def interactive(self) -> int:
        """Inquiries that people wait for."""
        return max(self.items // 100, 2)

    @property
    def modest(self) -> int:
        """Bulk inquiries of a system that asks little."""
        return max(self.items // 200, 2)

    @property
    def greedy(self) -> int:
        """Bulk inquiries of a system that asks for all at once."""
        return max(self.items * 39 // 100 - self.modest, 2)

    @property
    def copies(self) -> int:
        """副本."""
        return self.items - self.interactive - self.modest - self.greedy

    @property
    def people(self) -> int:
        """People about whom it is asked: each in some ten ways."""
        return max(self.items // 10, 50)


@dataclass
class Drill:
    """A drill under way: its clock, and what was found."""

    days: int
    size: Size
    say: Callable[[str], None]
    at: datetime
    rows: list[tuple[str, str, str, bool | None]] = field(default_factory=list)

    def clock(self) -> datetime:
        """Return the simulated time."""
        return self.at

    def found(
        self, what: str, value: Any, expected: Any = None, *, holds: bool | None = None
    ) -> None:
        """Note a figure, and whether it is what it must be."""
        if holds is None and expected is not None:
            holds = value == expected
        told = "" if expected is None else str(expected)
        self.rows.append((what, str(value), told, holds))


@shared_task(name="gateway.tasks.rehearse_outage")
def rehearse_outage(
    days: int, items: int, say: Callable[[str], None] = lambda _: None
) -> list[tuple[str, str, str, bool | None]]:
    """
    Close the platform for so many days with so many items waiting, open it, drain; return the table.

    Runs on a database of its own (`manage.py outage_drill`), which holds reference data only.
    """
    drill = Drill(days, Size(items), say, at=line.now().replace(microsecond=0))
    with stage.far_end(drill.size.people) as end, line.by_clock(drill.clock):
        with _timed(drill, "準備(付番・符号取得)"):
            stage.people_with_codes(drill.size.people, codes=(_GREEDY, _MODEST), act=line.act())
            _set_pace(drill.size)
        end.control("close")
        with _timed(drill, f"停止中の受付({days}日)"):
            accepted = _close_for_days(drill)
        _check_nothing_left(drill, end)
        opened_at = drill.at
        end.control("open")
        with _timed(drill, "再開後の送信"):
            _drain(drill)
        _check_nothing_lost(drill, end, accepted)
        _check_order_and_pace(drill, opened_at)
    return drill.rows


@contextmanager
def _timed(drill: Drill, what: str) -> Iterator[None]:
    drill.say(f"{what} …")
    begun, since = monotonic(), drill.at
    yield
    passed = drill.at - since
    drill.found(f"{what}: 実時間 / 模擬時間", f"{monotonic() - begun:.1f}秒 / {passed}")


def _set_pace(size: Size) -> None:
    """Give each bulk queue a pace at which the masses take some simulated minutes."""
    for lane, count in ((Lane.BATCH, size.greedy), (Lane.COPIES, size.copies)):
        Pace.objects.create(lane=lane, per_minute=max(count // 3, 60), most_in_flight=1_000_000)


def _act_of(code: str) -> Act:
    return Act(at=line.now(), path="command", system=base.system(code))


def _close_for_days(drill: Drill) -> dict[str, Any]:
    """Take in what comes in days of a closed platform, while the workers look now and then."""
    size, accepted = drill.size, {"interactive": 0, "batch": 0, "copies": 0}
    state.check_platform()
    hours = drill.days * 24
    sent = {"interactive": 0, "greedy": 0, "modest": 0}
    for hour in range(hours):
        for name, code, lane, total in (
            ("interactive", _GREEDY, Lane.INTERACTIVE, size.interactive),
            ("greedy", _GREEDY, Lane.BATCH, size.greedy),
            ("modest", _MODEST, Lane.BATCH, size.modest),
        ):
            until = total * (hour + 1) // hours
            if name == "greedy":
                until = total if hour == 0 else sent[name]  # all at once, in the first hour
            count = until - sent[name]
            if count:
                ids = stage.ask_many(
                    system=code,
                    count=count,
                    people=size.people,
                    lane=lane,
                    act=_act_of(code),
                    first=sent[name],
                )
                accepted[lane] += len(ids)
                sent[name] += count
        if hour == 0:
            accepted["copies"] = stage.forward_many(
                system=_GREEDY, count=size.copies, people=size.people, act=_act_of(_GREEDY)
            )
            _fresh_statistics()
        drill.at += _LOOKS_WHILE_CLOSED
        state.check_platform()
        numbers.read_feeds()
        _one_step(drill)
        if hour % 12 == 0:
            drill.say(f"  停止{hour + 1}時間目: 待ち{sum(accepted.values()):,}件")
    drill.found("受け付けた件数", sum(accepted.values()), size.items)
    return accepted


def _fresh_statistics() -> None:
    """What the database does by itself within minutes of a big change; the drill has no minutes."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE gateway_inquiry, gateway_copy, gateway_exchange")


def _one_step(drill: Drill) -> int:
    """One round of the worker for people, then one of the worker for the masses."""
    done = working.one_round((Lane.INTERACTIVE,), working.prepare_interactive)
    return done + working.one_round(working.BULK_LANES, working.prepare_bulk)


def _check_nothing_left(drill: Drill, end: stage.FarEnd) -> None:
    drill.found("停止中に相手方へ届いた照会・副本", _there(end), (0, 0))
    drill.found(
        "停止中に試行を使い切った電文",
        Exchange.objects.filter(state=Exchange.State.FAILED).count(),
        0,
    )


def _there(end: stage.FarEnd) -> tuple[int, int]:
    counts = end.state()
    return counts["inquiries"]["total"], sum(one["count"] for one in counts["copies"].values())


def _drain(drill: Drill) -> None:
    """Let the clock run by seconds until all is settled; one worker is killed on the way."""
    measured = drill.at
    total, still, killed = drill.size.items, 0, False
    left = total
    while left:
        drill.at += _STEP
        if drill.at.second % 5 == 0:
            state.check_platform()
        done = _one_step(drill)
        if not killed and done and drill.at - measured > timedelta(seconds=5):
            # Killed between taking a message and sending it: the lease runs out, another takes it.
            killed = bool(exchanges.claim_exchanges(lanes=working.BULK_LANES, at=drill.at, limit=1))
        if drill.at - measured >= _MEASURED:
            services.measure_queues(at=drill.at)
            measured = drill.at
        before, left = left, _unsettled() if done or still else left
        still = 0 if left < before else still + 1
        if still > _STILL:
            break
        if drill.at.second == 0:
            drill.say(f"  残り{left:,}件 (模擬時刻 {drill.at:%m-%d %H:%M})")
    drill.found("途中で止めたワーカー", int(killed), 1)


def _unsettled() -> int:
    waiting = Inquiry.objects.exclude(state__in=Inquiry.FINAL).count()
    return waiting + Copy.objects.exclude(state__in=["forwarded", "refused"]).count()


def _check_nothing_lost(drill: Drill, end: stage.FarEnd, accepted: dict[str, Any]) -> None:
    for lane in (Lane.INTERACTIVE, Lane.BATCH):
        answered = Inquiry.objects.filter(lane=lane, state=Inquiry.State.ANSWERED).count()
        drill.found(f"{lane.label}: 回答を受け取った照会", answered, accepted[lane])
    forwarded = Copy.objects.filter(state=Copy.State.FORWARDED).count()
    drill.found("登録された副本", forwarded, accepted["copies"])
    inquiries = accepted["interactive"] + accepted["batch"]
    drill.found("相手方にある照会・副本(二重なし)", _there(end), (inquiries, accepted["copies"]))
    drill.found(
        "職員の対応を待つ電文", Exchange.objects.filter(state=Exchange.State.FAILED).count(), 0
    )
    drill.found("遮断されている回路", len(selectors.broken_circuits()), 0)


_OUT_OF_ORDER = """
SELECT count(*) FROM (
    SELECT sent_at, lag(sent_at) OVER (PARTITION BY lane, system_id ORDER BY id) AS before
    FROM gateway_inquiry
) queue WHERE sent_at < before
"""
_MOST_A_MINUTE = """
SELECT coalesce(max(count), 0) FROM (
    SELECT count(*) OVER (
        ORDER BY sent_at RANGE BETWEEN '59 seconds' PRECEDING AND CURRENT ROW
    ) AS count
    FROM gateway_inquiry WHERE lane = 'batch' AND system_id = %s
) minutes
"""


def _check_order_and_pace(drill: Drill, opened_at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_OUT_OF_ORDER)
        drill.found("受付順に送られなかった照会", cursor.fetchone()[0], 0)
        cursor.execute(_MOST_A_MINUTE, [base.system(_GREEDY).pk])
        most = cursor.fetchone()[0]
    pace = Pace.objects.get(lane=Lane.BATCH).per_minute
    allowed = pace + max(pace // 6, 10)  # ten seconds' worth more at once, after a wait
    drill.found("一括: 1分間に送った最多の件数", most, f"<= {allowed:,}", holds=most <= allowed)
    last = {
        name: rows.order_by("-settled_at").values_list("settled_at", flat=True).first()
        for name, rows in (
            ("interactive", Inquiry.objects.filter(lane=Lane.INTERACTIVE)),
            ("modest", Inquiry.objects.filter(system=base.system(_MODEST))),
            ("greedy", Inquiry.objects.filter(lane=Lane.BATCH, system=base.system(_GREEDY))),
        )
    }
    took = {name: (at or drill.at) - opened_at for name, at in last.items()}
    drill.found(
        "即時: 再開から最後の回答まで",
        took["interactive"],
        f"<= {_INTERACTIVE_WITHIN}",
        holds=took["interactive"] <= _INTERACTIVE_WITHIN,
    )
    drill.found(
        "少ない依頼のシステムは多いシステムより先に終わる",
        f"{took['modest']} / {took['greedy']}",
        "<",
        holds=took["modest"] < took["greedy"],
    )
