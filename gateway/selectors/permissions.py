"""May a business system use an interface of the platform?"""

from datetime import date

from django.db.models import Q

from gateway.models import InterfacePermission
from sapporo_base.models import BusinessSystem


def permitted_information(*, system: BusinessSystem, group: str, day: date) -> set[str]:
    """Return for which 特定個人情報 a system may use a group; an empty code stands for all."""
    rows = InterfacePermission.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=day),
        system=system,
        group=group,
        valid_from__lte=day,
    )
    return set(rows.values_list("information_code", flat=True))


def may_use(*, system: BusinessSystem, group: str, information_code: str = "", day: date) -> bool:
    """Say whether a system may use a group of interfaces for a 特定個人情報."""
    permitted = permitted_information(system=system, group=group, day=day)
    return "" in permitted or information_code in permitted
