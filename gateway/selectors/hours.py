"""May a message go out now, and if not, when?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.models import OperatingWindow, PlannedStop, PlatformState
from gateway.rules import hours

_PROBE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Opening:
    """
    When messages of a group may go out: now where `at` is not after the asked time, and why not.
    """

    at: datetime | None
    why: str = ""


def platform_state() -> PlatformState:
    """Return how the platform is just now; open where nobody has looked yet."""
    return PlatformState.objects.filter(pk=1).first() or PlatformState()


def opening(*, group: str, at: datetime) -> Opening:
    """Return when the group of interfaces opens by calendar, planned stops, state and circuit."""
    windows = [
        hours.Window(w.group, w.day, w.opens_minute, w.closes_minute, w.valid_from, w.valid_until)
        for w in OperatingWindow.objects.filter(group__in=["", group])
    ]
    stops = [
        hours.Stop(s.group, s.starts_at, s.ends_at, s.notice)
        for s in PlannedStop.objects.filter(group__in=["", group], ends_at__gt=at)
    ]
    state = platform_state()
    asked, why = at, ""
    if not state.is_open:
        reopens = state.reopens_at if state.reopens_at and state.reopens_at > at else at + _PROBE
        asked, why = reopens, "プラットフォームが停止しています。"
    if state.broken_until and state.broken_until > asked:
        asked, why = state.broken_until, "通信の失敗が続いたため送信を控えています。"
    opens = hours.next_opening(windows, stops, group=group, at=asked)
    if opens is None:
        return Opening(None, "60日以内に稼働時間がありません。稼働時間の登録を確認してください。")
    if opens > asked:
        stop = hours.stop_at(stops, group=group, at=asked)
        why = stop.notice if stop else "稼働時間外です。"
    return Opening(opens, why if opens > at else "")
