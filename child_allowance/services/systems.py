"""児童手当 as a business system among others: under which code it asks and is answered."""

from dataclasses import replace

from child_allowance.selectors import OWN_SYSTEM
from sapporo_base import selectors as base_selectors
from sapporo_base.acts import Act
from sapporo_base.models import BusinessSystem


def own_system() -> BusinessSystem:
    """Return 児童手当 as 市中間サーバ and 社会保障宛名 know it."""
    return base_selectors.system(OWN_SYSTEM)


def asking(act: Act) -> Act:
    """Return the same act, done for 児童手当: it gets what its approvals give, and no more."""
    return replace(act, system=own_system())
