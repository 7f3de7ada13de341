"""
How fast a lane may send: tokens by the minute, and the share of them left when the platform slows.

Additive increase, multiplicative decrease: docs/decisions/0190-pace-and-estimates.md.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

STANDARD_PER_MINUTE = {
    "interactive": 6_000,
    "batch": 60_000,
    "copies": 120_000,
    "numbers": 60_000,
    "records": 60_000,
}
"""What a system may send in a lane for which nobody has stated a pace (送信制限)."""
STANDARD_IN_FLIGHT = 100_000
FULL_SHARE, LEAST_SHARE = 100, 5
_HALVED_ON_BUSY, _CUT_ON_SLOW, _STEP_UP = 0.5, 0.75, 5
_BETWEEN_CHANGES = timedelta(seconds=5)
_SLOW_SECONDS = {"interactive": 3.0}
_SLOW_SECONDS_BULK = 20.0
_BURST_SECONDS = 10
_LEAST_BURST = 10
_FILES_APART = timedelta(seconds=5)
_WEIGHT_OF_NEWEST = 0.3


@dataclass(frozen=True, slots=True)
class Bucket:
    """The sends that a queue has saved up, and up to when they were counted."""

    tokens: float
    filled_at: datetime


def filled(bucket: Bucket, *, per_minute: float, at: datetime) -> Bucket:
    """
    Return the bucket at a later time: a queue that waited may send ten seconds' worth at once.

    A slow pace (some a minute) may send up to ten at once, and no more than its minute's worth.
    """
    most = capacity(per_minute)
    passed = max((at - bucket.filled_at).total_seconds(), 0)
    return Bucket(min(bucket.tokens + per_minute / 60 * passed, most), at)


def capacity(per_minute: float) -> float:
    """Return how many sends a queue may save up."""
    return max(per_minute / 60 * _BURST_SECONDS, min(per_minute, _LEAST_BURST))


def is_worth_a_file(tokens: float, *, per_minute: float, waited: timedelta | None) -> bool:
    """
    Say whether a file is worth making: many requests in one, not one file for each handful.

    Half of what may be saved up, or five seconds after the last one.
    """
    return waited is None or waited >= _FILES_APART or tokens >= capacity(per_minute) / 2


def is_slow(*, lane: str, seconds: float) -> bool:
    """Say whether a message took so long that the platform seems to labour."""
    return seconds > _SLOW_SECONDS.get(lane, _SLOW_SECONDS_BULK)


def share_after(
    share: int, *, is_busy: bool, was_slow: bool, changed_at: datetime | None, at: datetime
) -> int:
    """
    Return the share of the pace, in percent, after one message more.

    Halved when the platform asks to slow down or does not answer in time, cut by a quarter when it
    answers slowly, and raised by five points when it answers well; at most one change in five
    seconds, so that the answers of one moment count once.
    """
    if changed_at is not None and at - changed_at < _BETWEEN_CHANGES:
        return share
    if is_busy:
        return max(int(share * _HALVED_ON_BUSY), LEAST_SHARE)
    if was_slow:
        return max(int(share * _CUT_ON_SLOW), LEAST_SHARE)
    return min(share + _STEP_UP, FULL_SHARE)


def observed(known: float | None, newest: float) -> float:
    """Return a running average: the newest measurement weighs three tenths."""
    if known is None:
        return newest
    return known + _WEIGHT_OF_NEWEST * (newest - known)


def likely_per_minute(*, stated: float, share: int, seen: float | None) -> float:
    """
    Return the pace to reckon with: what was observed while the queue drained, but not above what
    it may send.
    """
    allowed = stated * share / FULL_SHARE
    return max(min(allowed, seen) if seen else allowed, 1.0)
