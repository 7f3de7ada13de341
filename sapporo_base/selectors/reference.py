"""Questions to the dated reference data."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db.models import Q

from sapporo_base.models import BusinessSystem, CodeEntry, Layout, LegalBasis
from sapporo_base.rows import columns_of, instance_of, prepared_rows

_KEPT_SECONDS = 60


class UnknownSystem(Exception):
    """No business system bears this code."""


class UnknownLayout(Exception):
    """No layout of this code is in force on the day."""


def system(code: str) -> BusinessSystem:
    """
    Return the business system of a code such as `027-000`.

    :raises UnknownSystem: there is none.
    """
    business_id, _, local_id = code.partition("-")
    found = BusinessSystem.objects.filter(
        business_id=business_id, local_id=local_id or "000"
    ).first()
    if found is None:
        raise UnknownSystem(code)
    return found


def system_names() -> dict[str, str]:
    """Return the name of every 庁内業務システム by its code."""
    return {system.code: system.name for system in BusinessSystem.objects.all()}


def in_force(day: date) -> Q:
    """
    Return the condition that a dated row is in force on a day (`valid_from` ≤ day < `valid_until`).
    """
    return Q(valid_from__lte=day) & (Q(valid_until__isnull=True) | Q(valid_until__gt=day))


def layout_definition(code: str, *, day: date) -> dict[str, Any]:
    """
    Return the definition of the newest version of a layout that is in force on a day.

    :raises UnknownLayout: there is none.
    """
    versions = Layout.objects.filter(in_force(day), code=code, state=Layout.State.ACTIVE)
    found = versions.order_by("-version").first()
    if found is None:
        raise UnknownLayout(code)
    return dict(found.definition)


def layout_names() -> list[tuple[str, str]]:
    """Return code and name of every layout, for a form to choose from."""
    files = Layout.objects.filter(state=Layout.State.ACTIVE).exclude(definition__form="message")
    layouts = files.order_by("code", "-version").distinct("code")
    return [(layout.code, f"{layout.name}({layout.code})") for layout in layouts]


def code_names(table: str, *, day: date) -> dict[str, str]:
    """
    Return the codes of a table in force on a day with their words.

    Kept for a minute: a page asks for the same table once for every row, and tables change with a
    release of the reference data.
    """
    key = f"sapporo_base.code_names.{table}.{day}"
    names: dict[str, str] | None = cache.get(key)
    if not names:
        names = dict(
            CodeEntry.objects.filter(in_force(day), table__code=table)
            .order_by("code")
            .values_list("code", "name")
        )
        cache.set(key, names, _KEPT_SECONDS)
    return names


def legal_basis_for(
    *,
    kind: str,
    day: date,
    system: BusinessSystem | None = None,
    procedure_code: str = "",
    step_code: str = "",
    information_code: str = "",
    code: str = "",
) -> LegalBasis | None:
    """
    Return the ground of that kind in force on a day for these codes and (if given) this system, or
    None.
    """
    grounds = LegalBasis.objects.filter(in_force(day), kind=kind)
    if system is not None:
        grounds = grounds.filter(systems=system)
    for field, value in {
        "procedure_code": procedure_code,
        "step_code": step_code,
        "information_code": information_code,
        "code": code,
    }.items():
        if value:
            grounds = grounds.filter(**{field: value})
    return grounds.order_by("valid_from", "pk").first()


LawCodes = tuple[str, str, str]
"""事務, 事務手続 and 特定個人情報 by their codes."""

_GROUNDS = f"""
SELECT DISTINCT ON (l.procedure_code, l.step_code, l.information_code) {columns_of(LegalBasis, "l")}
FROM unnest(%(procedures)s::varchar[], %(steps)s::varchar[], %(information)s::varchar[])
    AS asked (procedure_code, step_code, information_code)
JOIN sapporo_base_legalbasis l USING (procedure_code, step_code, information_code)
JOIN sapporo_base_legalbasis_systems s ON s.legalbasis_id = l.id AND s.businesssystem_id = %(system)s
WHERE l.kind = %(kind)s AND l.valid_from <= %(day)s
    AND (l.valid_until IS NULL OR l.valid_until > %(day)s)
ORDER BY l.procedure_code, l.step_code, l.information_code, l.valid_from, l.id
"""


def exchange_grounds(*, day: date) -> set[tuple[str, str, str, str]]:
    """
    Return the grounds on which the city inquires or provides on a day, as (kind, 事務コード,
    事務手続コード, 特定個人情報名コード); those without codes can't be compared with anything.
    """
    rows = LegalBasis.objects.filter(
        in_force(day), kind__in=[LegalBasis.Kind.INQUIRE, LegalBasis.Kind.PROVIDE]
    )
    return set(
        rows.exclude(procedure_code="").values_list(
            "kind", "procedure_code", "step_code", "information_code"
        )
    )


def legal_bases_for(
    *, kind: str, day: date, system: BusinessSystem, codes: Collection[LawCodes]
) -> dict[LawCodes, LegalBasis]:
    """
    Return the grounds of that kind in force on a day for this system, by the codes asked for.

    One question for all of them; codes without a ground are absent.
    """
    procedures, steps, information = zip(*codes, strict=True) if codes else ((), (), ())
    rows = prepared_rows(
        _GROUNDS,
        {
            "kind": kind,
            "day": day,
            "system": system.pk,
            "procedures": list(procedures),
            "steps": list(steps),
            "information": list(information),
        },
    )
    grounds = [instance_of(LegalBasis, row) for row in rows]
    return {(one.procedure_code, one.step_code, one.information_code): one for one in grounds}
