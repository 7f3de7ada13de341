"""Questions to the platform's masters as they hold in the city."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.models import MasterUpdate, PermittedCombination, PlatformCode
from gateway.rules.codes import SAPPORO
from gateway.rules.statuses import STATUS_NAMES
from sapporo_base import selectors as base
from sapporo_base.rows import prepared_rows


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


Combination = tuple[str, str, str, str]
"""事務, 事務手続, 特定個人情報 and 情報提供者 by their codes."""

# As the platform's master names every 市区町村長 at once.
_ANY_MUNICIPALITY = "municipality"
_NOT_PERMITTED = """
SELECT asked.* FROM unnest(
    %(procedures)s::varchar[], %(steps)s::varchar[], %(information)s::varchar[],
    %(providers)s::varchar[]
) AS asked (procedure_code, step_code, information_code, provider_code)
WHERE EXISTS (
    SELECT FROM gateway_permittedcombination p WHERE p.inquirer_code = %(city)s
        AND p.valid_from <= %(day)s AND (p.valid_until IS NULL OR p.valid_until > %(day)s)
) AND NOT EXISTS (
    SELECT FROM gateway_permittedcombination p WHERE p.inquirer_code = %(city)s
        AND p.valid_from <= %(day)s AND (p.valid_until IS NULL OR p.valid_until > %(day)s)
        AND (p.procedure_code, p.step_code, p.information_code)
            = (asked.procedure_code, asked.step_code, asked.information_code)
        AND (p.provider_code = asked.provider_code OR p.provider_code = %(any)s
            AND asked.provider_code ~ '^02201[0-9]{6}01700$')
)
"""


def not_permitted(*, combinations: Collection[Combination], day: date) -> set[Combination]:
    """
    Return those of the combinations that the platform does not permit the city to ask on a day.

    Before its masters took effect in the city nothing is known, and nothing is refused for it.
    """
    if not combinations:
        return set()
    columns = zip(*sorted(combinations), strict=True)
    named = ("procedures", "steps", "information", "providers")
    values = dict(zip(named, map(list, columns), strict=True))
    rows = prepared_rows(
        _NOT_PERMITTED, {**values, "city": SAPPORO, "any": _ANY_MUNICIPALITY, "day": day}
    )
    return {(procedure, step, information, to) for procedure, step, information, to in rows}


def status_names(*, day: date) -> dict[str, dict[str, str]]:
    """Return code → name of the platform's status tables as applied on a day, by table."""
    named: dict[str, dict[str, str]] = {table: {} for table in STATUS_NAMES}
    rows = PlatformCode.objects.filter(base.in_force(day), table__in=STATUS_NAMES)
    for table, code, name in rows.values_list("table", "code", "name"):
        named[table][code] = name
    return named


def meaning_of(*, table: str, code: str, day: date) -> str:
    """Return what a code of the platform's tables means on a day; empty if no table tells it."""
    rows = PlatformCode.objects.filter(base.in_force(day), table=table, code=code)
    return rows.values_list("name", flat=True).first() or ""


def updates_to_decide() -> int:
    """Return how many updates of the masters wait for a person."""
    return MasterUpdate.objects.filter(
        state__in=[MasterUpdate.State.RECEIVED, MasterUpdate.State.CHECKED]
    ).count()
