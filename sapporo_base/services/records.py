"""情報連携記録: written once, in the transaction of what they record."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from sapporo_base.acts import Act
from sapporo_base.bulk import Staging
from sapporo_base.models import LegalBasis, LinkageRecord

Subject = tuple[str, str]
"""Kind of number (`LinkageRecordSubject.Kind`) and the number, never a 個人番号."""

# Every look writes one: a record and its people in one statement, without the ORM's detours.
_WRITTEN = [field for field in LinkageRecord._meta.concrete_fields if not field.primary_key]
_WRITE = f"""
WITH written AS (
    INSERT INTO sapporo_base_linkagerecord ({", ".join(str(field.column) for field in _WRITTEN)})
    VALUES ({", ".join(["%s"] * len(_WRITTEN))})
    RETURNING id
), named AS (
    INSERT INTO sapporo_base_linkagerecordsubject (record_id, at, number_kind, number)
    SELECT written.id, %s, person.kind, person.number
    FROM written, unnest(%s::varchar[], %s::varchar[]) AS person (kind, number)
)
SELECT id FROM written
"""


@transaction.atomic
def record_linkage(
    act: Act,
    kind: str,
    *,
    subjects: Sequence[Subject] = (),
    items: Iterable[str] = (),
    withheld: Iterable[str] = (),
    result: str = LinkageRecord.Result.DONE,
    detail: str = "",
    receiver_code: str = "",
    legal_basis: LegalBasis | None = None,
    information: str = "",
    information_code: str = "",
    inquirer: str = "",
    provider: str = "",
    requested_at: datetime | None = None,
    provided_at: datetime | None = None,
    not_disclosed: bool = False,
    opened_individual_number: bool = False,
    subject_count: int | None = None,
    feed: str = "",
    feed_after: int | None = None,
    feed_until: int | None = None,
) -> LinkageRecord:
    """
    Write one 情報連携記録 (番号法第23条) with the people it is about.

    A bulk delivery is one record with its feed range (`feed`, `feed_after` exclusive, `feed_until`
    inclusive) and `subject_count`; its people are found through the feed.
    """
    basis = legal_basis or act.legal_basis
    record = LinkageRecord(
        at=act.at,
        kind=kind,
        path=act.path,
        result=result,
        detail=detail[:300],
        staff_number=act.staff.staff_number if act.staff else "",
        staff_name=act.staff.name if act.staff else "",
        system_code=act.system.code if act.system else "",
        receiver_code=receiver_code,
        on_behalf_of=act.on_behalf_of[:40],
        procedure=act.procedure or (basis.procedure if basis else ""),
        legal_basis=str(basis) if basis else "",
        legal_basis_code=basis.code if basis else "",
        reason=act.reason[:300],
        information=information or (basis.information if basis else ""),
        information_code=information_code or (basis.information_code if basis else ""),
        items=sorted(items),
        withheld=sorted(withheld),
        inquirer=inquirer,
        provider=provider,
        requested_at=requested_at,
        provided_at=provided_at,
        not_disclosed=not_disclosed,
        opened_individual_number=opened_individual_number,
        subject_count=len(subjects) if subject_count is None else subject_count,
        feed=feed,
        feed_after=feed_after,
        feed_until=feed_until,
        terminal=act.terminal[:60],
        correlation_id=act.correlation_id,
    )
    values = [getattr(record, field.attname) for field in _WRITTEN]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [*values, record.at, [one for one, _ in subjects], [number for _, number in subjects]],
        )
        record.pk = cursor.fetchone()[0]
    record._state.adding = False
    return record


def record_refusal(act: Act, kind: str, *, detail: str, **fields: Any) -> LinkageRecord:
    """
    Write the record of a refusal, in a transaction of its own so that it outlives the refused act.
    """
    return record_linkage(act, kind, result=LinkageRecord.Result.REFUSED, detail=detail, **fields)


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
