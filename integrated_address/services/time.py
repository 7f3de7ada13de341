"""How a fact with two axes of time ends, or turns out to have been wrong."""

from datetime import date
from typing import Any, TypeVar

from integrated_address.models import BusinessNumber, TwoAxes
from integrated_address.rules import RESIDENT_REGISTER
from sapporo_base.acts import Act

Fact = TypeVar("Fact", bound=TwoAxes)
OPEN: dict[str, Any] = {"valid_until__isnull": True, "superseded_at__isnull": True}
KNOWN: dict[str, Any] = {"superseded_at__isnull": True}


def supersede(row: TwoAxes, act: Act) -> None:
    """Say that a row is not what the city knows any more; it stays readable as what it knew."""
    type(row)._default_manager.filter(pk=row.pk).update(superseded_at=act.at)


def instead(row: Fact, act: Act, **changes: Any) -> Fact:
    """Supersede a row by the same row with changes; return the new one."""
    supersede(row, act)
    row.pk = None
    row.superseded_at, row.recorded_at = None, act.at
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


def end(row: Fact, act: Act, *, on: date | None = None) -> Fact:
    """End an open row on a day (the first on which it does not hold), or today."""
    return instead(row, act, valid_until=max(on or act.day, row.valid_from))


def hand_on_flag(addressee_id: str) -> None:
    """
    Give the 統合宛名フラグ of an ended link to the person's open link of the 住民記録, if there is one.

    Without one nobody bears it until the next update that counts (0320003).
    """
    links = BusinessNumber.objects.filter(addressee=addressee_id, **OPEN).select_related("system")
    if any(link.integrated_flag for link in links):
        return
    register = [link for link in links if link.system.code in RESIDENT_REGISTER]
    if register:
        newest = max(register, key=lambda link: (link.valid_from, link.pk))
        BusinessNumber.objects.filter(pk=newest.pk).update(integrated_flag=True)
