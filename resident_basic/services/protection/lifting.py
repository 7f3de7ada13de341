"""一時解除: one member of staff, one protected person, a short while; no other app hears of it."""

from datetime import timedelta

from django.db import transaction

from resident_basic.models import SupportMeasure, TemporaryLift
from resident_basic.services.protection.measures import acting_staff, required_reason
from sapporo_base import selectors as base_selectors
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow, NotPermitted


@transaction.atomic
def lift_temporarily(
    *, measure: SupportMeasure, staff_number: str, minutes: int, reason: str, act: Act
) -> TemporaryLift:
    """
    Let one member of staff open one protected person for some minutes (証明の交付等の窓口対応).

    The flag stays everywhere: lists still hide the residence, other apps and systems see nothing.

    :raises InvalidRequest: no reason, a span that is too long, or nobody who works here.
    :raises NotPermitted: for oneself.
    :raises NotNow: the 支援措置 has ended.
    """
    reason = required_reason(reason)
    granted_by = acting_staff(act)
    if not granted_by or granted_by == staff_number:
        raise NotPermitted("自分に対する一時解除はできません。別の職員が行います。")
    span = timedelta(minutes=minutes)
    if not timedelta() < span <= TemporaryLift.LONGEST:
        raise InvalidRequest(fields={"minutes": "1分から60分までで入力してください。"})
    if not base_selectors.is_working(staff_number, day=act.day):
        raise InvalidRequest(fields={"staff_number": "利用できる職員番号ではありません。"})
    held = SupportMeasure.objects.select_for_update().get(pk=measure.pk)
    if held.ended_at:
        raise NotNow("既に解除されています。")
    lift = TemporaryLift.objects.create(
        measure=held,
        staff_number=staff_number,
        granted_by=granted_by,
        since=act.at,
        until=act.at + span,
        reason=reason,
    )
    _record("support_temporarily_lifted", lift, act.for_purpose(reason=reason))
    return lift


@transaction.atomic
def end_temporary_lifts(*, measure: SupportMeasure, act: Act) -> int:
    """
    Take the 一時解除 of a person back before their time; return how many.

    :raises NotNow: none is running.
    """
    running = TemporaryLift.objects.select_for_update().filter(
        measure=measure, until__gt=act.at, ended_at=None
    )
    lifts = list(running.select_related("measure").order_by("pk"))
    if not lifts:
        raise NotNow("実施中の一時解除はありません。")
    for lift in lifts:
        lift.ended_at = act.at
        lift.save(update_fields=["ended_at"])
        _record("support_temporary_lift_ended", lift, act)
    return len(lifts)


def _record(kind: str, lift: TemporaryLift, act: Act) -> None:
    base.record_linkage(
        act,
        kind,
        subjects=[("resident", lift.measure.resident_number)],
        items=["支援措置の一時解除"],
        detail=f"職員番号{lift.staff_number}",
    )
