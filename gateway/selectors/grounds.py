"""On which ground copies may be laid down at the platform, and others may ask."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from gateway.models import Provision
from sapporo_base.models import BusinessSystem, LegalBasis
from sapporo_base.selectors import in_force, legal_basis_for


def grounds_to_forward(
    *,
    system: BusinessSystem,
    information_code: str,
    day: date,
    procedure_code: str = "",
    step_code: str = "",
) -> list[LegalBasis]:
    """
    Return the grounds of a day on which a system provides a 特定個人情報: of every 事務 that may ask for
    it, or of the 事務 and 事務手続 that are named.
    """
    grounds = LegalBasis.objects.filter(
        in_force(day), kind="provide", systems=system, information_code=information_code
    )
    if procedure_code:
        grounds = grounds.filter(procedure_code=procedure_code)
    if step_code:
        grounds = grounds.filter(step_code=step_code)
    return list(grounds.order_by("code", "valid_from"))


def provision_grounds(provisions: Sequence[Provision]) -> dict[int, LegalBasis]:
    """Return under which item of the law each is asked, in force on its day; absent where none is."""
    found: dict[tuple[str, str, str, date], LegalBasis | None] = {}
    grounds = {}
    for one in provisions:
        day = timezone.localdate(one.asked_at)
        key = (one.procedure_code, one.step_code, one.information_code, day)
        if key not in found:
            found[key] = legal_basis_for(
                kind="provide",
                day=day,
                procedure_code=one.procedure_code,
                step_code=one.step_code,
                information_code=one.information_code,
            )
        if (ground := found[key]) is not None:
            grounds[one.pk] = ground
    return grounds
