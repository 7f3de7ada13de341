"""Where the time of an inquiry went: from each moment to the next (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

Moments = Sequence[tuple[str, datetime | None]]
"""What begins, and when: in the order in which it happens, None where it has not."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: what it was, from when until when, and its share of the whole time."""

    name: str
    began: datetime
    ended: datetime | None
    seconds: float
    share: float


def stages(moments: Moments, *, ended: datetime | None, at: datetime) -> list[Stage]:
    """
    Return the stages that took time; the last goes on where nothing ended it.

    A stage that was passed over (符号 known already, answered without a look) is left out. One that was
    gone through again counts from its last time, and the stage before it until then.
    """
    last = ended or at
    reached = [(name, min(began, last)) for name, began in moments if began is not None]
    whole = (last - reached[0][1]).total_seconds() if reached else 0
    found = []
    for place, (name, began) in enumerate(reached):
        is_last = place == len(reached) - 1
        until = last if is_last else max(began, reached[place + 1][1])
        seconds = (until - began).total_seconds()
        goes_on = is_last and ended is None
        if seconds or goes_on:
            share = seconds / whole if whole else 0.0
            found.append(Stage(name, began, None if goes_on else until, seconds, share))
    return found


def lasting(seconds: float) -> str:
    """Return a length of time in words, as exact as people need it: 0.4秒, 12秒, 3分5秒, 2時間10分, 3日4時間."""
    if seconds < 10:  # noqa: PLR2004 - tenths tell something only of few seconds
        return f"{seconds:.1f}秒"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}日{hours}時間"
    if hours:
        return f"{hours}時間{minutes}分"
    return f"{minutes}分{rest}秒" if minutes else f"{rest}秒"
