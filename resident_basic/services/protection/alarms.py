"""閲覧警報: every look at a protected person, made from the 情報連携記録 that each look writes."""

from collections.abc import Collection
from typing import Final

from django.db import transaction

from integrated_address import selectors as addressees
from resident_basic.models import LookAlarm
from resident_basic.rules.items import REGISTER
from resident_basic.rules.protection import NOT_LOOKS, WITHOUT_RESIDENCE
from resident_basic.selectors import systems_given_protected_people
from resident_basic.services.protection.measures import acting_staff
from sapporo_base import selectors as base_selectors
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest
from sapporo_base.bulk import temporary_staging

# From a day before the newest alarm on: a record commits seconds after its time, never a day.
_RAISE: Final = """
INSERT INTO resident_basic_lookalarm
    (record_id, measure_id, at, kind, path, outcome, detail, staff_number, staff_name, system_code,
     on_behalf_of, procedure, reason, acknowledged_by, note)
SELECT DISTINCT ON (r.id, m.id) r.id, m.id, r.at, r.kind, r.path,
    CASE WHEN r.result = 'refused' THEN 'refused'
         WHEN r.kind = ANY(%(without_residence)s) THEN 'hidden'
         WHEN r.system_code <> '' AND r.system_code <> ALL(%(given)s) THEN 'hidden'
         ELSE 'shown' END,
    r.detail, r.staff_number, r.staff_name, r.system_code, r.on_behalf_of, r.procedure, r.reason,
    '', ''
FROM {staging} n
JOIN resident_basic_supportmeasure m
  ON m.resident_number = n.resident_number AND m.ended_at IS NULL
JOIN sapporo_base_linkagerecordsubject s
  ON s.number = n.number AND s.number_kind = n.number_kind AND s.at >= greatest(m.started_at, (
      SELECT coalesce(max(at), '-infinity') FROM resident_basic_lookalarm) - interval '1 day')
JOIN sapporo_base_linkagerecord r ON r.id = s.record_id AND r.at = s.at
WHERE r.path IN ('admin', 'api') AND r.kind <> ALL(%(not_looks)s)
ON CONFLICT (record_id, measure_id) DO NOTHING
"""


@transaction.atomic
def raise_look_alarms(*, act: Act) -> int:
    """
    Raise an alarm for each look at a protected person since the last time; return how many.

    Looks by staff and by systems over the API, refused ones too; whoever reads alarms calls this
    first, so that no alarm is missing from what they see.
    """
    columns = {"resident_number": "text", "number_kind": "text", "number": "text"}
    with temporary_staging("resident_basic_protected_number", columns) as staging:
        addressees.fill_protected_numbers(staging, base_selectors.system(REGISTER))
        return staging.execute(
            _RAISE,
            not_looks=list(NOT_LOOKS),
            without_residence=list(WITHOUT_RESIDENCE),
            given=sorted(systems_given_protected_people(day=act.day)),
        )


@transaction.atomic
def acknowledge_alarms(*, alarms: Collection[int], note: str, act: Act) -> int:
    """
    Note that a 支援措置 manager has looked into these alarms; return how many were new to that.

    :param alarms: their ids. :param note: what was found; required.
    :raises InvalidRequest: no note.
    """
    if not note.strip():
        raise InvalidRequest(fields={"reason": "確認の所見を入力してください。"})
    waiting = list(
        LookAlarm.objects.select_for_update()
        .filter(pk__in=alarms, acknowledged_at=None)
        .select_related("measure")
        .order_by("pk")
    )
    LookAlarm.objects.filter(pk__in=[one.pk for one in waiting]).update(
        acknowledged_at=act.at, acknowledged_by=acting_staff(act), note=note.strip()
    )
    if waiting:
        numbers = {one.measure.resident_number for one in waiting}
        base.record_linkage(
            act.for_purpose(reason=note.strip()),
            "alarms_acknowledged",
            subjects=[("resident", number) for number in sorted(numbers)],
            items=["閲覧警報"],
            detail=f"{len(waiting)}件",
        )
    return len(waiting)
