"""How long to wait: before the next try, the next look, the next call to a platform that failed."""

from datetime import timedelta

BREAKS_AFTER = 5
"""So many failures in a row, and the circuit opens: one probe at a time, no storm."""
TRIES = 10
"""So many tries with an answer that can't be used, and a person has to look (要対応)."""
_FIRST_RETRY = timedelta(seconds=2)
_LONGEST_RETRY = timedelta(minutes=10)
_FIRST_BREAK = timedelta(seconds=10)
_LONGEST_BREAK = timedelta(minutes=5)
# Looks after an inquiry, in seconds after the one before: people wait for the first ones.
_LOOKS_INTERACTIVE = (0.15, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60)
_LOOKS_BATCH = (1, 2, 5, 10, 30, 60, 120, 300, 600)
_CODE_LOOKS = (1, 2, 5, 15, 30, 60, 120, 300, 600, 1800)
_NOTICE_LOOKS = (60, 600, 3600, 21_600, 86_400)
_TYPICAL_ANSWER = {"interactive": timedelta(seconds=2), "batch": timedelta(minutes=1)}
_TYPICAL_CODE = timedelta(minutes=10)


def retry_after(attempts: int) -> timedelta:
    """Return the wait after the n-th failed try (from 1): doubling, at most ten minutes."""
    doublings: int = 2 ** min(max(attempts - 1, 0), 12)
    return min(_FIRST_RETRY * doublings, _LONGEST_RETRY)


def broken_for(failures: int) -> timedelta:
    """Return for how long the circuit stays open after so many failures in a row."""
    beyond = max(failures - BREAKS_AFTER, 0)
    doublings: int = 2 ** min(beyond, 8)
    return min(_FIRST_BREAK * doublings, _LONGEST_BREAK)


def look_after(count: int, *, interactive: bool) -> timedelta:
    """Return the wait before the next look at an inquiry that was looked at so many times."""
    waits = _LOOKS_INTERACTIVE if interactive else _LOOKS_BATCH
    return timedelta(seconds=waits[min(count, len(waits) - 1)])


def looks(*, interactive: bool) -> list[timedelta]:
    """Return the waits before the looks at an inquiry, in order; the last one is for all after it."""
    waits = _LOOKS_INTERACTIVE if interactive else _LOOKS_BATCH
    return [timedelta(seconds=one) for one in waits]


def tries() -> list[timedelta]:
    """Return the waits after the first failed try, the second … the last one is for all after it."""
    return [retry_after(attempts) for attempts in range(1, TRIES + 1)]


def code_look_after(looks: int) -> timedelta:
    """Return the wait before the next look at 符号取得 that was looked at so many times."""
    return timedelta(seconds=_CODE_LOOKS[min(looks, len(_CODE_LOOKS) - 1)])


def usual_answer(lane: str) -> timedelta:
    """Return how long an answer takes where none has been seen yet."""
    return _TYPICAL_ANSWER.get(lane, _TYPICAL_ANSWER["batch"])


def usual_code() -> timedelta:
    """Return how long 符号取得 takes before an inquiry can go out."""
    return _TYPICAL_CODE


def notice_look_after(looks: int) -> timedelta:
    """Return the wait before the next look at an お知らせ: people read in hours, not in seconds."""
    return timedelta(seconds=_NOTICE_LOOKS[min(looks, len(_NOTICE_LOOKS) - 1)])
