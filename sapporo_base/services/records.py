"""情報連携記録: written once, in the transaction of what they record."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from sapporo_base.acts import Act
from sapporo_base.bulk import Staging
from sapporo_base.logs import without_individual_numbers
from sapporo_base.models import LegalBasis, LinkageRecord, LinkageRecordSubject
from sapporo_base.rows import beside_the_transaction, prepared_rows

Subject = tuple[str, str]
"""Kind of number (`LinkageRecordSubject.Kind`) and the number, never a 個人番号."""


class Said(TypedDict, total=False):
    """What an act says of itself beside who, when and by which door (`LinkageRecord`)."""

    items: Iterable[str]
    withheld: Iterable[str]
    result: str
    detail: str
    receiver_code: str
    legal_basis: LegalBasis | None
    information: str
    information_code: str
    inquirer: str
    provider: str
    requested_at: datetime | None
    provided_at: datetime | None
    not_disclosed: bool
    opened_individual_number: bool
    subject_count: int
    feed: str
    feed_after: int | None
    feed_until: int | None


# Every look writes one: a record and its people in one statement, whole or not at all by itself.
_WRITTEN = [field for field in LinkageRecord._meta.concrete_fields if not field.primary_key]
_COLUMNS = ", ".join(str(field.column) for field in _WRITTEN)
_VALUES = ", ".join(f"%(record_{field.attname})s" for field in _WRITTEN)
_WRITE = f"""
WITH written AS (
    INSERT INTO sapporo_base_linkagerecord ({_COLUMNS}) VALUES ({_VALUES}) RETURNING id
), named AS (
    INSERT INTO sapporo_base_linkagerecordsubject (record_id, at, number_kind, number)
    SELECT written.id, %(record_at)s, person.kind, person.number
    FROM written, unnest(%(kinds)s::varchar[], %(numbers)s::varchar[]) AS person (kind, number)
)
SELECT id FROM written
"""
_WRITE_WHAT_IS_TOLD = f"""
WITH told AS ({{question}}), written AS (
    INSERT INTO sapporo_base_linkagerecord ({_COLUMNS})
    SELECT {_VALUES.replace("%(record_subject_count)s", "(SELECT count(*) FROM told)")}
    WHERE %(even_of_nobody)s OR EXISTS (SELECT FROM told)
    RETURNING id
), named AS (
    INSERT INTO sapporo_base_linkagerecordsubject (record_id, at, number_kind, number)
    SELECT written.id, %(record_at)s, %(number_kind)s, told.number FROM written, told
)
SELECT * FROM told
"""


def record_linkage(
    act: Act, kind: str, *, subjects: Sequence[Subject] = (), **said: Unpack[Said]
) -> LinkageRecord:
    """
    Write one 情報連携記録 (番号法第23条) with the people it is about.

    A bulk delivery is one record with its feed range (`feed`, `feed_after` exclusive, `feed_until`
    inclusive) and `subject_count`; its people are found through the feed.
    """
    return _write(_record(act, kind, said), subjects, said)


def _write(
    record: LinkageRecord,
    subjects: Sequence[Subject],
    said: Said,
    through: BaseDatabaseWrapper | None = None,
) -> LinkageRecord:
    record.subject_count = said.get("subject_count", len(subjects))
    people = {"kinds": [one for one, _ in subjects], "numbers": [number for _, number in subjects]}
    ((record.pk,),) = prepared_rows(_WRITE, {**_values(record), **people}, through)
    record._state.adding = False
    return record


def read_recorded(
    act: Act,
    kind: str,
    *,
    question: str,
    values: Mapping[str, Any],
    number_kind: str = LinkageRecordSubject.Kind.INTEGRATED,
    even_of_nobody: bool = True,
    **said: Unpack[Said],
) -> list[tuple[Any, ...]]:
    """
    Answer a question in SQL and write the record of the answer, in one statement.

    So no answer leaves the database without its record, and a look costs one round trip.

    :param question: the SQL, whose column `number` is the person's number of `number_kind`; it may
    also be an INSERT that returns it. :param values: of the question.
    :param even_of_nobody: write the record also where there is no row.
    """
    more = {"even_of_nobody": even_of_nobody, "number_kind": number_kind}
    return prepared_rows(
        _WRITE_WHAT_IS_TOLD.format(question=question),
        {**values, **_values(_record(act, kind, said)), **more},
    )


def _values(record: LinkageRecord) -> dict[str, Any]:
    return {f"record_{field.attname}": getattr(record, field.attname) for field in _WRITTEN}


def _record(act: Act, kind: str, said: Said) -> LinkageRecord:
    basis = said.get("legal_basis") or act.legal_basis
    standing = {
        "procedure": act.procedure or (basis.procedure if basis else ""),
        "legal_basis": str(basis) if basis else "",
        "legal_basis_code": basis.code if basis else "",
        "information": said.get("information") or (basis.information if basis else ""),
        "information_code": said.get("information_code")
        or (basis.information_code if basis else ""),
        "detail": said.get("detail", "")[:300],
        "items": sorted(said.get("items", ())),
        "withheld": sorted(said.get("withheld", ())),
    }
    return LinkageRecord(
        **{
            **said,
            **standing,
        },
        at=act.at,
        kind=kind,
        path=act.path,
        staff_number=act.staff.staff_number if act.staff else "",
        staff_name=act.staff.name if act.staff else "",
        system_code=act.system.code if act.system else "",
        on_behalf_of=act.on_behalf_of[:40],
        reason=without_individual_numbers(act.reason)[:300],
        terminal=act.terminal[:60],
        correlation_id=act.correlation_id,
    )


def record_refusal(
    act: Act, kind: str, *, subjects: Sequence[Subject] = (), **said: Unpack[Said]
) -> LinkageRecord:
    """
    Write the record of a refusal, which outlives the refused act and every transaction around it.
    """
    said["result"] = LinkageRecord.Result.REFUSED
    with beside_the_transaction() as line:
        return _write(_record(act, kind, said), subjects, said, line)


def record_subjects_from(
    record: LinkageRecord, staging: Staging, *, number_kind: str, column: str
) -> int:
    """Add the people of a staging table's column to a record; return how many."""
    quoted = connection.ops.quote_name(column)
    return staging.execute(
        "INSERT INTO sapporo_base_linkagerecordsubject (record_id, at, number_kind, number)"
        f" SELECT %(record)s, %(at)s, %(kind)s, {quoted} FROM {{staging}}"
        f" WHERE {quoted} IS NOT NULL",
        record=record.pk,
        at=record.at,
        kind=number_kind,
    )


@transaction.atomic
def prepare_partitions(*, day: date, months_ahead: int = 6) -> list[str]:
    """
    Make the monthly partitions of the records that will be needed; return the new ones' names.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sapporo_base_prepare_partitions(%s, %s) AS name",
            [day, months_ahead],
        )
        return [name for (name,) in cursor.fetchall()]
