"""May a message go out now, and if not, when?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from gateway.models import Circuit, PlatformState
from gateway.rules import hours
from sapporo_base.rows import prepared_rows

_PROBE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Opening:
    """
    When messages of a group may go out: now where `at` is not after the asked time, and why not.
    """

    at: datetime | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class DayOfHours:
    """One day of the calendar: when it is open, what stops it, and what day it is (祝日, 年末年始)."""

    day: date
    spans: list[hours.Span]
    stops: list[hours.Stop]
    holiday: str


def platform_state() -> PlatformState:
    """Return how the platform is just now; open where nobody has looked yet."""
    return PlatformState.objects.filter(pk=1).first() or PlatformState()


def broken_circuits() -> list[Circuit]:
    """Return the circuits that are not closed, by group."""
    return list(Circuit.objects.filter(broken_since__isnull=False).order_by("group"))


HOURS = """
SELECT 'window', "group", day::int, opens_minute::int, closes_minute::int, valid_from, valid_until,
    NULL::timestamptz, NULL::timestamptz, ''
FROM gateway_operatingwindow WHERE "group" IN ('', %(group)s)
UNION ALL
SELECT 'stop', "group", NULL, NULL, NULL, NULL, NULL, starts_at, ends_at, notice
FROM gateway_plannedstop WHERE "group" IN ('', %(group)s) AND ends_at > %(at)s
UNION ALL
SELECT 'state', '', is_open::int, NULL, NULL, NULL, NULL, reopens_at, NULL, ''
FROM gateway_platformstate WHERE number = 1
UNION ALL
SELECT 'circuit', "group", failures, NULL, NULL, NULL, NULL, NULL, broken_until, cause
FROM gateway_circuit WHERE "group" = %(group)s
"""
"""Calendar, stops, state and circuit as one question; `read_hours` reads the rows."""


@dataclass(frozen=True, slots=True)
class Hours:
    """What is known of when a group of interfaces is open."""

    windows: list[hours.Window]
    stops: list[hours.Stop]
    state: PlatformState
    circuit: Circuit


def read_hours(rows: Iterable[tuple[Any, ...]]) -> Hours:
    """Return calendar, stops, state and circuit from the rows of `HOURS`; other rows are passed over."""
    known = Hours([], [], PlatformState(), Circuit())
    for kind, of, number, opens, closes, since, until, first, last, words in rows:
        if kind == "window":
            known.windows.append(hours.Window(of, number, opens, closes, since, until))
        elif kind == "stop":
            known.stops.append(hours.Stop(of, first, last, words))
        elif kind == "state":
            known.state.is_open, known.state.reopens_at = bool(number), first
        elif kind == "circuit":
            known.circuit.broken_until, known.circuit.cause = last, words
    return known


def opening(*, group: str, at: datetime) -> Opening:
    """Return when the group of interfaces opens by calendar, planned stops, state and circuit."""
    rows = prepared_rows(HOURS, {"group": group, "at": at})
    return opening_of(read_hours(rows), group=group, at=at)


def opening_of(known: Hours, *, group: str, at: datetime) -> Opening:
    """Return when a group opens, by what is known."""
    windows, stops, state = known.windows, known.stops, known.state
    asked, why = at, ""
    if not state.is_open:
        reopens = state.reopens_at if state.reopens_at and state.reopens_at > at else at + _PROBE
        asked, why = reopens, "プラットフォームが停止しています。"
    circuit = known.circuit
    if circuit.broken_until and circuit.broken_until > asked:
        asked = circuit.broken_until
        why = f"通信の失敗が続いたため送信を控えています({circuit.cause})。"
    opens = hours.next_opening(windows, stops, group=group, at=asked)
    if opens is None:
        return Opening(None, "60日以内に稼働時間がありません。稼働時間の登録を確認してください。")
    if opens > asked:
        stop = hours.stop_at(stops, group=group, at=asked)
        why = stop.notice if stop else "稼働時間外です。"
    return Opening(opens, why if opens > at else "")


def days_of_hours(*, group: str, first: date, days: int) -> list[DayOfHours]:
    """Return the open times of a group day by day, with holidays and stops: for the picture."""
    midnight = datetime(first.year, first.month, first.day, tzinfo=hours.JAPAN)
    known = read_hours(prepared_rows(HOURS, {"group": group, "at": midnight}))
    found = []
    for number in range(days):
        since = midnight + timedelta(days=number)
        until = since + timedelta(days=1)
        found.append(
            DayOfHours(
                since.date(),
                list(
                    hours.open_spans(
                        known.windows, known.stops, group=group, since=since, until=until
                    )
                ),
                [
                    stop
                    for stop in known.stops
                    if stop.group in ("", group) and stop.starts_at < until and since < stop.ends_at
                ],
                hours.holiday_name(since.date()),
            )
        )
    return found
