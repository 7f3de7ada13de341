"""May a message go out now, and if not, when?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.models import PlatformState
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


def platform_state() -> PlatformState:
    """Return how the platform is just now; open where nobody has looked yet."""
    return PlatformState.objects.filter(pk=1).first() or PlatformState()


_HOURS = """
SELECT 'window', "group", day, opens_minute, closes_minute, valid_from, valid_until,
    NULL::timestamptz, NULL::timestamptz, ''
FROM gateway_operatingwindow WHERE "group" IN ('', %(group)s)
UNION ALL
SELECT 'stop', "group", NULL, NULL, NULL, NULL, NULL, starts_at, ends_at, notice
FROM gateway_plannedstop WHERE "group" IN ('', %(group)s) AND ends_at > %(at)s
UNION ALL
SELECT 'state', '', is_open::int, NULL, NULL, NULL, NULL, reopens_at, broken_until, ''
FROM gateway_platformstate WHERE number = 1
"""


def opening(*, group: str, at: datetime) -> Opening:
    """
    Return when the group of interfaces opens by calendar, planned stops, state and circuit.

    Each acceptance asks for its estimate: calendar, stops and state are one question.
    """
    windows, stops, state = [], [], PlatformState()
    for kind, of, number, opens, closes, since, until, first, last, words in prepared_rows(
        _HOURS, {"group": group, "at": at}
    ):
        if kind == "window":
            windows.append(hours.Window(of, number, opens, closes, since, until))
        elif kind == "stop":
            stops.append(hours.Stop(of, first, last, words))
        else:
            state = PlatformState(is_open=bool(number), reopens_at=first, broken_until=last)
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
