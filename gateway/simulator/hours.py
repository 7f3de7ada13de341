"""Opening hours of the platform: weekly, overridden by a stop or an opening on command."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

JAPAN: Final = ZoneInfo("Asia/Tokyo")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN: Final = re.compile(
    r"(?:(?P<days>[a-z,\-]+)=)?(?P<from>\d\d:\d\d)-(?P<until>\d\d:\d\d)", re.ASCII
)
_A_WEEK_AND_A_DAY: Final = 8


class HoursNotUnderstood(ValueError):
    """The text is not like `07:00-22:00` or `mon-fri=07:00-23:00;sat,sun=08:00-18:00`."""


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Open spans by weekday (0 Monday), in Japan time; no spans at all: always open."""

    spans: tuple[tuple[int, time, time], ...] = ()

    @classmethod
    def read(cls, text: str) -> WeeklyHours:
        """
        Return the hours that a text tells; an empty text is "always".

        :raises HoursNotUnderstood: the text is something else.
        """
        spans = []
        for part in filter(None, text.replace(" ", "").lower().split(";")):
            match = _SPAN.fullmatch(part)
            if not match:
                raise HoursNotUnderstood(text)
            try:
                opens = time.fromisoformat(match["from"])
                ends_at_midnight = match["until"] == "24:00"
                closes = time.max if ends_at_midnight else time.fromisoformat(match["until"])
            except ValueError:
                raise HoursNotUnderstood(text) from None
            if opens >= closes:
                raise HoursNotUnderstood(text)
            spans += [(day, opens, closes) for day in _days(match["days"] or "mon-sun", text)]
        return cls(tuple(spans))

    def is_open(self, at: datetime) -> bool:
        """Whether the platform is open at a time."""
        local = at.astimezone(JAPAN)
        return not self.spans or any(
            day == local.weekday() and opens <= local.time() < closes
            for day, opens, closes in self.spans
        )

    def next_change(self, at: datetime) -> datetime | None:
        """Return when it opens or closes next, None if never."""
        local = at.astimezone(JAPAN)
        is_open = self.is_open(at)
        edges = []
        for ahead in range(_A_WEEK_AND_A_DAY):
            date = (local + timedelta(days=ahead)).date()
            for day, opens, closes in self.spans:
                if day == date.weekday():
                    ends = (
                        datetime.combine(date + timedelta(days=1), time(), JAPAN)
                        if closes == time.max
                        else datetime.combine(date, closes, JAPAN)
                    )
                    edges += [datetime.combine(date, opens, JAPAN), ends]
        return next((e for e in sorted(edges) if e > local and self.is_open(e) != is_open), None)


def _days(text: str, whole: str) -> list[int]:
    days: list[int] = []
    try:
        for part in text.split(","):
            first, _, last = part.partition("-")
            start, end = _DAYS.index(first), _DAYS.index(last or first)
            days += range(start, end + 1)
    except ValueError:
        raise HoursNotUnderstood(whole) from None
    return days
