"""Who may be given which item on a day (移転承認項目), and what stands in the way of the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from resident_basic.models import ApprovedItem, Certification, UseApplication
from resident_basic.rules.applications import (
    CAUSES,
    FORMS,
    NEVER_APPLIED,
    OTHER_FORM,
    SYSTEM_ENDED,
    Cause,
    Life,
    Phase,
    Terms,
    phase_of,
    telling,
)
from resident_basic.rules.items import INDIVIDUAL_NUMBER, resident_items, widest
from sapporo_base.acts import JAPAN
from sapporo_base.models import BusinessSystem, LegalBasis
from sapporo_base.selectors import in_force


@dataclass(frozen=True, slots=True)
class Approval:
    """What a system may be given on a day: items and reductions, 個人番号, protected people."""

    items: frozenset[str]
    reductions: Mapping[str, str]
    individual_number: bool
    protected_people: bool
    procedure: str
    legal_basis: LegalBasis | None
    applications: tuple[int, ...] = ()

    @property
    def withheld(self) -> frozenset[str]:
        """Names of what exists and is not given to this system."""
        refused = set(resident_items()) - self.items
        return frozenset(refused if self.individual_number else refused | {INDIVIDUAL_NUMBER})

    @property
    def disclosed(self) -> frozenset[str]:
        """Names of what is given, 個人番号 among them where it was approved."""
        return self.items | {INDIVIDUAL_NUMBER} if self.individual_number else self.items

    @property
    def whole(self) -> frozenset[str]:
        """Names of the items that are given unreduced: what is computed from whole values alone."""
        return self.items - set(self.reductions)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why nothing is transferred, and the 利用申請 that tells it."""

    cause: Cause
    application: int | None = None


def terms() -> Terms:
    """Return the city's terms of the yearly certification."""
    return Terms(
        grace=timedelta(days=settings.CERTIFICATION_GRACE_DAYS),
        reminder=timedelta(days=settings.APPLICATION_REMINDER_DAYS),
    )


def phase(application: UseApplication, *, day: date) -> Phase:
    """Return where a 利用申請 stands on a day."""
    return phase_of(
        Life(
            state=application.state,
            is_revoked=application.withdrawal == UseApplication.Withdrawal.REVOKED,
            granted_from=application.granted_from,
            granted_until=application.granted_until,
            recertify_on=application.recertify_on,
        ),
        day=day,
        terms=terms(),
    )


def _certified(due: str, day: date) -> Q:
    """Return the condition that the 年次確認 due on a column is not later than its grace allows."""
    return Q(**{f"{due}__gte": F("granted_until")}) | Q(**{f"{due}__gt": day - terms().grace})


def applications_in_force(*, day: date) -> QuerySet[UseApplication]:
    """Return the 利用申請 under which items are transferred on a day, as things stand now."""
    return UseApplication.objects.filter(
        _certified("recertify_on", day),
        Q(system__valid_until__isnull=True) | Q(system__valid_until__gt=day),
        state=UseApplication.State.APPROVED,
        granted_from__lte=day,
        granted_until__gt=day,
    )


def approved_items(*, system: BusinessSystem, day: date, form: str = "") -> Approval:
    """
    Return the 移転承認項目 of a system on a day, and what is withheld from it.

    Asked at the moment of every delivery: what expired, was withdrawn or is not certified is not
    among them. Several applications add up; the widest value of an item wins. 個人番号 needs an
    approval and a system that uses it (番号法第9条); where either ends, it ends.

    :param form: count only what was approved for this form (`rules.applications.FORMS`).
    """
    applications = applications_in_force(day=day).filter(system=system)
    if form:
        applications = applications.filter(granted_forms__contains=[form])
    return _added_up(applications, system=system, day=day)


def approved_beside(application: UseApplication, *, day: date) -> Approval:
    """Return what the system is given on a day by other 利用申請 than this one: they add up with it."""
    others = applications_in_force(day=day).filter(system=application.system)
    return _added_up(others.exclude(pk=application.pk), system=application.system, day=day)


def approval_as_of(*, system: BusinessSystem, day: date) -> Approval:
    """
    Return what was in force for a system on a day that has passed, as it was decided by then.

    For looking back only. A withdrawal counts from its day on.
    """
    ended = datetime.combine(day + timedelta(days=1), time.min, JAPAN)
    # A later certification tells which day was due before it.
    later = Certification.objects.filter(application=OuterRef("pk"), certified_at__gte=ended)
    applications = UseApplication.objects.annotate(
        due_then=Coalesce(
            Subquery(later.order_by("certified_at").values("due_on")[:1]),
            "recertify_on",
            "granted_until",
        )
    ).filter(
        _certified("due_then", day),
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=ended),
        state__in=[UseApplication.State.APPROVED, UseApplication.State.WITHDRAWN],
        system=system,
        decided_at__lt=ended,
        granted_from__lte=day,
        granted_until__gt=day,
    )
    return _added_up(applications, system=system, day=day)


def _added_up(
    applications: QuerySet[UseApplication], *, system: BusinessSystem, day: date
) -> Approval:
    in_force = list(applications.select_related("legal_basis").order_by("pk"))
    approved = ApprovedItem.objects.filter(
        application__in=in_force, valid_from__lte=day, valid_until__gt=day
    )
    asked: dict[str, list[str]] = {}
    for item, reduction in approved.order_by("pk").values_list("item", "reduction"):
        asked.setdefault(item, []).append(reduction)
    reductions = {item: widest(found) for item, found in asked.items()}
    return Approval(
        items=frozenset(reductions),
        reductions={item: reduction for item, reduction in reductions.items() if reduction},
        individual_number=system.uses_individual_number
        and any(application.grants_individual_number for application in in_force),
        protected_people=any(application.grants_protected_people for application in in_force),
        procedure=in_force[0].procedure if in_force else "",
        legal_basis=in_force[0].legal_basis if in_force else None,
        applications=tuple(application.pk for application in in_force),
    )


def obstacle_of(*, system: BusinessSystem, day: date, form: str = "") -> Obstacle | None:
    """Return why a system is given nothing on a day (in a form), None where it is given something."""
    if system.valid_until is not None and system.valid_until <= day:
        return Obstacle(SYSTEM_ENDED)
    applications = list(UseApplication.objects.filter(system=system).order_by("-pk"))
    phases = {one.pk: phase(one, day=day) for one in applications}
    in_force = [one for one in applications if phases[one.pk].is_in_force]
    if in_force:
        if form and not any(form in one.granted_forms for one in in_force):
            words = OTHER_FORM.words.format(form=FORMS[form])
            return Obstacle(replace(OTHER_FORM, words=words), in_force[0].pk)
        return None
    found = telling(phases.values())
    if found is None:
        return Obstacle(NEVER_APPLIED)
    return Obstacle(CAUSES[found], next(pk for pk, one in phases.items() if one is found))


def grounds_of(*, system: BusinessSystem, day: date) -> QuerySet[LegalBasis]:
    """Return the 法令上の根拠 on which items may be transferred to a system on a day."""
    return LegalBasis.objects.filter(
        in_force(day),
        kind__in=[LegalBasis.Kind.TRANSFER, LegalBasis.Kind.USE],
        systems=system,
    )


def previous_approval(application: UseApplication) -> UseApplication | None:
    """Return the approval that this 利用申請 renews, or else the latest other one of its system."""
    if application.renews_id is not None:
        return application.renews
    return (
        UseApplication.objects.filter(
            system=application.system, decided_at__isnull=False, granted_from__isnull=False
        )
        .exclude(pk=application.pk)
        .order_by("-decided_at")
        .first()
    )


def is_renewed(application: UseApplication) -> bool:
    """Say whether the time after a 利用申請 is applied for, or approved, already."""
    taken_up = (UseApplication.State.SUBMITTED, UseApplication.State.APPROVED)
    return application.renewals.filter(state__in=taken_up).exists()


def applications_to_certify(
    *, day: date, systems: Iterable[BusinessSystem] | None = None
) -> list[tuple[UseApplication, Phase]]:
    """
    Return the approved 利用申請 that want something of their section, the most urgent first.

    One whose end comes near wants nothing any more once its renewal is submitted.
    """
    wanted = (
        Phase.STOPPED,
        Phase.CERTIFICATION_LATE,
        Phase.CERTIFICATION_DUE,
        Phase.EXPIRING,
    )
    horizon = day + terms().reminder
    applications = UseApplication.objects.filter(
        Q(recertify_on__lte=horizon) | Q(granted_until__lte=horizon),
        state=UseApplication.State.APPROVED,
        granted_until__gt=day,
    ).select_related("system")
    if systems is not None:
        applications = applications.filter(system__in=systems)
    found = [(one, phase(one, day=day)) for one in applications.order_by("recertify_on", "pk")]
    pressing = [
        (one, now)
        for one, now in found
        if now in wanted and not (now is Phase.EXPIRING and is_renewed(one))
    ]
    return sorted(pressing, key=lambda pair: wanted.index(pair[1]))
