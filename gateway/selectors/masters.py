"""Questions to the platform's masters as they hold in the city."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateway.models import MasterUpdate, PermittedCombination, PlatformCode
from gateway.rules.codes import SAPPORO
from sapporo_base import selectors as base


@dataclass(frozen=True, slots=True)
class Difference:
    """A combination that only one side knows: the platform's master, or the city's LegalBasis."""

    kind: str
    """inquire or provide, as seen from the city."""
    procedure_code: str
    step_code: str
    information_code: str
    is_permitted: bool
    """The platform permits it, and the city has no ground; else the other way round."""


def combination_differences(*, day: date) -> Sequence[Difference]:
    """
    Return where the platform's 許可された組合せ and the city's 法令上の根拠 differ on a day.

    Nothing is compared before the masters were received: an empty table permits nothing and would
    put every ground in doubt.
    """
    held = PermittedCombination.objects.filter(base.in_force(day))
    permitted = {
        (
            "inquire" if row.inquirer_code == SAPPORO else "provide",
            row.procedure_code,
            row.step_code,
            row.information_code,
        )
        for row in held
    }
    if not permitted:
        return []
    grounds = base.exchange_grounds(day=day)
    return [Difference(*key, is_permitted=key in permitted) for key in sorted(permitted ^ grounds)]


def meaning_of(*, table: str, code: str, day: date) -> str:
    """Return what a code of the platform's tables means on a day; empty if no table tells it."""
    rows = PlatformCode.objects.filter(base.in_force(day), table=table, code=code)
    return rows.values_list("name", flat=True).first() or ""


def updates_to_decide() -> int:
    """Return how many updates of the masters wait for a person."""
    return MasterUpdate.objects.filter(
        state__in=[MasterUpdate.State.RECEIVED, MasterUpdate.State.CHECKED]
    ).count()
