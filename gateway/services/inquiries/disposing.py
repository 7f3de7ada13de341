"""廃棄: what others told the city goes when the 事務 that asked needs it no longer."""

from typing import Final

from django.conf import settings
from django.db import transaction

from gateway.models import InquiryResult
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.models import BusinessSystem, LegalBasis

_AT_ONCE: Final = 5_000
_DISPOSE: Final = """
UPDATE gateway_inquiryresult r SET items = '{}', problems = '[]', disposed_at = %(at)s
FROM gateway_inquiry i
WHERE i.id = r.inquiry_id AND r.id IN (
    SELECT due.id FROM gateway_inquiryresult due
    JOIN gateway_inquiry asked ON asked.id = due.inquiry_id
    WHERE asked.legal_basis_id = %(ground)s AND due.system_id = %(system)s
      AND due.disposed_at IS NULL AND due.items <> '{}'
      AND due.arrived_at < %(at)s - make_interval(days => %(days)s)
    ORDER BY due.arrived_at LIMIT %(most)s
    FOR UPDATE OF due SKIP LOCKED
)
RETURNING i.integrated_number AS number
"""


def days_kept(ground: LegalBasis) -> int:
    """Return for how many days after its arrival a result on a ground keeps its values."""
    return ground.result_days or settings.INQUIRY_RESULT_DAYS


def dispose_results(*, act: Act) -> int:
    """
    Remove the values of results whose time is over; return of how many.

    The inquiry, how it ended and its records stay. Each ground and system has records of its own,
    which name the people; a stop in between loses nothing, the next night goes on.
    """
    held = InquiryResult.objects.filter(disposed_at__isnull=True).exclude(items={})
    pairs = held.values_list("inquiry__legal_basis_id", "system_id").order_by().distinct()
    disposed = 0
    for ground_id, system_id in list(pairs):
        ground = LegalBasis.objects.get(pk=ground_id)
        system = BusinessSystem.objects.get(pk=system_id)
        while count := _dispose(ground, system, act):
            disposed += count
    return disposed


@transaction.atomic
def _dispose(ground: LegalBasis, system: BusinessSystem, act: Act) -> int:
    days = days_kept(ground)
    rows = base.read_recorded(
        act,
        "inquiry_results_disposed",
        question=_DISPOSE,
        values={
            "ground": ground.pk,
            "system": system.pk,
            "days": days,
            "at": act.at,
            "most": _AT_ONCE,
        },
        even_of_nobody=False,
        legal_basis=ground,
        detail=f"照会結果の項目の値を廃棄(保存日数{days}日)",
        receiver_code=system.code,
    )
    return len(rows)
