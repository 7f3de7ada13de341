"""On which ground copies may be laid down at the platform."""

from datetime import date

from sapporo_base.models import BusinessSystem
from sapporo_base.selectors import legal_basis_for


def may_forward(*, system: BusinessSystem, information_code: str, day: date) -> bool:
    """Say whether a system provides this 特定個人情報 under a ground in force on the day."""
    return (
        legal_basis_for(kind="provide", day=day, system=system, information_code=information_code)
        is not None
    )
