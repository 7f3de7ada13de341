"""
How often somebody searches by 個人番号: counted before the answer, an alarm beyond a limit, then a stop.

A tally is written in a transaction of its own, so that a search that is refused counts too.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import transaction

from integrated_address.models import Holder, SearchAlarm
from integrated_address.rules import Limits, limits_without_rows
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotPermitted, TooOften
from sapporo_base.rows import beside_the_transaction, prepared_rows

# An own limit sorts behind the common one. The commit waits for no disk: that of the record of the answer,
# or of the refusal, does, and so brings the tally along.
_COUNT: Final = """
WITH counted AS (
    INSERT INTO integrated_address_searchtally (holder_kind, holder, hour, searches)
    VALUES (%(kind)s, %(holder)s, date_trunc('hour', %(at)s::timestamptz), %(count)s::integer)
    ON CONFLICT (holder_kind, holder, hour)
        DO UPDATE SET searches = integrated_address_searchtally.searches + excluded.searches
    RETURNING searches, hour
), allowed AS (
    SELECT alarm_per_hour, stop_per_hour FROM integrated_address_searchlimit
    WHERE holder_kind = %(kind)s AND holder IN (%(holder)s, '') ORDER BY holder DESC LIMIT 1
)
SELECT searches, hour, alarm_per_hour, stop_per_hour, set_config('synchronous_commit', 'off', true)
FROM counted LEFT JOIN allowed ON true
"""


class SearchesStopped(TooOften):
    """More searches by 個人番号 within the hour than are allowed."""

    code = "searches_stopped"
    message = (
        "個人番号による検索が1時間の上限を超えたため停止しました。次の時間帯に再開します。"
        "業務で必要な場合は、システム基盤の担当者に上限の変更を依頼してください。"
    )


def count_searches(act: Act, searches: int = 1) -> None:
    """
    Count searches by 個人番号 of whoever acts, before they are done.

    Beyond the first limit an alarm waits on the home page, beyond the second nothing is answered until
    the next hour.

    :raises SearchesStopped: the second limit is passed; the refusal is recorded.
    """
    kind, holder = _holder(act)
    values = {"kind": kind, "holder": holder, "at": act.at, "count": searches}
    with beside_the_transaction() as line:
        ((so_far, hour, alarm, stop, _),) = prepared_rows(_COUNT, values, line)
    limits = limits_without_rows(is_staff=kind == Holder.STAFF)
    if alarm is not None:
        limits = Limits(alarm, stop)
    if so_far > limits.alarm:
        _raise_alarm(act, kind, holder, hour, so_far, is_stopped=so_far > limits.stop)
    if so_far > limits.stop:
        base.record_refusal(
            act,
            "addressee_searched",
            detail=f"個人番号による検索が1時間に{so_far:,}件となり停止しました。",
        )
        raise SearchesStopped


@transaction.atomic
def _raise_alarm(
    act: Act, kind: str, holder: str, hour: datetime, searches: int, *, is_stopped: bool
) -> None:
    """Raise the alarm, or let it say how many it are by now; of searches at once the last one counts."""
    alarm, is_new = SearchAlarm.objects.select_for_update().get_or_create(
        holder_kind=kind,
        holder=holder,
        hour=hour,
        defaults={"raised_at": act.at, "searches": searches, "is_stopped": is_stopped},
    )
    if is_new or searches <= alarm.searches:
        return
    stopped_now = is_stopped and not alarm.is_stopped
    changes: dict[str, object] = {"searches": searches, "is_stopped": is_stopped}
    if stopped_now:
        # Who has seen the alarm has not seen that it went on.
        changes |= {"acknowledged_at": None, "acknowledged_by": "", "note": ""}
    SearchAlarm.objects.filter(pk=alarm.pk).update(**changes)


def _holder(act: Act) -> tuple[str, str]:
    if act.staff is not None:
        return Holder.STAFF, act.staff.staff_number
    if act.system is not None:
        return Holder.SYSTEM, act.system.code
    return Holder.SYSTEM, act.path


@transaction.atomic
def acknowledge_search_alarms(*, alarms: Collection[int], note: str, act: Act) -> int:
    """
    Note that somebody has looked into these alarms; return how many were new to that.

    :raises InvalidRequest: no note.
    :raises NotPermitted: one of them is about the searches of who acknowledges.
    """
    if not note.strip():
        raise InvalidRequest(fields={"reason": "確認の所見を入力してください。"})
    who = act.staff.staff_number if act.staff else act.path
    if SearchAlarm.objects.filter(pk__in=alarms, holder_kind=Holder.STAFF, holder=who).exists():
        raise NotPermitted("自分の検索の警報は確認済にできません。別の職員が確認してください。")
    seen = SearchAlarm.objects.filter(pk__in=alarms, acknowledged_at=None).update(
        acknowledged_at=act.at, acknowledged_by=who, note=note.strip()
    )
    if seen:
        base.record_linkage(
            act.for_purpose(reason=note.strip()), "search_alarms_acknowledged", detail=f"{seen}件"
        )
    return seen
