"""Who the 社会保障 systems serve, set-based: those known get their number, the others a new one."""

from typing import Final

from django.db import transaction

from integrated_address import selectors as integrated_selectors
from integrated_address import services as integrated_address
from integrated_address.services.numbering import ASKED, STAGED
from sapporo_base import selectors as base_selectors
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.bulk import Staging, temporary_staging
from sapporo_base.models import BusinessSystem
from social_address import selectors
from social_address.services.newcomers import Newcomer, create_addressee, next_numbers

SUBJECT_COLUMNS: Final = {
    "resident_number": "text",
    "digest": "bytea",
    "ciphertext": "bytea",
    "name": "text",
    "name_kana": "text",
    "birth_on": "date",
    "sex": "text",
    "municipality_code": "text",
    "residential_address": "text",
    "postal_code": "text",
    "addressee_number": "text",
    "problem": "text",
    "integrated_number": "varchar(15)",
    "line": "bigint GENERATED ALWAYS AS IDENTITY",
}

READ: Final = [name for name in SUBJECT_COLUMNS if name != "line"][:10]
_KNOWN_RESIDENT: Final = """
UPDATE {staging} s SET addressee_number = a.addressee_number
FROM social_address_socialaddressee a
WHERE s.addressee_number IS NULL AND a.addressee_number = s.resident_number
"""
_UNKNOWN_RESIDENT: Final = """
UPDATE {staging} SET problem = '個人基本に該当する宛名番号がない。'
WHERE addressee_number IS NULL AND resident_number IS NOT NULL
"""
_NUMBER_OF_PERSON: Final = """
UPDATE {staging} s SET addressee_number = s.number_found
FROM social_address_socialaddressee a
WHERE s.addressee_number IS NULL AND a.addressee_number = s.number_found
"""
_ALIKE: Final = """
UPDATE {staging} s SET addressee_number = found.number
FROM (
    SELECT c.line, min(a.addressee_number) AS number
    FROM {staging} c
    JOIN social_address_addresseeversion v ON v.is_latest AND v.source = 'registered'
        AND v.name = c.name AND v.born_on = c.birth_on AND v.sex = coalesce(c.sex, '')
    JOIN social_address_socialaddressee a ON a.id = v.addressee_id
    WHERE c.addressee_number IS NULL AND c.problem IS NULL AND c.digest IS NULL
    GROUP BY c.line HAVING count(*) = 1
) found WHERE found.line = s.line
"""
_TOO_LITTLE: Final = """
UPDATE {staging} SET problem = '氏名または生年月日がなく、本人を特定できない。'
WHERE addressee_number IS NULL AND problem IS NULL AND digest IS NULL
    AND (coalesce(name, '') = '' OR birth_on IS NULL)
"""
_WITHOUT_NAME: Final = """
UPDATE {staging} SET problem = '個人番号に該当する者がなく、氏名がないため登録できない。'
WHERE addressee_number IS NULL AND problem IS NULL AND coalesce(name, '') = ''
"""


@transaction.atomic
def register_subjects(*, staging: Staging, system: BusinessSystem, act: Act) -> dict[str, int]:
    """
    Register everyone in `staging` as served by a system, and link the numbers (function 4).

    Columns as in `SUBJECT_COLUMNS` up to postal_code; `addressee_number` is filled, or `problem`
    with the reason in Japanese. Who has a 住民宛名番号 or a known 個人番号 is found; anyone else with
    a name becomes 住登外者 with a number of the reserved range. Registering again changes nothing.
    """
    names = ", ".join(READ)
    columns = {**SUBJECT_COLUMNS, "number_found": "text", "place": "tid"}
    with temporary_staging("social_address_subjects", columns) as work:
        with_place = staging.filled("{staging}")
        work.execute(
            f"INSERT INTO {{staging}} ({names}, place) SELECT {', '.join(_cast(n) for n in READ)},"
            f" ctid FROM {with_place} WHERE addressee_number IS NULL"
        )
        work.execute(_KNOWN_RESIDENT)
        work.execute(_UNKNOWN_RESIDENT)
        integrated_selectors.fill_integrated_numbers_by_digest(work)
        for code in (selectors.RESIDENT_REGISTER, selectors.OWN_SYSTEM):
            integrated_selectors.fill_business_numbers(
                work, base_selectors.system(code), "integrated_number", "number_found"
            )
            work.execute(_NUMBER_OF_PERSON)
        work.execute(_TOO_LITTLE)
        work.execute(_WITHOUT_NAME)
        work.execute(_ALIKE)
        created = _register_newcomers(work, system, act)
        counts = _link(work, system, act)
        staging.execute(
            "UPDATE {staging} s SET addressee_number = w.addressee_number, problem = w.problem"
            " FROM social_address_subjects w WHERE w.place = s.ctid"
        )
        record = base.record_linkage(
            act,
            "subjects_registered",
            receiver_code=system.code,
            subject_count=counts,
            items=["addressee_number"],
        )
        base.record_subjects_from(record, work, number_kind="social", column="addressee_number")
        return {
            "registered": counts,
            "created": created,
            "problems": work.count("problem IS NOT NULL"),
        }


def _cast(name: str) -> str:
    return f"nullif({name}, '')" if name in {"resident_number"} else name


def _register_newcomers(work: Staging, system: BusinessSystem, act: Act) -> int:
    """Make 住登外者 of those who are nobody yet; the same 個人番号, or the same person, only once."""
    rows = work.select(
        "SELECT array_agg(line), min(name), min(name_kana), min(birth_on), min(sex),"
        " min(municipality_code), min(residential_address), min(postal_code), digest,"
        " (array_agg(ciphertext))[1]"
        " FROM {staging} WHERE addressee_number IS NULL AND problem IS NULL"
        " GROUP BY digest, CASE WHEN digest IS NULL"
        " THEN name || chr(31) || birth_on::text || chr(31) || coalesce(sex, '') END"
    )
    if not rows:
        return 0
    own = base_selectors.system(selectors.OWN_SYSTEM)
    numbers = [*next_numbers(len(rows))]
    with temporary_staging("social_address_newcomers", STAGED) as newcomers:
        newcomers.copy(
            ASKED,
            (
                (
                    number,
                    row[8],
                    row[9],
                    row[1],
                    row[2] or "",
                    row[3],
                    "",
                    row[4] or "0",
                    row[6] or "",
                    "",
                )
                for number, row in zip(numbers, rows, strict=True)
            ),
        )
        integrated_address.number_newcomers(staging=newcomers, system=own, act=act)
        integrated = dict(
            newcomers.select(
                "SELECT business_number, integrated_number FROM {staging}"
                " WHERE integrated_number IS NOT NULL"
            )
        )
    for number, row in zip(numbers, rows, strict=True):
        addressee = create_addressee(
            Newcomer(
                name=row[1],
                name_kana=row[2] or "",
                born_on=row[3],
                sex=row[4] or "",
                municipality_code=row[5] or "",
                residential_address=row[6] or "",
                postal_code=row[7] or "",
            ),
            number,
            system,
            act,
        )
        addressee.integrated_number = integrated.get(number, "")
        addressee.save(update_fields=["integrated_number"])
        work.execute(
            "UPDATE {staging} SET addressee_number = %(number)s WHERE line = ANY(%(lines)s)",
            number=number,
            lines=row[0],
        )
    return len(rows)


def _link(work: Staging, system: BusinessSystem, act: Act) -> int:
    """Link the 宛名番号 as the system's number, note that it serves them; return how many people."""
    columns = {"number": "text", "integrated_number": "varchar(15)", "problem": "text"}
    with temporary_staging("social_address_links", columns) as links:
        links.execute(
            "INSERT INTO {staging} (number) SELECT DISTINCT addressee_number"
            " FROM social_address_subjects WHERE addressee_number IS NOT NULL"
        )
        count = links.count()
        for code in (selectors.OWN_SYSTEM, selectors.RESIDENT_REGISTER):
            integrated_selectors.fill_integrated_numbers(
                links, base_selectors.system(code), "number", "integrated_number"
            )
        links.execute("DELETE FROM {staging} WHERE integrated_number IS NULL")
        for served in (base_selectors.system(selectors.OWN_SYSTEM), system):
            integrated_address.link_numbers(
                staging=links,
                system=served,
                number_column="number",
                integrated_column="integrated_number",
                act=act,
            )
        links.execute(
            "UPDATE social_address_socialaddressee a SET integrated_number = l.integrated_number"
            " FROM {staging} l WHERE l.number = a.addressee_number AND a.kind = '1'"
            " AND a.integrated_number = ''"
        )
    work.execute(
        "INSERT INTO social_address_servicesubject (addressee_id, system_code, since)"
        " SELECT DISTINCT a.id, %(system)s::text, %(day)s::date FROM {staging} w"
        " JOIN social_address_socialaddressee a ON a.addressee_number = w.addressee_number"
        " ON CONFLICT DO NOTHING",
        system=system.code,
        day=act.day,
    )
    return count
