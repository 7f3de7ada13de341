"""Where inquiries stand, for the system that asked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from gateway.models import Inquiry
from gateway.rules.stages import Stage, stages
from sapporo_base.models import BusinessSystem


def inquiry_states(
    *, system: BusinessSystem, ids: Collection[int] = (), request_keys: Collection[str] = ()
) -> QuerySet[Inquiry]:
    """Return a system's own inquiries by number or by request key; others do not exist for it."""
    own = Inquiry.objects.filter(system=system).select_related("legal_basis")
    if ids:
        own = own.filter(pk__in=ids)
    if request_keys:
        own = own.filter(request_key__in=request_keys)
    return own.order_by("pk")


def stages_of(inquiry: Inquiry, *, at: datetime) -> list[Stage]:
    """Return where the time of an inquiry went, from its acceptance to its end or until now."""
    waits_for_code = inquiry.code_ready_at is None or inquiry.code_ready_at > inquiry.accepted_at
    return stages(
        [
            ("符号の取得待ち", inquiry.accepted_at if waits_for_code else None),
            ("送信待ち", inquiry.code_ready_at),
            ("送信・登録", inquiry.sent_at),
            ("相手方の回答待ち", inquiry.registered_at),
            ("結果の取得", inquiry.arrived_at),
        ],
        ended=inquiry.settled_at,
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many inquiries wait in one lane and state, and since when the oldest does."""

    lane: str
    state: str
    count: int
    oldest: datetime


def waiting_counts() -> list[Waiting]:
    """Return how many inquiries wait by lane and state."""
    rows = Inquiry.objects.exclude(state__in=Inquiry.FINAL).values_list("lane", "state")
    counted = rows.annotate(count=Count("pk"), oldest=Min("accepted_at")).order_by("lane", "state")
    return [Waiting(*row) for row in counted]
