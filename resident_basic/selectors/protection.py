"""支援措置 as its managers ask for it: who is protected, with whom, until when, and who looked."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet

from resident_basic.models import (
    LookAlarm,
    ResidentVersion,
    SupportApplication,
    SupportMeasure,
    TemporaryLift,
)
from resident_basic.rules import protection as rules
from resident_basic.rules.protection import Phase
from resident_basic.selectors.approvals import applications_in_force
from resident_basic.selectors.people import latest_of

_REGISTERED: Final = "1"
LONGEST_MONTH: Final = timedelta(days=31)


def open_measures_of(numbers: Collection[str]) -> QuerySet[SupportMeasure]:
    """Return the 支援措置 under which these residents stand."""
    return SupportMeasure.objects.filter(resident_number__in=numbers, ended_at=None)


def open_measure(pk: int | str | None) -> SupportMeasure | None:
    """Return the 支援措置 of an id while it holds; None for an ended one, or for no id."""
    return SupportMeasure.objects.filter(pk=pk or 0, ended_at=None).first()


def application_of(measure: SupportMeasure) -> SupportApplication | None:
    """Return what was asked for with a 支援措置."""
    return SupportApplication.objects.filter(measure=measure).first()


def open_family_of(measure: SupportMeasure) -> Sequence[SupportMeasure]:
    """Return the other open 支援措置 of the same 申出, the 申出者 first."""
    if not measure.applicant_number:
        return []
    together = SupportMeasure.objects.filter(
        applicant_number=measure.applicant_number, ended_at=None
    ).exclude(pk=measure.pk)
    return list(together.order_by("subject_kind", "pk"))


def family_candidates(resident_number: str) -> Sequence[ResidentVersion]:
    """Return the 最新 of who lives in the same household or at the same place as a resident."""
    own = latest_of([resident_number]).get(resident_number)
    if own is None:
        return []
    near = Q()
    if own.household_number:
        near |= Q(household_number=own.household_number)
    if own.town and own.block:
        near |= Q(
            municipality_code=own.municipality_code,
            town=own.town,
            block=own.block,
            building=own.building,
        )
    if not near:
        return []
    found = ResidentVersion.objects.filter(near, is_latest=True, resident_status=_REGISTERED)
    return list(
        found.exclude(resident_number=resident_number).order_by(
            "household_number", "entry_order", "resident_number"
        )
    )


def measures_in(phase: str, *, day: date) -> Q:
    """Return what picks the open 支援措置 in a phase on a day out of all."""
    decided = Q(ended_at=None, kind=SupportMeasure.Kind.DECIDED)
    soon = SupportMeasure.objects.filter(decided, until__gte=day, until__lte=day + LONGEST_MONTH)
    ending = [
        until
        for until in soon.values_list("until", flat=True).distinct()
        if until and day >= rules.extension_opens(until)
    ]
    return {
        Phase.EXPIRED: Q(ended_at=None, until__lt=day),
        Phase.PROVISIONAL: Q(ended_at=None, kind=SupportMeasure.Kind.PROVISIONAL)
        & (Q(until=None) | Q(until__gte=day)),
        Phase.ENDING: decided & Q(until__in=ending),
        Phase.RUNNING: decided & (Q(until=None) | Q(until__gte=day)) & ~Q(until__in=ending),
    }[Phase(phase)]


def phase_of(measure: SupportMeasure, *, day: date) -> Phase:
    """Return where an open 支援措置 stands on a day."""
    return rules.phase(is_provisional=measure.is_provisional, until=measure.until, on=day)


def phase_counts(*, day: date) -> dict[Phase, int]:
    """Return how many open 支援措置 are in each phase on a day."""
    return {
        phase: SupportMeasure.objects.filter(measures_in(phase, day=day)).count() for phase in Phase
    }


def ends_proposed() -> QuerySet[SupportMeasure]:
    """Return the open 支援措置 whose end waits for a second person."""
    return SupportMeasure.objects.filter(ended_at=None, end_proposed_at__isnull=False)


def lift_for(*, resident_number: str, staff_number: str, at: datetime) -> TemporaryLift | None:
    """Return the 一時解除 under which a member of staff may open a protected resident now."""
    return (
        TemporaryLift.objects.filter(
            measure__resident_number=resident_number,
            measure__ended_at=None,
            staff_number=staff_number,
            since__lte=at,
            until__gt=at,
            ended_at=None,
        )
        .order_by("-until")
        .first()
    )


def running_lifts(measure: SupportMeasure, *, at: datetime) -> Sequence[TemporaryLift]:
    """Return the 一時解除 of a 支援措置 that hold now."""
    return list(measure.lifts.filter(since__lte=at, until__gt=at, ended_at=None).order_by("pk"))


def waiting_alarms() -> QuerySet[LookAlarm]:
    """Return the alarms that nobody has acknowledged, oldest first."""
    return LookAlarm.objects.filter(acknowledged_at=None).order_by("at", "pk")


def waiting_alarm_outcomes() -> dict[str, int]:
    """Return how many alarms wait, by what was shown; an outcome without any is absent."""
    counts = LookAlarm.objects.filter(acknowledged_at=None).values_list("outcome")
    return dict(counts.annotate(Count("pk")).order_by("outcome"))


def waiting_alarm_counts(measures: Collection[int]) -> dict[int, int]:
    """Return how many alarms wait for each of these 支援措置; who has none is absent."""
    waiting = LookAlarm.objects.filter(measure__in=measures, acknowledged_at=None)
    return dict(waiting.values_list("measure").annotate(Count("pk")).order_by("measure"))


def systems_given_protected_people(*, day: date) -> frozenset[str]:
    """Return the codes of the systems that are given the residence of protected people on a day."""
    given = applications_in_force(day=day).filter(grants_protected_people=True)
    return frozenset(one.system.code for one in given.select_related("system"))
