"""May a business system use an interface of the platform?"""

from datetime import date

from sapporo_base.models import BusinessSystem
from sapporo_base.rows import prepared_rows

# Each acceptance asks it.
_PERMITTED = """
SELECT information_code FROM gateway_interfacepermission
WHERE system_id = %(system)s AND "group" = %(group)s
    AND valid_from <= %(day)s AND (valid_until IS NULL OR valid_until > %(day)s)
"""


def permitted_information(*, system: BusinessSystem, group: str, day: date) -> set[str]:
    """Return for which 特定個人情報 a system may use a group; an empty code stands for all."""
    asked = {"system": system.pk, "group": group, "day": day}
    return {information_code for (information_code,) in prepared_rows(_PERMITTED, asked)}


def may_use(*, system: BusinessSystem, group: str, information_code: str = "", day: date) -> bool:
    """Say whether a system may use a group of interfaces for a 特定個人情報."""
    permitted = permitted_information(system=system, group=group, day=day)
    return "" in permitted or information_code in permitted
