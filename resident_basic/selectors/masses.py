"""All residents at once, as a receiver may see them: rows for 全件 and for 照合, built in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from resident_basic.rules.items import INDIVIDUAL_NUMBER
from resident_basic.selectors.approvals import Approval
from resident_basic.selectors.disclosure import CHANGES, PROTECTION, columns_for

ENVELOPE_COLUMNS: Final = ("resident_number", "history_number", "is_suppressed")
_KNOWN: Final = (
    f"FROM resident_basic_residentversion v {PROTECTION}"
    " WHERE v.is_latest AND v.superseded_at IS NULL"
)
COUNT_LATEST: Final = "SELECT count(*) FROM resident_basic_residentversion v WHERE v.is_latest"

# Their list beside ours, number by number, within a stretch of 宛名番号. What changed after the
# receipt up to which they have read can't be equal yet.
_COMPARE: Final = """
WITH ours AS (
    SELECT r.resident_number AS number, {digest} AS digest FROM ({rows}
        AND v.resident_number > %(after)s AND v.resident_number <= %(until)s) r
), theirs AS (
    SELECT number, digest FROM unnest(%(numbers)s::text[], %(digests)s::text[]) t (number, digest)
), different AS (
    SELECT coalesce(ours.number, theirs.number) AS number,
        CASE WHEN ours.number IS NULL THEN 'superfluous'
             WHEN theirs.number IS NULL THEN 'missing'
             ELSE 'differs' END AS verdict
    FROM ours FULL JOIN theirs USING (number)
    WHERE ours.digest IS DISTINCT FROM theirs.digest
)
SELECT d.number, CASE WHEN EXISTS (
    SELECT FROM resident_basic_residentchange c
    LEFT JOIN {positions} p ON p.entry_id = c.id
    WHERE c.resident_number = d.number AND (p.position IS NULL OR p.position > %(receipt)s)
) THEN 'not_read_yet' ELSE d.verdict END
FROM different d ORDER BY d.number
"""
_LAST_OF_STRETCH: Final = """
SELECT max(number), count(*) FROM (
    SELECT v.resident_number AS number FROM resident_basic_residentversion v
    WHERE v.is_latest AND v.superseded_at IS NULL
      AND v.resident_number > %(after)s AND (%(until)s = '' OR v.resident_number <= %(until)s)
    ORDER BY v.resident_number LIMIT %(limit)s
) stretch
"""


@dataclass(frozen=True, slots=True)
class MassRows:
    """
    A query of one column of JSON, a line per resident, and what stands in it.

    `columns` are the names of the values of a line in their order; `hidden` those of them that
    支援措置 keeps back where `is_suppressed`.
    """

    columns: tuple[str, ...]
    hidden: tuple[str, ...]
    query: str


def snapshot_rows(approval: Approval) -> MassRows:
    """
    Return every known resident (最新) in the approved items: an array of texts, null for absent.

    Texts in an array and not objects: PostgreSQL builds them at the speed of COPY. Where 個人番号
    was approved its place stands first among the items and holds null.
    """
    columns = columns_for(approval)
    quoted = connection.ops.quote_name
    number = ["NULL"] if approval.individual_number else []
    values = ["r.resident_number", "r.history_number::text", "r.is_suppressed", *number]
    values += [f"r.{quoted(name)}::text" for name in columns.names]
    suppressed = "CASE WHEN m.id IS NULL THEN '0' ELSE '1' END" if columns.hidden else "'0'"
    return MassRows(
        columns=(
            *ENVELOPE_COLUMNS,
            *((INDIVIDUAL_NUMBER,) if approval.individual_number else ()),
            *columns.names,
        ),
        hidden=tuple(sorted(columns.hidden)),
        query=f"SELECT array_to_json(ARRAY[{', '.join(values)}]::text[]) FROM (SELECT"
        f" v.resident_number, v.history_number, {suppressed} AS is_suppressed{columns.sql} {_KNOWN}"
        ") r",
    )


def hash_rows(approval: Approval) -> MassRows:
    """Return every known resident's 宛名番号 with the hash of the approved items."""
    columns = columns_for(approval)
    return MassRows(
        columns=columns.names,
        hidden=tuple(sorted(columns.hidden)),
        query=f"SELECT array_to_json(ARRAY[r.resident_number, {_digest(columns.names)}])"
        f" FROM (SELECT v.resident_number{columns.sql} {_KNOWN}) r",
    )


def _digest(names: Sequence[str]) -> str:
    """
    Return the SQL of the hash: SHA-256 of the JSON array of 宛名番号 and the values as texts.

    PostgreSQL writes a JSON array of texts as RFC 8785 does; NULL counts as an empty text, for
    there are stores that do not tell the two apart.
    """
    quoted = connection.ops.quote_name
    texts = ", ".join(
        ["r.resident_number", *(f"coalesce(r.{quoted(name)}::text, '')" for name in names)]
    )
    return f"encode(sha256(convert_to(array_to_json(ARRAY[{texts}])::text, 'UTF8')), 'hex')"


def end_of_stretch(*, after: str, until: str, limit: int) -> tuple[str, int]:
    """
    Return up to which 宛名番号 `limit` residents after `after` reach, and how many there are.

    The number is "" where no resident is left. :param until: not beyond it; "" for no such bound.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LAST_OF_STRETCH, {"after": after, "until": until, "limit": limit})
        last, count = cursor.fetchone()
    return last or "", count


def differing_numbers(
    *,
    approval: Approval,
    digests: Sequence[tuple[str, str]],
    after: str,
    until: str,
    receipt: int,
) -> list[tuple[str, str]]:
    """
    Return (宛名番号, verdict) for everyone in (after, until] about whom the two lists differ.

    :param digests: (宛名番号, hash) of the consumer's copy, all within the stretch.
    :param receipt: up to where the consumer has read the feed; what changed later is `not_read_yet`,
    otherwise `differs`, `missing` (theirs lacks it) or `superfluous` (the register lacks it).
    """
    columns = columns_for(approval)
    with connection.cursor() as cursor:
        cursor.execute(
            _COMPARE.format(
                digest=_digest(columns.names),
                rows=f"SELECT v.resident_number{columns.sql} {_KNOWN}",
                positions=CHANGES.position_table,
            ),
            {
                "numbers": [number for number, _ in digests],
                "digests": [digest for _, digest in digests],
                "after": after,
                "until": until,
                "receipt": receipt,
            },
        )
        return list(cursor.fetchall())
