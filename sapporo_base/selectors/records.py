"""Questions to the 情報連携記録."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import connection
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from sapporo_base.acts import JAPAN
from sapporo_base.models import LinkageRecord, LinkageRecordSubject, RecordLeaf, RecordSeal
from sapporo_base.rules.dates import NotADate, parse_date


@dataclass(frozen=True, slots=True)
class SealState:
    """How far sealing has come: records sealed, waiting, and since when the oldest waits."""

    sealed: int
    waiting: int
    oldest_waiting_at: datetime | None
    last_sealed_at: datetime | None


def records_about(subjects: Sequence[tuple[str, str]]) -> QuerySet[LinkageRecord]:
    """
    Return the records about a person, given all their numbers as (kind, number); newest first.
    """
    wanted = Q(pk__in=[])
    for kind, number in subjects:
        wanted |= Q(number_kind=kind, number=number)
    named = LinkageRecordSubject.objects.filter(wanted, record_id=OuterRef("pk"), at=OuterRef("at"))
    return LinkageRecord.objects.filter(Exists(named)).order_by("-at", "-pk")


def records_before(
    records: QuerySet[LinkageRecord], last: LinkageRecord
) -> QuerySet[LinkageRecord]:
    """Return those of the records, newest first, that come after the last of a page."""
    return records.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))


def records_over(feed: str, receipts: Sequence[int]) -> QuerySet[LinkageRecord]:
    """
    Return the records of bulk deliveries whose stretch of a feed holds one of these receipts.

    :param feed: name of the feed's table, as `Feed.table`.
    """
    places = ", ".join(f"[{receipt},{receipt}]" for receipt in sorted(set(receipts)))
    touching = RawSQL(
        "int8range(feed_after, feed_until, '(]') && %s::int8multirange",
        [f"{{{places}}}"],
        output_field=BooleanField(),
    )
    # `feed <> ''` is the condition of the index over the ranges.
    return LinkageRecord.objects.filter(touching, feed=feed).exclude(feed="").order_by("-at", "-pk")


def records_of_trip(correlation_id: uuid.UUID) -> QuerySet[LinkageRecord]:
    """Return the records of one trip through the systems, in order."""
    return LinkageRecord.objects.filter(correlation_id=correlation_id).order_by("at", "pk")


def seal_state() -> SealState:
    """Return how far sealing has come."""
    last = RecordSeal.objects.order_by("-number").first()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(r.at) FROM sapporo_base_linkagerecord r"
            " WHERE r.at >= coalesce((SELECT max(at) FROM sapporo_base_recordleaf), '-infinity')"
            " - interval '1 day' AND NOT EXISTS"
            " (SELECT FROM sapporo_base_recordleaf l WHERE l.record_id = r.id)"
        )
        waiting, oldest = cursor.fetchone()
    return SealState(
        sealed=RecordLeaf.objects.count(),
        waiting=waiting,
        oldest_waiting_at=oldest,
        last_sealed_at=last.sealed_at if last else None,
    )


def records_matching(records: QuerySet[LinkageRecord], term: str) -> QuerySet[LinkageRecord]:
    """Narrow records to a person's number, a 職員番号, a system code, a correlation id or a day."""
    try:
        return records.filter(correlation_id=uuid.UUID(term))
    except ValueError:
        pass
    try:
        day = parse_date(term)
    except NotADate:
        pass
    else:
        begin = datetime.combine(day, time.min, JAPAN)
        return records.filter(at__gte=begin, at__lt=begin + timedelta(days=1))
    named = LinkageRecordSubject.objects.filter(
        number=term, record_id=OuterRef("pk"), at=OuterRef("at")
    )
    return records.filter(
        Q(staff_number=term) | Q(system_code=term) | Q(receiver_code=term) | Exists(named)
    )
