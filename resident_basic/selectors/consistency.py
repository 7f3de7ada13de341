"""整合性確認 as its page asks for it: what contradicts, how it changed since the run before."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from resident_basic.models import ConsistencyFinding, SupportMeasure
from sapporo_base import selectors as base


@dataclass(frozen=True, slots=True)
class ConsistencyState:
    """
    How the register stands: when it was last checked (None: never), how many findings are there by
    kind, how many of them nobody has judged, and the difference by kind to the run before.
    """

    checked_at: datetime | None
    by_kind: Mapping[str, int]
    unjudged: Mapping[str, int]
    change: Mapping[str, int]
    new: int
    closed: int


def findings_shown(
    *, wards: Collection[str] | None, with_protected: bool
) -> QuerySet[ConsistencyFinding]:
    """
    Return the findings that someone may see.

    :param wards: codes of the wards the reader serves, None for the whole city.
    :param with_protected: whether the reader may see people under 支援措置; who may not sees no finding
        that concerns one of them: it would tell with whom they live.
    """
    findings = ConsistencyFinding.objects.all()
    if wards is not None:
        findings = findings.filter(municipality_code__in=wards)
    if with_protected:
        return findings
    protected = SupportMeasure.objects.filter(ended_at__isnull=True)
    return findings.exclude(
        resident_numbers__overlap=list(protected.values_list("resident_number", flat=True))
    )


def consistency_checked_at(*, kind: str) -> datetime | None:
    """Return when the register was last checked by this kind of job; None: never."""
    runs = base.last_runs(kind=kind, most=1)
    return runs[0].started_at if runs else None


def consistency_state(*, kind: str) -> ConsistencyState:
    """Return how the register stands in the whole city, by the runs of this kind of job."""
    runs = base.last_runs(kind=kind, most=2)
    last, before = (runs[0].counts if runs else {}), (runs[1].counts if len(runs) > 1 else {})
    present = ConsistencyFinding.objects.filter(closed_at__isnull=True).values("kind")
    counted = present.annotate(
        all=Count("pk"), unjudged=Count("pk", filter=Q(state=ConsistencyFinding.State.OPEN))
    )
    by_kind = {row["kind"]: (row["all"], row["unjudged"]) for row in counted}
    kinds = ConsistencyFinding.Kind
    return ConsistencyState(
        checked_at=runs[0].started_at if runs else None,
        by_kind={one: by_kind.get(one, (0, 0))[0] for one in kinds.values},
        unjudged={one: by_kind.get(one, (0, 0))[1] for one in kinds.values},
        change={
            one.value: last.get(one.label, 0) - before.get(one.label, 0)
            for one in kinds
            if len(runs) > 1
        },
        new=last.get("新規", 0),
        closed=last.get("解消", 0),
    )
