"""Residents on both axes of time: what was true on a day, as it was known at a moment; differences."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection

from resident_basic.models import ResidentVersion
from resident_basic.rules.items import HEAD_ITEMS, Item, register_layout, resident_items
from resident_basic.selectors.people import protected_among
from sapporo_base import selectors as base

_KNOWN_NOW: Final = """
SELECT id, valid_until, is_latest FROM resident_basic_residentversion
WHERE resident_number = ANY(%(numbers)s) AND superseded_at IS NULL
"""
# The stored end of a version is what is known now. What was known at a moment ended by the later
# versions that were known then, so the ends are derived anew, by the rule of the merge.
_KNOWN_THEN: Final = """
SELECT id,
       CASE WHEN min(valid_from) OVER later IS NOT NULL
            THEN greatest(valid_from, min(valid_from) OVER later) END AS valid_until,
       history_number = max(history_number) OVER (PARTITION BY resident_number) AS is_latest
FROM (
    SELECT id, resident_number, history_number, valid_from FROM resident_basic_residentversion
    WHERE resident_number = ANY(%(numbers)s) AND superseded_at IS NULL
      AND recorded_at <= %(known_at)s
    UNION ALL
    SELECT id, resident_number, history_number, valid_from FROM resident_basic_residentversion
    WHERE resident_number = ANY(%(numbers)s) AND superseded_at > %(known_at)s
      AND recorded_at <= %(known_at)s
) known
WINDOW later AS (PARTITION BY resident_number ORDER BY history_number
                 ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
"""
_TRUE_THEN: Final = "v.valid_from <= %(day)s AND (k.valid_until IS NULL OR k.valid_until > %(day)s)"


def known_versions(*, as_of: date | None, known_at: datetime | None) -> tuple[str, str]:
    """
    Return FROM and WHERE of what was true on a day as known at a moment; parameters are `numbers`,
    `day` and `known_at`. `v` are the versions, `k` their end and whether they were 最新 then.
    """
    spans = _KNOWN_NOW if known_at is None else _KNOWN_THEN
    return (
        f"({spans}) k JOIN resident_basic_residentversion v ON v.id = k.id",
        "k.is_latest" if as_of is None else _TRUE_THEN,
    )


def as_known(
    numbers: Collection[str], *, as_of: date | None = None, known_at: datetime | None = None
) -> list[ResidentVersion]:
    """
    Return the version of each of these residents that was true on a day, as known at a moment.

    `valid_until` and `is_latest` of what is returned are those of that moment, so it is not to be
    saved. Who was not known then, or not in the register on that day, is not among them.

    :param as_of: the day; the 最新 of the moment if absent.
    :param known_at: the moment; what is known now if absent.
    """
    quoted = connection.ops.quote_name
    columns = ", ".join(
        f"v.{quoted(field.name)}"
        for field in ResidentVersion._meta.concrete_fields
        if field.name not in {"valid_until", "is_latest"}
    )
    source, is_true = known_versions(as_of=as_of, known_at=known_at)
    return list(
        ResidentVersion.objects.raw(
            f"SELECT {columns}, k.valid_until, k.is_latest FROM {source} WHERE {is_true}"
            " ORDER BY v.resident_number",
            {"numbers": list(numbers), "known_at": known_at, "day": as_of},
        )
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One item in which two versions differ: its name in the layout, its label, before and after.

    Codes are words, dates are dates, an unknown date is its own words, "" is absent.
    """

    item: str
    label: str
    before: date | str
    after: date | str


@dataclass(frozen=True, slots=True)
class Differences:
    """
    In what two versions differ. `is_suppressed`: 支援措置 hides every item that tells of a place, and
    also whether it changed.
    """

    items: tuple[Difference, ...]
    is_suppressed: bool


def differences(
    before: ResidentVersion, after: ResidentVersion, *, with_protected: bool
) -> Differences:
    """
    Return in which items two versions of one resident differ, in the order of the layout.

    :param with_protected: whether the reader may see the places of people under 支援措置.
    :raises ValueError: they are versions of two people.
    """
    number = before.resident_number
    if number != after.resident_number:
        raise ValueError("versions of two people have no difference")
    is_suppressed = not with_protected and bool(protected_among([number]))
    unnamed = _unnamed(before, after)
    return Differences(
        tuple(
            Difference(name, item.label, _said(before, item), _said(after, item))
            for name, item in resident_items().items()
            if not (is_suppressed and item.is_protected)
            and name not in unnamed
            and any(getattr(before, one) != getattr(after, one) for one in item.columns)
        ),
        is_suppressed,
    )


def items_in_words(version: ResidentVersion) -> list[tuple[str, date | str]]:
    """
    Return the label and the value in words of every item of a version, in the order of the layout.

    A protected 世帯主 is not named in the rows of others.
    """
    unnamed = _unnamed(version)
    return [
        (item.label, _said(version, item))
        for name, item in resident_items().items()
        if name not in unnamed
    ]


def _unnamed(*versions: ResidentVersion) -> frozenset[str]:
    """Return the items that name a protected 世帯主 in the rows of others: they live at one place."""
    heads = {one.head_resident_number for one in versions} - {versions[0].resident_number}
    return HEAD_ITEMS if protected_among(heads) else frozenset()


def _said(version: ResidentVersion, item: Item) -> date | str:
    """Return an item in words: a code by its table on the day, an unknown date as it was told."""
    if words := getattr(version, f"{item.name}_text", ""):
        return str(words)
    value = getattr(version, item.name)
    if isinstance(value, date):
        return value
    code = "" if value is None else str(value)
    table = register_layout().by_name[item.name].codes
    if not table or not code:
        return code
    return base.code_names(table, day=version.valid_from).get(code, code)
