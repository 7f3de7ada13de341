"""What waits for 符号 (inquiries, copies), and where numbers and 符号 differ from the platform's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Least

from gateway.models import (
    CodeDifference,
    CodeReconciliation,
    CodeWaiting,
    Copy,
    Inquiry,
    PlatformNumber,
)

_WITHOUT_CODE = ~Q(code_state=PlatformNumber.CodeState.ACQUIRED) & ~Q(
    state__in=[PlatformNumber.State.TO_DELETE, PlatformNumber.State.DELETED]
)
_WAITING_INQUIRY = Q(state=Inquiry.State.WAITING_CODE)
_WAITING_COPY = ~Q(state=Copy.State.DELETED)
# Each side is grouped by itself: many copies of somebody do not multiply their inquiries.
_SUMMARY = """
SELECT p.code_state, count(*), coalesce(sum(i.asked), 0), coalesce(sum(c.unsent), 0),
    coalesce(sum(c.sent), 0), min(least(i.oldest, c.oldest))
FROM gateway_platformnumber p
LEFT JOIN (
    SELECT integrated_number, count(*) AS asked, min(accepted_at) AS oldest
    FROM gateway_inquiry WHERE state = 'waiting_code' GROUP BY integrated_number
) i USING (integrated_number)
LEFT JOIN (
    SELECT integrated_number, count(*) FILTER (WHERE state <> 'forwarded') AS unsent,
        count(*) FILTER (WHERE state = 'forwarded') AS sent, min(changed_at) AS oldest
    FROM gateway_copy WHERE state <> 'deleted' GROUP BY integrated_number
) c USING (integrated_number)
WHERE p.code_state <> 'acquired' AND p.state NOT IN ('to_delete', 'deleted')
  AND (i.asked IS NOT NULL OR c.oldest IS NOT NULL)
GROUP BY p.code_state ORDER BY min(least(i.oldest, c.oldest))
"""


@dataclass(frozen=True, slots=True)
class WaitingForCodes:
    """People in one state of 符号取得 on whom something waits: how many, what, since when the oldest."""

    code_state: str
    people: int
    inquiries: int
    unsent_copies: int
    sent_copies: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class WaitingOfPerson:
    """What waits for the 符号 of one person."""

    inquiries: int = 0
    unsent_copies: int = 0
    sent_copies: int = 0
    systems: Sequence[str] = ()


def numbers_waited_for() -> QuerySet[Any]:
    """
    Return the numbers without 符号 on which inquiries or copies wait; `oldest` is since when.
    """
    inquiries = Inquiry.objects.filter(_WAITING_INQUIRY, integrated_number=OuterRef("pk"))
    copies = Copy.objects.filter(_WAITING_COPY, integrated_number=OuterRef("pk"))
    waited_for: QuerySet[CodeWaiting] = CodeWaiting.objects.filter(
        _WITHOUT_CODE, Exists(inquiries) | Exists(copies)
    )
    return waited_for.annotate(
        oldest=Least(
            Subquery(inquiries.order_by("accepted_at").values("accepted_at")[:1]),
            Subquery(copies.order_by("changed_at").values("changed_at")[:1]),
        )
    )


def with_inquiries(numbers: QuerySet[CodeWaiting]) -> QuerySet[CodeWaiting]:
    """Return those on which an inquiry waits."""
    asked = Inquiry.objects.filter(_WAITING_INQUIRY)
    return numbers.filter(pk__in=asked.values("integrated_number"))


def with_copies(numbers: QuerySet[CodeWaiting]) -> QuerySet[CodeWaiting]:
    """Return those on which a copy waits."""
    copies = Copy.objects.filter(_WAITING_COPY)
    return numbers.filter(pk__in=copies.values("integrated_number"))


def waiting_of(numbers: Collection[str]) -> dict[str, WaitingOfPerson]:
    """Return what waits for the 符号 of these numbers; of whom nothing waits is absent."""
    asked = Inquiry.objects.filter(_WAITING_INQUIRY, integrated_number__in=numbers)
    inquiries = {number: (count, systems) for number, count, systems in _by_number(asked)}
    held = Copy.objects.filter(_WAITING_COPY, integrated_number__in=numbers)
    sent = {n: c for n, c, _ in _by_number(held.filter(state=Copy.State.FORWARDED))}
    unsent = {n: c for n, c, _ in _by_number(held.exclude(state=Copy.State.FORWARDED))}
    return {
        number: WaitingOfPerson(
            inquiries=inquiries.get(number, (0, []))[0],
            unsent_copies=unsent.get(number, 0),
            sent_copies=sent.get(number, 0),
            systems=sorted(set(inquiries.get(number, (0, []))[1])),
        )
        for number in inquiries.keys() | sent.keys() | unsent.keys()
    }


def _by_number(rows: QuerySet[Inquiry] | QuerySet[Copy]) -> list[tuple[str, int, list[str]]]:
    counted: dict[str, tuple[int, list[str]]] = {}
    grouped = rows.values_list("integrated_number", "system__name").annotate(Count("pk"))
    for number, system, count in grouped.order_by("integrated_number"):
        before, systems = counted.get(number, (0, []))
        counted[number] = (before + count, [*systems, system])
    return [(number, count, systems) for number, (count, systems) in counted.items()]


def waiting_for_codes() -> list[WaitingForCodes]:
    """Return how many people wait in which state of 符号取得 and what for, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY)
        return [WaitingForCodes(*row) for row in cursor.fetchall()]


def open_code_difference_counts() -> list[tuple[str, int]]:
    """Return how many differences of each kind nobody has mended yet."""
    rows = CodeDifference.objects.filter(state=CodeDifference.State.OPEN).values_list("kind")
    return list(rows.annotate(Count("pk")).order_by("kind"))


def oldest_code_differences() -> dict[str, datetime]:
    """Return since when the oldest open difference of each kind is known."""
    rows = CodeDifference.objects.filter(state=CodeDifference.State.OPEN).values_list("kind")
    return dict(rows.annotate(Min("found_at")).order_by("kind"))


def last_code_reconciliation() -> CodeReconciliation | None:
    """Return the newest comparison, None where there was none."""
    return CodeReconciliation.objects.order_by("-started_at").first()
