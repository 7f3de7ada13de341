"""Who gets which item, why, until when: every item that was in force on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from resident_basic.models import ApprovedItem, UseApplication
from resident_basic.rules.items import INDIVIDUAL_NUMBER, REDUCTIONS, resident_items
from resident_basic.selectors.approvals import approval_as_of, approved_items
from sapporo_base.models import BusinessSystem


@dataclass(frozen=True, slots=True)
class GivenItem:
    """One item that one system is given under one 利用申請, with its why and until when."""

    system: BusinessSystem
    item: str
    label: str
    is_protected: bool
    reduction: str
    reason: str
    application: UseApplication
    since: date
    until: date

    @property
    def reduction_words(self) -> str:
        """Return how the value is reduced, "" where it is whole."""
        return REDUCTIONS.get(self.reduction, "")


def given_items(
    *, day: date, today: date, system: BusinessSystem | None = None, item: str = ""
) -> list[GivenItem]:
    """
    Return what was given on a day, by system and in the order of the layout; 個人番号 comes first.

    An earlier day is judged by what had been decided by then.
    """
    in_force = approval_as_of if day < today else approved_items
    systems = BusinessSystem.objects.order_by("business_id", "local_id")
    if system is not None:
        systems = systems.filter(pk=system.pk)
    found = [
        given
        for one in systems
        for given in _given_to(one, in_force(system=one, day=day).applications, day)
    ]
    return [given for given in found if not item or given.item == item]


def _given_to(system: BusinessSystem, applications: Sequence[int], day: date) -> list[GivenItem]:
    if not applications:
        return []
    place = {name: at for at, name in enumerate([INDIVIDUAL_NUMBER, *resident_items()])}
    approved = ApprovedItem.objects.filter(
        application__in=applications, valid_from__lte=day, valid_until__gt=day
    ).select_related("application__legal_basis", "application__system")
    found = [
        GivenItem(
            system=system,
            item=one.item,
            label=resident_items()[one.item].label,
            is_protected=resident_items()[one.item].is_protected,
            reduction=one.reduction,
            reason=one.reason,
            application=one.application,
            since=one.valid_from,
            until=one.valid_until,
        )
        for one in approved
    ]
    if system.uses_individual_number:
        found += [
            GivenItem(
                system=system,
                item=INDIVIDUAL_NUMBER,
                label="個人番号",
                is_protected=False,
                reduction="",
                reason=one.purpose,
                application=one,
                since=one.granted_from,
                until=one.granted_until,
            )
            for one in UseApplication.objects.filter(
                pk__in=applications, grants_individual_number=True
            ).select_related("legal_basis", "system")
            if one.granted_from and one.granted_until
        ]
    return sorted(found, key=lambda one: (place[one.item], one.application.pk))
