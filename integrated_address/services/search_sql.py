"""
The questions of a search. Their text depends on what is asked by, never on a value: each stays prepared.

A fact that holds now is in a partial index of open rows, one that ended or was superseded in others: so
"as of" and "known at" ask each of the three, and none of them is a scan.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

_OPEN: Final = "valid_until IS NULL AND superseded_at IS NULL"
_CLOSED: Final = "valid_until IS NOT NULL AND superseded_at IS NULL"
_SUPERSEDED: Final = "superseded_at IS NOT NULL"
_HELD: Final = (
    "valid_from <= %(day)s::date AND (valid_until IS NULL OR valid_until > %(day)s::date)"
)
_WAS_KNOWN: Final = (
    "recorded_at <= %(known)s::timestamptz"
    " AND (superseded_at IS NULL OR superseded_at > %(known)s::timestamptz)"
)


def in_time(as_of: date | None, known_at: datetime | None) -> tuple[str, ...]:
    """Return the conditions under which a fact held on a day, as known at a time: one for each index."""
    if as_of is None and known_at is None:
        return (_OPEN,)
    held = [_HELD] if as_of else []
    if known_at is None:
        return tuple(" AND ".join([rows, *held]) for rows in (_OPEN, _CLOSED))
    if as_of is None:
        # Open as it was known then: its end was not known yet.
        held = ["valid_until IS NULL"]
    return tuple(" AND ".join([rows, *held, _WAS_KNOWN]) for rows in (_OPEN, _CLOSED, _SUPERSEDED))


def _of_each(select: str, when: tuple[str, ...]) -> str:
    return " UNION ALL ".join(f"{select} AND {condition}" for condition in when)


def by_business_number(when: tuple[str, ...]) -> str:
    """Return who is behind business numbers."""
    return _of_each(
        "SELECT addressee_id, number AS asked FROM integrated_address_businessnumber"
        " WHERE system_id = %(owner)s AND number = ANY(%(numbers)s)",
        when,
    )


def by_individual_number(when: tuple[str, ...]) -> str:
    """Return who has, or had, a 個人番号."""
    return (
        _of_each(
            "SELECT addressee_id, '' AS asked FROM integrated_address_individualnumber"
            " WHERE digest = %(digest)s",
            when,
        )
        + " UNION "
        + _of_each(
            "SELECT addressee_id, '' AS asked FROM integrated_address_individualnumber"
            " WHERE second_digest = %(digest)s",
            when,
        )
    )


BY_INTEGRATED_NUMBER: Final = """
SELECT integrated_number AS addressee_id, '' AS asked
FROM integrated_address_integratedaddressee
WHERE integrated_number = integrated_address_present_number(%(number)s) AND state = 'active'
"""
BY_LIST: Final = """
SELECT unnest(%(integrated_numbers)s::varchar[]) AS addressee_id, '' AS asked
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """By which of the 基本4情報 somebody is asked for."""

    by_name: bool
    by_kana: bool
    by_birth: bool
    by_sex: bool
    with_past: bool


def by_items(asked: Asked) -> str:
    """
    Return who bears, or bore, a name, a birth date and a sex; the column `residential_address` too.

    Keys are compared, so width, 清濁, small kana, long marks and spaces make no difference in kana, nor
    異体字 in written names. `protected` says whether people under 支援措置 are wanted, or all others.
    """
    conditions = [
        *(["b.name_key = ANY(%(name_keys)s::text[])"] if asked.by_name else []),
        *(["b.kana_key = ANY(%(kana_keys)s::varchar[])"] if asked.by_kana else []),
        *(["b.birth_on = %(birth_on)s::date"] if asked.by_birth else []),
        *(["b.sex = %(sex)s"] if asked.by_sex else []),
    ]
    rows = (_OPEN, _CLOSED) if asked.with_past else (_OPEN,)
    select = (
        "SELECT b.addressee_id, '' AS asked, b.residential_address"
        " FROM integrated_address_basicitems b"
        " JOIN integrated_address_integratedaddressee a ON a.integrated_number = b.addressee_id"
        f" WHERE a.under_support = %(protected)s AND a.state = 'active'"
        f" AND {' AND '.join(conditions)}"
    )
    return _of_each(select, rows)


def people(question: str, *, own: tuple[str, ...]) -> str:
    """
    Return the people of a question: who it is, the asker's own numbers of them (the newest first), their
    符号取得状況, and whether there are more.
    """
    numbers = _of_each(
        "SELECT number, valid_from, id FROM integrated_address_businessnumber"
        " WHERE addressee_id = found.addressee_id AND system_id = %(system)s",
        own,
    )
    return f"""
SELECT found.addressee_id AS number, found.asked, own.numbers, code.state,
    found.people > %(most)s
FROM (
    SELECT addressee_id, asked, count(*) OVER () AS people
    FROM (
        SELECT DISTINCT addressee_id, asked FROM ({question}) named
        ORDER BY addressee_id LIMIT %(most)s + 1
    ) matching
    LIMIT %(most)s
) found
LEFT JOIN LATERAL (
    SELECT array_agg(number ORDER BY valid_from DESC, id DESC) AS numbers FROM ({numbers}) n
) own ON true
LEFT JOIN integrated_address_linkagecodestatus code ON code.addressee_id = found.addressee_id
WHERE %(holds_integrated_number)s OR own.numbers IS NOT NULL
"""
