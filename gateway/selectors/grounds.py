"""On which ground copies may be laid down at the platform, and others may ask."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from gateway.models import Provision
from sapporo_base.models import BusinessSystem, LegalBasis
from sapporo_base.selectors import legal_basis_for


def may_forward(*, system: BusinessSystem, information_code: str, day: date) -> bool:
    """Say whether a system provides this 特定個人情報 under a ground in force on the day."""
    return (
        legal_basis_for(kind="provide", day=day, system=system, information_code=information_code)
        is not None
    )


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
