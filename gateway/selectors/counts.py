"""How many copies and messages: for boards and for the reconciliation of a rehearsal."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, Max, Min

from gateway.models import Copy, CopyDifference, CopyError, Exchange, Provision, Reconciliation


def copy_counts(information_code: str) -> dict[str, int]:
    """Return how many copies of a 特定個人情報 are in each state."""
    rows = Copy.objects.filter(information_code=information_code).values_list("state")
    return dict(rows.annotate(Count("pk")).order_by("state"))


def copy_error_count(information_code: str) -> int:
    """Return how many copies wait in the error list."""
    return CopyError.objects.filter(information_code=information_code, mended_at=None).count()


def failed_exchange_count() -> int:
    """Return how many messages wait for a person (要対応)."""
    return Exchange.objects.filter(state=Exchange.State.FAILED).count()


def waiting_provisions() -> list[tuple[str, int, datetime]]:
    """Return how many inquiries of others wait for staff, by state, and since when the oldest does."""
    waiting = Provision.objects.filter(
        state__in=[Provision.State.WAITING, Provision.State.ANSWERED]
    )
    rows = waiting.values_list("state").annotate(Count("pk"), Min("asked_at")).order_by("state")
    return [(state, count, oldest) for state, count, oldest in rows]


def information_codes_held() -> list[str]:
    """Return the 特定個人情報名コード of which there are 副本."""
    codes = Copy.objects.order_by("information_code").values_list("information_code", flat=True)
    return list(codes.distinct())


_SAME_CAUSE = """
SELECT work, left(last_error, 80), count(*), sum(item_count), min(created_at), array_agg(id)
FROM gateway_exchange WHERE state = 'failed'
GROUP BY work, left(last_error, 80) ORDER BY min(created_at)
"""
_A_DAY = """
SELECT (created_at AT TIME ZONE 'Asia/Tokyo')::date AS day, lane, count(*), sum(item_count),
    sum(accepted_count), sum(refused_count), count(*) FILTER (WHERE state = 'failed'),
    count(*) FILTER (WHERE state IN ('ready', 'sent', 'held'))
FROM gateway_exchange WHERE created_at >= %s GROUP BY day, lane ORDER BY day DESC, lane
"""


@dataclass(frozen=True, slots=True)
class Failure:
    """Messages that wait for a person (要対応) for one cause."""

    work: str
    cause: str
    messages: int
    items: int
    oldest: datetime
    ids: list[int]


def failures_by_cause() -> list[Failure]:
    """Return the messages that wait for a person, those of one cause together, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_SAME_CAUSE)
        return [Failure(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class DayOfMessages:
    """The messages of one lane that were made on one day, and what became of them."""

    day: date
    lane: str
    messages: int
    items: int
    accepted: int
    refused: int
    failed: int
    open: int


def days_of_messages(*, since: datetime) -> list[DayOfMessages]:
    """Return the messages by day and lane, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_A_DAY, [since])
        return [DayOfMessages(*row) for row in cursor.fetchall()]


def open_difference_counts() -> list[tuple[str, int]]:
    """Return how many copies differ at the platform and wait for a person, by what differs."""
    waiting = CopyDifference.objects.filter(state=CopyDifference.State.OPEN)
    rows = waiting.values_list("kind").annotate(Count("pk")).order_by("kind")
    return [(kind, count) for kind, count in rows]


def last_reconciled_at() -> datetime | None:
    """Return when copies were last compared with the platform."""
    last: datetime | None = Reconciliation.objects.aggregate(at=Max("started_at"))["at"]
    return last
