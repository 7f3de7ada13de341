"""支援措置 set and ended by staff: it reaches every app in the same transaction."""

from datetime import date

from django.db import IntegrityError, transaction

from resident_basic.models import Resident, ResidentChange, ResidentVersion, SupportMeasure
from resident_basic.services.merging import spread_protection
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotFound, NotNow


@transaction.atomic
def start_support_measure(
    *,
    resident_number: str,
    kind: str,
    subject_kind: str,
    since: date,
    until: date | None,
    reason: str,
    act: Act,
) -> SupportMeasure:
    """
    Put someone under 支援措置 (or 仮支援措置) before 既存住基 tells it.

    :raises NotFound: no such resident.
    :raises InvalidRequest: no reason is given.
    :raises NotNow: protection stands already.
    """
    if not reason.strip():
        raise InvalidRequest("理由を入力してください。", fields={"reason": "必須です。"})
    if not Resident.objects.select_for_update().filter(pk=resident_number).exists():
        raise NotFound
    try:
        with transaction.atomic():
            measure = SupportMeasure.objects.create(
                resident_number=resident_number,
                kind=kind,
                subject_kind=subject_kind,
                since=since,
                until=until,
                source=SupportMeasure.Source.ENTERED,
                started_at=act.at,
                started_by=act.staff.staff_number if act.staff else "",
                reason=reason,
            )
    except IntegrityError as error:
        raise NotNow("既に支援措置が登録されています。") from error
    _announce(measure, on=True, act=act)
    return measure


@transaction.atomic
def end_support_measure(*, measure: SupportMeasure, reason: str, act: Act) -> SupportMeasure:
    """
    End 支援措置: it never ends by itself, so someone must say so and why.

    :raises InvalidRequest: no reason is given.
    :raises NotNow: it has ended already.
    """
    if not reason.strip():
        raise InvalidRequest("理由を入力してください。", fields={"reason": "必須です。"})
    measure = SupportMeasure.objects.select_for_update().get(pk=measure.pk)
    if measure.ended_at:
        raise NotNow("既に解除されています。")
    measure.ended_at = act.at
    measure.ended_by = act.staff.staff_number if act.staff else ""
    measure.save(update_fields=["ended_at", "ended_by"])
    _announce(measure, on=False, act=act.for_purpose(reason=reason))
    return measure


def _announce(measure: SupportMeasure, *, on: bool, act: Act) -> None:
    latest = ResidentVersion.objects.get(resident_number=measure.resident_number, is_latest=True)
    ResidentChange.objects.create(
        kind=ResidentChange.Kind.PROTECTION,
        resident_number=measure.resident_number,
        version_id=latest.pk,
        recorded_at=act.at,
    )
    spread_protection(numbers=[measure.resident_number], on=on, act=act)
    base.record_linkage(
        act,
        "support_measure_started" if on else "support_measure_ended",
        subjects=[("resident", measure.resident_number)],
        items=["support_measure"],
    )
