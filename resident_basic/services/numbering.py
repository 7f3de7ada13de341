"""
Residents handed to 団体内統合宛名 (032-000) for their number, as its own 利用申請 allows.

While it has none in force nobody is handed on: they wait (付番待ち), and their 指紋 is blanked, so that
the next file that holds them is read for them again, with the 個人番号 that this app never keeps.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from django.db import connection

from integrated_address import services as addressees
from resident_basic import selectors
from resident_basic.rules.applications import API
from resident_basic.rules.items import INDIVIDUAL_NUMBER, NUMBERING_ITEMS, REGISTER
from resident_basic.services.permits import INFORMATION, why_not
from sapporo_base import selectors as base
from sapporo_base import services as base_services
from sapporo_base.acts import Act
from sapporo_base.bulk import Staging

RECEIVER: Final = "032-000"
UNNUMBERED: Final = (
    "{people:,}人を付番していません(付番待ち)。団体内統合宛名(032-000)の利用申請が有効でないためです。"
    "承認の後、同じファイルを再度受領すると付番されます。"
)
# Column → (what must be approved for it, SQL of the staged texts, what stands there without).
_HANDED_ON: Final = {
    "digest": (
        (INDIVIDUAL_NUMBER,),
        "s.digest",
        "NULL::bytea",
    ),
    "ciphertext": (
        (INDIVIDUAL_NUMBER,),
        "s.ciphertext",
        "NULL::bytea",
    ),
    "name": (("name",), "s.name", "''"),
    "name_kana": (("name_kana",), "s.name_kana", "''"),
    "birth_on": (
        ("born_on",),
        "nullif(s.born_on, '-infinity')",
        "NULL::date",
    ),
    "birth_text": (("born_on",), "s.born_on_text", "''"),
    "sex": (("sex",), "s.sex", "''"),
    "residential_address": (
        ("prefecture", "municipality", "town", "block", "building"),
        "s.prefecture || s.municipality || s.town || s.block"
        " || CASE WHEN s.building = '' THEN '' ELSE '　' || s.building END",
        "''",
    ),
    "resident_state": (("resident_status",), "s.resident_status", "''"),
    "kana_key": (("name_kana",), "s.kana_key", "''"),
    # The key of the 氏名 alone; of the other names nothing is handed on.
    "name_key": (("name",), "s.written_key", "''"),
}
# A view, not a table: the list is copied once, by who numbers. Two joins, so that of each the few or narrow
# rows are hashed: of their union the planner knows nothing, and hashes the whole list instead.
_HAND_ON: Final = """
CREATE TEMPORARY VIEW resident_newcomer AS
{placed}
UNION ALL
{same}
"""
_HANDED: Final = """
SELECT s.resident_number AS business_number, {values},
       NULL::varchar AS resident_number, NULL::date AS valid_from
FROM {{staging}} s JOIN ({latest}) latest ON latest.row_number = s.row_number
"""
_PLACED: Final = """
    SELECT row_number FROM resident_placed WHERE row_number IS NOT NULL AND is_latest
"""
_SAME: Final = """
    SELECT c.row_number FROM resident_candidate c
    JOIN resident_basic_residentversion v ON v.id = c.known_id AND v.is_latest WHERE c.is_same
"""
_LATEST: Final = f"{_PLACED} UNION ALL {_SAME}"
_WAIT: Final = """
INSERT INTO resident_basic_waitingnumbering (resident_number, reason, waiting_since)
SELECT s.resident_number, %(reason)s, %(at)s::timestamptz
FROM {{staging}} s JOIN ({latest}) latest ON latest.row_number = s.row_number
ON CONFLICT (resident_number) DO UPDATE SET reason = excluded.reason
"""
_READ_AGAIN: Final = """
UPDATE resident_basic_residentversion v SET fingerprint = ''
FROM {{staging}} s JOIN ({latest}) latest ON latest.row_number = s.row_number
WHERE v.resident_number = s.resident_number AND v.is_latest
"""
_WAITED: Final = """
DELETE FROM resident_basic_waitingnumbering w USING {staging} n
WHERE w.resident_number = n.business_number RETURNING w.resident_number
"""


class Numbering(NamedTuple):
    """
    How many a merge had numbered, how many it could not and wait (付番待ち), and who had waited until
    now: whatever was told to 団体内統合宛名 meanwhile must be told again.
    """

    numbered: int = 0
    unnumbered: int = 0
    waited: Sequence[str] = ()


def number_residents(staging: Staging, act: Act) -> Numbering:
    """
    Have everyone numbered whom a merge made new or changed, and the 符号 of the new requested.

    Part of the merge: reads its temporary tables, in its transaction.
    """
    system = base.system(RECEIVER)
    approval = selectors.approved_items(system=system, day=act.day, form=API)
    if not approval.disclosed:
        reason = why_not(system=system, act=act).message[:100]
        waiting = staging.execute(_WAIT.format(latest=_LATEST), reason=reason, at=act.at)
        if waiting:
            staging.execute(_READ_AGAIN.format(latest=_LATEST))
        return Numbering(unnumbered=waiting)
    given = approval.whole | ({INDIVIDUAL_NUMBER} if approval.individual_number else set())
    values = {
        column: value if given.issuperset(needs) else nothing
        for column, (needs, value, nothing) in _HANDED_ON.items()
    }
    handed_on = int(staging.select(f"SELECT count(*) FROM ({_LATEST}) latest")[0][0])
    named = ", ".join(f"{value} AS {column}" for column, value in values.items())
    staging.execute(
        _HAND_ON.format(
            placed=_HANDED.format(values=named, latest=_PLACED),
            same=_HANDED.format(values=named, latest=_SAME),
        )
    )
    newcomers = Staging("resident_newcomer")
    counts = addressees.number_newcomers(
        staging=newcomers,
        system=base.system(REGISTER),
        act=act,
        people=handed_on,
        request_codes=True,
        fill=False,
    )
    waited = _those_who_waited(newcomers)
    newcomers.execute("DROP VIEW {staging}")
    base_services.record_linkage(
        act.for_purpose(procedure=approval.procedure, legal_basis=approval.legal_basis),
        "residents_handed_on",
        items=given & {*NUMBERING_ITEMS, INDIVIDUAL_NUMBER},
        receiver_code=system.code,
        information=INFORMATION,
        subject_count=handed_on,
        opened_individual_number=False,
    )
    addressees.request_linkage_codes(act=act)
    return Numbering(counts.numbered, waited=waited)


def _those_who_waited(newcomers: Staging) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM resident_basic_waitingnumbering)")
        if not cursor.fetchone()[0]:
            return []
    return [number for (number,) in newcomers.select(_WAITED)]
