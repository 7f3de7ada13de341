"""
Opening hours (稼働時間): weekly windows, holidays, planned stops. Times are aware, days are
Japan's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

JAPAN = ZoneInfo("Asia/Tokyo")
HOLIDAY, YEAR_END = 7, 8
_LOOK_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Window:
    """One weekly window of a group of interfaces; minutes count from midnight, 1440 is its end."""

    group: str
    day: int
    opens_minute: int
    closes_minute: int
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """An announced stop (計画停止) of a group, or of all where the group is empty."""

    group: str
    starts_at: datetime
    ends_at: datetime
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A time during which the platform is open: `[opens_at, closes_at)`."""

    opens_at: datetime
    closes_at: datetime


@lru_cache(maxsize=16)
def _national_holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("JP", years=year, language="ja")


def is_holiday(day: date) -> bool:
    """Say whether a day is a national holiday (国民の祝日, 振替休日 included)."""
    return day in _national_holidays(day.year)


def is_year_end(day: date) -> bool:
    """Say whether a day is one of 年末年始 (29 December to 3 January, 地方自治法第4条の2第2項第3号)."""
    return (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)


def holiday_name(day: date) -> str:
    """Return the name of a 国民の祝日, 年末年始, or nothing for an ordinary day."""
    name = _national_holidays(day.year).get(day)
    return name or ("年末年始" if is_year_end(day) else "")


def windows_of(windows: Sequence[Window], *, group: str, day: date) -> list[Window] | None:
    """
    Return the windows of a group on a day, in order; None where no hours are known at all.

    A group without rows of its own follows the rows for all; 年末年始 and holidays follow their rows
    where there are any, else the weekday. No window: closed all day.
    """
    valid = [
        window
        for window in windows
        if window.valid_from <= day and (window.valid_until is None or day < window.valid_until)
    ]
    own = [window for window in valid if window.group == group]
    rows = own or [window for window in valid if not window.group]
    if not rows:
        return None
    kind = day.weekday()
    told = {window.day for window in rows}
    if YEAR_END in told and is_year_end(day):
        kind = YEAR_END
    elif HOLIDAY in told and is_holiday(day):
        kind = HOLIDAY
    return sorted(
        (w for w in rows if w.day == kind and w.closes_minute > w.opens_minute),
        key=lambda window: window.opens_minute,
    )


def open_spans(
    windows: Sequence[Window],
    stops: Sequence[Stop],
    *,
    group: str,
    since: datetime,
    until: datetime,
) -> Iterator[Span]:
    """Yield the times between `since` and `until` at which a group is open, joined and in order."""
    last: Span | None = None
    for piece in _pieces(windows, stops, group=group, since=since, until=until):
        if last and last.closes_at == piece.opens_at:
            last = Span(last.opens_at, piece.closes_at)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def _pieces(
    windows: Sequence[Window],
    stops: Sequence[Stop],
    *,
    group: str,
    since: datetime,
    until: datetime,
) -> Iterator[Span]:
    """Yield the open times in order, cut at midnight."""
    closed = sorted(
        (stop for stop in stops if stop.group in ("", group)), key=lambda stop: stop.starts_at
    )
    for span in _weekly(windows, group=group, since=since, until=until):
        yield from _without(span, closed)


def _weekly(
    windows: Sequence[Window], *, group: str, since: datetime, until: datetime
) -> Iterator[Span]:
    day = since.astimezone(JAPAN).date()
    while (midnight := datetime(day.year, day.month, day.day, tzinfo=JAPAN)) < until:
        rows = windows_of(windows, group=group, day=day)
        minutes = [(0, 1440)] if rows is None else [(w.opens_minute, w.closes_minute) for w in rows]
        for opens, closes in minutes:
            opens_at = max(since, midnight + timedelta(minutes=opens))
            closes_at = min(until, midnight + timedelta(minutes=closes))
            if opens_at < closes_at:
                yield Span(opens_at, closes_at)
        day += timedelta(days=1)


def _without(span: Span, stops: Sequence[Stop]) -> Iterator[Span]:
    start = span.opens_at
    for stop in stops:
        if stop.ends_at <= start or stop.starts_at >= span.closes_at:
            continue
        if stop.starts_at > start:
            yield Span(start, stop.starts_at)
        start = max(start, stop.ends_at)
    if start < span.closes_at:
        yield Span(start, span.closes_at)


def next_opening(
    windows: Sequence[Window], stops: Sequence[Stop], *, group: str, at: datetime
) -> datetime | None:
    """
    Return `at` if a group is open then, else when it opens next; None if not within sixty days.
    """
    # Where it opens is known with the first piece; when it closes would take all sixty days.
    pieces = _pieces(windows, stops, group=group, since=at, until=at + _LOOK_AHEAD)
    first = next(pieces, None)
    return first.opens_at if first else None


def stop_at(stops: Sequence[Stop], *, group: str, at: datetime) -> Stop | None:
    """Return the planned stop that holds at a time, if any."""
    return next(
        (s for s in stops if s.group in ("", group) and s.starts_at <= at < s.ends_at), None
    )


def after_open_time(
    windows: Sequence[Window],
    stops: Sequence[Stop],
    *,
    group: str,
    since: datetime,
    lasting: timedelta,
) -> datetime | None:
    """
    Return when work that takes so long of open time, begun at `since`, is done; None if not within
    sixty days.
    """
    until = since + _LOOK_AHEAD
    for span in _pieces(windows, stops, group=group, since=since, until=until):
        length = span.closes_at - span.opens_at
        if lasting <= length:
            return span.opens_at + lasting
        lasting -= length
    return None
