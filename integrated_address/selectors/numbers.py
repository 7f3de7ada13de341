"""From number to number: single, by list, and set-based through a staging table."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from integrated_address.models import BusinessNumber, IntegratedAddressee, LinkageCodeStatus
from sapporo_base.bulk import Staging
from sapporo_base.models import BusinessSystem
from sapporo_base.rows import prepared_rows

_OPEN = {"valid_until__isnull": True, "superseded_at__isnull": True}
_FILL_INTEGRATED = """
UPDATE {{staging}} s SET {into} = b.addressee_id
FROM integrated_address_businessnumber b
WHERE b.system_id = %(system)s AND b.number = s.{number}
  AND b.valid_until IS NULL AND b.superseded_at IS NULL
"""
_FILL_BY_DIGEST = """
UPDATE {{staging}} s SET {into} = i.addressee_id
FROM integrated_address_individualnumber i
WHERE i.{column} = s.{digest} AND i.valid_until IS NULL AND i.superseded_at IS NULL
"""
_FILL_BUSINESS = """
UPDATE {{staging}} s SET {into} = b.number
FROM (
    SELECT DISTINCT ON (addressee_id) addressee_id, number
    FROM integrated_address_businessnumber
    WHERE system_id = %(system)s AND valid_until IS NULL AND superseded_at IS NULL
      AND addressee_id IN (SELECT {integrated} FROM {{staging}})
    ORDER BY addressee_id, valid_from DESC, id DESC
) b
WHERE b.addressee_id = s.{integrated}
"""
# 宛名番号 of the register and of 社会保障宛名 are one range: each is a person's key in several records.
_FILL_PROTECTED = """
INSERT INTO {staging} (resident_number, number_kind, number)
SELECT DISTINCT r.number, known.kind, known.number
FROM integrated_address_integratedaddressee a
JOIN integrated_address_businessnumber r ON r.addressee_id = a.integrated_number
    AND r.system_id = %(register)s AND r.valid_until IS NULL AND r.superseded_at IS NULL
CROSS JOIN LATERAL (
    SELECT 'integrated' AS kind, a.integrated_number AS number
    UNION ALL SELECT 'resident', r.number
    UNION ALL
    SELECT kinds.kind, b.number
    FROM integrated_address_businessnumber b
    JOIN sapporo_base_businesssystem s ON s.id = b.system_id
        AND (s.business_id, s.local_id) IN (('001', '000'), ('030', '002'))
    CROSS JOIN (VALUES ('social'), ('business')) AS kinds (kind)
    WHERE b.addressee_id = a.integrated_number AND b.superseded_at IS NULL
) known
WHERE a.under_support
"""


def fill_protected_numbers(staging: Staging, register: BusinessSystem) -> int:
    """
    Fill a staging table with all numbers of people under 支援措置: resident_number (of the register),
    number_kind and number as records name them; return how many.
    """
    return staging.execute(_FILL_PROTECTED, register=register.pk)


_PRESENT = """
SELECT integrated_number, integrated_address_present_number(integrated_number)
FROM integrated_address_integratedaddressee
WHERE integrated_number = ANY(%s::varchar[]) AND merged_into_id IS NOT NULL
"""
_NUMBERED = """
SELECT b.number, b.addressee_id, c.state
FROM integrated_address_businessnumber b
LEFT JOIN integrated_address_linkagecodestatus c ON c.addressee_id = b.addressee_id
WHERE b.system_id = %s AND b.number = ANY(%s) AND b.valid_until IS NULL AND b.superseded_at IS NULL
"""


def integrated_numbers_of(
    *, system: BusinessSystem, business_numbers: Collection[str]
) -> dict[str, str]:
    """Return business number → 団体内統合宛名番号; what is not linked is absent."""
    links = BusinessNumber.objects.filter(system=system, number__in=business_numbers, **_OPEN)
    return dict(links.values_list("number", "addressee_id"))


@dataclass(frozen=True, slots=True)
class NumberedPerson:
    """Who stands behind a business number; without 個人番号 there is no 符号取得状況."""

    integrated_number: str
    code_state: str | None


def numbered_people(
    *, system: BusinessSystem, business_numbers: Collection[str]
) -> dict[str, NumberedPerson]:
    """Return business number → person, one question; what is not linked is absent."""
    rows = prepared_rows(_NUMBERED, [system.pk, list(business_numbers)])
    return {number: NumberedPerson(*person) for number, *person in rows}


def present_number(integrated_number: str) -> str:
    """Return the number that a 団体内統合宛名番号 is answered with: itself, unless it was merged."""
    return present_numbers([integrated_number]).get(integrated_number, integrated_number)


def present_numbers(integrated_numbers: Collection[str]) -> dict[str, str]:
    """Return merged number → the number it is answered with; who was not merged is absent."""
    return dict(prepared_rows(_PRESENT, [list(integrated_numbers)]))


# A number that was merged is answered with those of the person it belongs to.
_BUSINESS_NUMBERS = """
SELECT asked.number, b.number
FROM unnest(%(numbers)s::varchar[]) AS asked (number)
JOIN integrated_address_integratedaddressee a ON a.integrated_number = asked.number
JOIN integrated_address_businessnumber b ON b.addressee_id = CASE
        WHEN a.merged_into_id IS NULL THEN a.integrated_number
        ELSE integrated_address_present_number(a.integrated_number) END
    AND b.system_id = %(system)s AND b.valid_until IS NULL AND b.superseded_at IS NULL
ORDER BY asked.number, b.valid_from DESC, b.id DESC
"""


def business_numbers_of(
    *, system: BusinessSystem, integrated_numbers: Collection[str]
) -> dict[str, list[str]]:
    """
    Return 団体内統合宛名番号 → this system's numbers of the person, the newest first.

    A number that was merged is answered with those of the person it belongs to.
    """
    if not integrated_numbers:
        return {}
    asked = {"system": system.pk, "numbers": sorted(set(integrated_numbers))}
    found: dict[str, list[str]] = defaultdict(list)
    for integrated, number in prepared_rows(_BUSINESS_NUMBERS, asked):
        found[integrated].append(number)
    return dict(found)


def known_numbers(integrated_numbers: Collection[str]) -> set[str]:
    """Return those of the numbers that are a 団体内統合宛名番号 of the city, in use or not any more."""
    if not integrated_numbers:
        return set()
    people = IntegratedAddressee.objects.filter(pk__in=integrated_numbers)
    return set(people.values_list("pk", flat=True))


def _quoted(*columns: str) -> list[str]:
    return [connection.ops.quote_name(column) for column in columns]


def fill_integrated_numbers(
    staging: Staging, system: BusinessSystem, number_column: str, into_column: str
) -> int:
    """Fill a staging column with the 団体内統合宛名番号 of a system's numbers; return how many."""
    number, into = _quoted(number_column, into_column)
    return staging.execute(_FILL_INTEGRATED.format(number=number, into=into), system=system.pk)


def fill_integrated_numbers_by_digest(
    staging: Staging, digest_column: str = "digest", into_column: str = "integrated_number"
) -> int:
    """Fill a staging column with the 団体内統合宛名番号 of 個人番号 digests; return how many."""
    digest, into = _quoted(digest_column, into_column)
    return sum(
        staging.execute(_FILL_BY_DIGEST.format(digest=digest, into=into, column=column))
        for column in ("digest", "second_digest")
    )


def fill_business_numbers(
    staging: Staging, system: BusinessSystem, integrated_column: str, into_column: str
) -> int:
    """Fill a staging column with a system's open number (the newest) of each person."""
    integrated, into = _quoted(integrated_column, into_column)
    return staging.execute(
        _FILL_BUSINESS.format(integrated=integrated, into=into), system=system.pk
    )


def code_states_of(integrated_numbers: Collection[str]) -> dict[str, str]:
    """Return 団体内統合宛名番号 → 符号取得状況; who has no 個人番号 is absent."""
    rows = LinkageCodeStatus.objects.filter(addressee__in=integrated_numbers)
    return dict(rows.values_list("addressee_id", "state"))


def under_support(integrated_numbers: Collection[str]) -> set[str]:
    """Return those of the numbers whose holders are under 支援措置."""
    merged = present_numbers(integrated_numbers)
    people = IntegratedAddressee.objects.filter(
        pk__in={*integrated_numbers, *merged.values()}, under_support=True
    )
    protected = set(people.values_list("pk", flat=True))
    return {asked for asked in integrated_numbers if {asked, merged.get(asked)} & protected}


def numbers_under_support() -> list[str]:
    """Return every 団体内統合宛名番号 whose holder is under 支援措置: what a list has to leave out."""
    people = IntegratedAddressee.objects.filter(under_support=True)
    return list(people.values_list("pk", flat=True))


def support_numbers(
    *, system: BusinessSystem, business_numbers: Collection[str] | None = None
) -> set[str]:
    """Return those of a system's numbers (all of them, if None) whose holders are under 支援措置."""
    links = BusinessNumber.objects.filter(system=system, addressee__under_support=True, **_OPEN)
    if business_numbers is not None:
        links = links.filter(number__in=business_numbers)
    return set(links.values_list("number", flat=True))
