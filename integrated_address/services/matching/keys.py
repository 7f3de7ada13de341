"""照合キー: made of the 基本4情報 behind the intake, and made anew where these have changed."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from django.db import connection, transaction

from integrated_address.rules.matching import (
    MOST_RESIDENCES,
    given_name_key,
    residence_key,
    town_key,
    whole_name_key,
)
from sapporo_base.bulk import Progress, temporary_staging
from sapporo_base.rows import prepared_rows

PARCEL = 5_000
_LONGEST = 100
"""Beyond this a name is not compared; `levenshtein` takes no more than 255."""
_COLUMNS = {
    "addressee_id": "varchar(15)",
    "basics": "bigint",
    "name": "text",
    "kana": "text",
    "given": "text",
    "birth": "text",
    "sex": "text",
    "residence": "text",
    "town": "text",
    "residences": "text[]",
    "has_number": "boolean",
}
_SOURCE = """
SELECT b.addressee_id, b.id, b.name, b.name_kana, b.kana_key, b.birth_on, b.sex,
    b.residential_address,
    ARRAY(
        SELECT DISTINCT past.residential_address FROM integrated_address_basicitems past
        WHERE past.addressee_id = b.addressee_id AND past.residential_address <> ''
          AND past.valid_until IS NOT NULL AND past.superseded_at IS NULL
        LIMIT {most}
    ),
    EXISTS (
        SELECT FROM integrated_address_individualnumber i
        WHERE i.addressee_id = b.addressee_id
          AND i.valid_until IS NULL AND i.superseded_at IS NULL
    )
FROM integrated_address_basicitems b
JOIN integrated_address_integratedaddressee a ON a.integrated_number = b.addressee_id
    AND a.state = 'active'
{which}
"""
_OF_PEOPLE = """
WHERE b.addressee_id = ANY(%(people)s::varchar[]) AND b.valid_until IS NULL AND b.superseded_at IS NULL
"""
# By the number, so that a parcel begins where the last one ended.
_STALE = """
LEFT JOIN integrated_address_matchkey k ON k.addressee_id = b.addressee_id
WHERE b.valid_until IS NULL AND b.superseded_at IS NULL AND b.addressee_id > %(after)s
  AND (k.basics IS DISTINCT FROM b.id OR k.has_number IS DISTINCT FROM EXISTS (
      SELECT FROM integrated_address_individualnumber i
      WHERE i.addressee_id = b.addressee_id
        AND i.valid_until IS NULL AND i.superseded_at IS NULL
  ))
ORDER BY b.addressee_id LIMIT %(parcel)s
"""
_NAMES = ", ".join(_COLUMNS)
_ON_CONFLICT = (
    "ON CONFLICT (addressee_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name != "addressee_id")
    + " WHERE (integrated_address_matchkey.*) IS DISTINCT FROM (excluded.*)"
)
_WRITE = f"""
INSERT INTO integrated_address_matchkey ({_NAMES}) SELECT {_NAMES} FROM {{staging}} {_ON_CONFLICT}
"""
_WRITE_ONE = f"""
INSERT INTO integrated_address_matchkey ({_NAMES})
VALUES ({", ".join(f"%s::{kind}" for kind in _COLUMNS.values())}) {_ON_CONFLICT} RETURNING 1
"""
_FEW = 10
_GONE = """
DELETE FROM integrated_address_matchkey k USING integrated_address_integratedaddressee a
WHERE a.integrated_number = k.addressee_id AND a.state <> 'active'
"""


def refresh_keys(integrated_numbers: Collection[str]) -> None:
    """Make the keys of these people anew; who is not in use any more loses theirs."""
    people = list(integrated_numbers)
    question = _SOURCE.format(most=MOST_RESIDENCES, which=_OF_PEOPLE)
    rows = prepared_rows(question, {"people": people})
    if len(rows) < len(people):
        with connection.cursor() as cursor:
            cursor.execute(f"{_GONE} AND k.addressee_id = ANY(%s)", [people])
    if len(rows) > _FEW:
        _write(_made(rows))
        return
    for made in _made(rows):
        prepared_rows(_WRITE_ONE, made)


def make_keys(progress: Progress | None = None) -> None:
    """
    Make all keys that are missing or older than the 基本4情報, parcel by parcel, each kept when made.
    """
    if progress:
        progress.begin("照合キーの作成")
    after: str | None = ""
    with connection.cursor() as cursor:
        cursor.execute(_GONE)
    while after is not None:
        with transaction.atomic():
            made, after = _make_parcel(after)
        if progress:
            progress.advance(made)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE integrated_address_matchkey")


def _make_parcel(after: str) -> tuple[int, str | None]:
    question = _SOURCE.format(most=MOST_RESIDENCES, which=_STALE)
    with connection.cursor() as cursor:
        cursor.execute(question, {"after": after, "parcel": PARCEL})
        rows = cursor.fetchall()
    _write(_made(rows))
    return len(rows), rows[-1][0] if rows else None


def _made(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for number, basics, name, name_kana, kana, birth_on, sex, place, past, has_number in rows:
        residence = residence_key(place)
        residences = sorted({key for key in (residence, *map(residence_key, past)) if key})
        yield (
            number,
            basics,
            whole_name_key(name)[:_LONGEST],
            kana[:_LONGEST],
            given_name_key(name_kana)[:_LONGEST],
            birth_key(birth_on),
            sex if sex in {"1", "2"} else "",
            residence,
            town_key(residence),
            residences,
            has_number,
        )


def birth_key(birth_on: date | None) -> str:
    """Return a birth date as eight digits; empty where it is 不詳."""
    return birth_on.strftime("%Y%m%d") if birth_on else ""


def _write(rows: Iterable[tuple[Any, ...]]) -> None:
    with temporary_staging("integrated_match_keys", _COLUMNS) as staging:
        staging.copy(list(_COLUMNS), rows)
        staging.execute(_WRITE)
