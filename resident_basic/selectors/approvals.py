"""Who may be given which item on a day (移転承認項目)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from resident_basic.models import ApprovedItem, UseApplication
from resident_basic.rules.items import INDIVIDUAL_NUMBER, resident_items
from sapporo_base.models import BusinessSystem, LegalBasis


@dataclass(frozen=True, slots=True)
class Approval:
    """What a system may be given on a day: items and reductions, 個人番号, protected people."""

    items: frozenset[str]
    reductions: Mapping[str, str]
    individual_number: bool
    protected_people: bool
    procedure: str
    legal_basis: LegalBasis | None

    @property
    def withheld(self) -> frozenset[str]:
        """Names of what exists and is not given to this system."""
        refused = set(resident_items()) - self.items
        return frozenset(refused if self.individual_number else refused | {INDIVIDUAL_NUMBER})

    @property
    def disclosed(self) -> frozenset[str]:
        """Names of what is given, 個人番号 among them where it was approved."""
        return self.items | {INDIVIDUAL_NUMBER} if self.individual_number else self.items


def approved_items(*, system: BusinessSystem, day: date) -> Approval:
    """
    Return the 移転承認項目 of a system on a day, and what is withheld from it.

    Several applications add up; an item that one of them gives whole is not reduced. 個人番号 needs
    an approval and a system that uses it (番号法第9条); where either ends, it ends.
    """
    applications = UseApplication.objects.filter(
        system=system,
        state=UseApplication.State.APPROVED,
        valid_from__lte=day,
        valid_until__gt=day,
    )
    in_force = list(applications.select_related("legal_basis").order_by("pk"))
    reductions: dict[str, str] = {}
    approved = ApprovedItem.objects.filter(
        application__in=in_force, valid_from__lte=day, valid_until__gt=day
    )
    for item, reduction in approved.order_by("pk").values_list("item", "reduction"):
        if reductions.get(item) != "":
            reductions[item] = reduction
    return Approval(
        items=frozenset(reductions),
        reductions={item: reduction for item, reduction in reductions.items() if reduction},
        individual_number=system.uses_individual_number
        and any(application.individual_number for application in in_force),
        protected_people=any(application.protected_people for application in in_force),
        procedure=in_force[0].procedure if in_force else "",
        legal_basis=in_force[0].legal_basis if in_force else None,
    )
