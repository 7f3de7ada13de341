"""支援措置 set, decided, extended and ended by staff: each reaches every app in its transaction."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import IntegrityError, transaction

from resident_basic.models import Resident, SupportMeasure, SupportTerm
from resident_basic.rules import protection as rules
from resident_basic.selectors import family_candidates, open_family_of, open_measures_of
from resident_basic.services.protection.spreading import announce_protection, spread_protection
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotFound, NotNow, NotPermitted

Kind = SupportMeasure.Kind
Cause = SupportTerm.Cause


def acting_staff(act: Act) -> str:
    """
    Return the 職員番号 of who acts; "" where a command does.

    :raises NotPermitted: a system acts; 支援措置 is decided by people.
    """
    if act.system is not None:
        raise NotPermitted("支援措置を変更できるのは職員だけです。")
    return act.staff.staff_number if act.staff else ""


def required_reason(reason: str) -> str:
    """
    Return the reason without surrounding space.

    :raises InvalidRequest: there is none.
    """
    if not reason.strip():
        raise InvalidRequest("理由を入力してください。", fields={"reason": "必須です。"})
    return reason.strip()


@transaction.atomic
def start_support_measure(
    *,
    resident_number: str,
    kind: str,
    subject_kind: str,
    since: date,
    reason: str,
    act: Act,
    until: date | None = None,
    family: Collection[str] = (),
) -> SupportMeasure:
    """
    Put someone under 支援措置 (or 仮支援措置) before 既存住基 tells it, family with them.

    A decided one lasts a year unless `until` (the last day) is told. Family are residents of the
    same household or at the same place; who of them is protected already stays as they are.

    :raises NotFound: no such resident.
    :raises InvalidRequest: no reason, an end before the beginning, or family who live elsewhere.
    :raises NotNow: protection stands already.
    """
    reason = required_reason(reason)
    if until is not None and until < since:
        raise InvalidRequest(fields={"until": "終了年月日は開始年月日以降の日にしてください。"})
    numbers = sorted({resident_number, *family})
    if Resident.objects.select_for_update().order_by("pk").filter(pk__in=numbers).count() < len(
        numbers
    ):
        raise NotFound
    _check_family(resident_number, family)
    if until is None and kind == Kind.DECIDED:
        until = rules.last_day(since)
    protected = {one.resident_number for one in open_measures_of(family)}
    facts = {"kind": kind, "since": since, "until": until, "reason": reason}
    measure = _start(resident_number, subject_kind, resident_number, facts, act)
    for number in sorted(set(family) - protected):
        _start(number, SupportMeasure.SubjectKind.FAMILY, resident_number, facts, act)
    started = [resident_number, *sorted(set(family) - protected)]
    announce_protection(numbers=started, act=act)
    spread_protection(numbers=started, on=True, act=act)
    _record("support_measure_started", started, act.for_purpose(reason=reason))
    return measure


def _check_family(resident_number: str, family: Collection[str]) -> None:
    near = {one.resident_number for one in family_candidates(resident_number)}
    if set(family) - near:
        raise InvalidRequest(
            "併せて支援を求める者は、同じ世帯または同じ住所の方に限ります。",
            fields={"family": "同じ世帯または同じ住所の方を選んでください。"},
        )


def _start(
    number: str, subject_kind: str, applicant: str, facts: dict[str, object], act: Act
) -> SupportMeasure:
    is_applicant = subject_kind == SupportMeasure.SubjectKind.APPLICANT
    try:
        with transaction.atomic():
            measure = SupportMeasure.objects.create(
                resident_number=number,
                applicant_number=number
                if is_applicant
                else applicant
                if applicant != number
                else "",
                subject_kind=subject_kind,
                source=SupportMeasure.Source.ENTERED,
                started_at=act.at,
                started_by=acting_staff(act),
                **facts,
            )
    except IntegrityError as error:
        raise NotNow("既に支援措置が登録されています。") from error
    _keep_term(measure, Cause.ENTERED, str(facts["reason"]), act)
    return measure


@transaction.atomic
def add_family_to_measure(
    *, measure: SupportMeasure, family: Collection[str], reason: str, act: Act
) -> Sequence[str]:
    """
    Put more family under the 支援措置 of a 申出者, for its present term; return who was not under it yet.

    :raises InvalidRequest: no reason, nobody, or family who live elsewhere.
    :raises NotNow: it has ended.
    """
    reason = required_reason(reason)
    if not family:
        raise InvalidRequest(fields={"family": "併せて支援を求める方を選んでください。"})
    held = _held(measure)
    _check_family(held.resident_number, family)
    protected = {one.resident_number for one in open_measures_of(family)}
    added = sorted(set(family) - protected)
    facts = {"kind": held.kind, "since": held.since, "until": held.until, "reason": reason}
    for number in added:
        _start(number, SupportMeasure.SubjectKind.FAMILY, held.applicant_number, facts, act)
    announce_protection(numbers=added, act=act)
    spread_protection(numbers=added, on=True, act=act)
    _record("support_measure_started", added, act.for_purpose(reason=reason))
    return added


@transaction.atomic
def decide_support_measure(
    *,
    measure: SupportMeasure,
    since: date,
    reason: str,
    act: Act,
    family: Collection[int] = (),
) -> Sequence[SupportMeasure]:
    """
    Decide that a 仮支援措置 becomes a 支援措置: a year from `since` on, for the family too.

    :param family: ids of the open measures of those who asked together.
    :raises InvalidRequest: no reason, or someone who did not ask together.
    :raises NotNow: it has ended, or is decided already.
    """
    reason = required_reason(reason)
    decided = _with_family(measure, family)
    if any(not one.is_provisional for one in decided):
        raise NotNow("既に支援措置として決定されています。")
    for one in decided:
        _new_term(one, (since, rules.last_day(since)), Cause.DECIDED, reason, act)
    _announce(decided, "support_measure_decided", act.for_purpose(reason=reason))
    return decided


@transaction.atomic
def extend_support_measure(
    *, measure: SupportMeasure, reason: str, act: Act, family: Collection[int] = ()
) -> Sequence[SupportMeasure]:
    """
    Extend a 支援措置 by a year after its last day; possible from one month before it, and after it.

    :param family: ids of the open measures of those who asked together.
    :raises InvalidRequest: no reason, or someone who did not ask together.
    :raises NotNow: it has ended, is provisional, or it is too early.
    """
    reason = required_reason(reason)
    extended = _with_family(measure, family)
    for one in extended:
        if one.is_provisional or one.until is None:
            raise NotNow("仮支援措置は延長できません。支援措置を決定してください。")
        if act.day < rules.extension_opens(one.until):
            raise NotNow("延長は、終了年月日の1か月前から受け付けます。")
        _new_term(one, rules.next_term(one.until, on=act.day), Cause.EXTENDED, reason, act)
    _announce(extended, "support_measure_extended", act.for_purpose(reason=reason))
    return extended


@transaction.atomic
def propose_end_of_support_measure(
    *,
    measure: SupportMeasure,
    because: str,
    reason: str,
    act: Act,
    family: Collection[int] = (),
) -> Sequence[SupportMeasure]:
    """
    Propose to end 支援措置; protection stands until another member of staff confirms it.

    :param family: ids of the open measures of those who asked together.
    :raises InvalidRequest: no reason, or a cause that only 既存住基 tells.
    :raises NotPermitted: nobody signed in proposes it.
    :raises NotNow: it has ended, or its end is proposed already.
    """
    reason = required_reason(reason)
    if because not in SupportMeasure.EndedBecause.values or because == "received":
        raise InvalidRequest(fields={"because": "事由を選んでください。"})
    proposer = acting_staff(act)
    if not proposer:
        raise NotPermitted("解除は、サインインした職員が起案します。")
    ending = _with_family(measure, family)
    if any(one.end_proposed_at for one in ending):
        raise NotNow("既に解除が起案されています。")
    for one in ending:
        one.end_proposed_at, one.end_proposed_by = act.at, proposer
        one.end_reason, one.ended_because = reason, because
        one.save(
            update_fields=["end_proposed_at", "end_proposed_by", "end_reason", "ended_because"]
        )
    numbers = [one.resident_number for one in ending]
    _record("support_measure_end_proposed", numbers, act.for_purpose(reason=reason))
    return ending


@transaction.atomic
def withdraw_end_of_support_measure(*, measure: SupportMeasure, act: Act) -> None:
    """
    Take the proposal to end back, for everyone whom it was made for; protection goes on.

    :raises NotNow: no end is proposed.
    """
    proposed = _proposed_with(_held(measure))
    for one in proposed:
        one.end_proposed_at, one.end_proposed_by = None, ""
        one.end_reason, one.ended_because = "", ""
        one.save(
            update_fields=["end_proposed_at", "end_proposed_by", "end_reason", "ended_because"]
        )
    _record("support_measure_end_withdrawn", [one.resident_number for one in proposed], act)


@transaction.atomic
def end_support_measure(*, measure: SupportMeasure, act: Act) -> Sequence[SupportMeasure]:
    """
    End 支援措置 as another member of staff proposed it: it never ends by itself, nor by one person.

    :raises NotPermitted: who acts proposed it, or is nobody.
    :raises NotNow: it has ended, or no end is proposed.
    """
    ending = _proposed_with(_held(measure))
    decider = acting_staff(act)
    if not decider or decider in {one.end_proposed_by for one in ending}:
        raise NotPermitted("解除は、起案した職員とは別の職員が決定します。")
    for one in ending:
        one.ended_at, one.ended_by = act.at, decider
        one.save(update_fields=["ended_at", "ended_by"])
    numbers = [one.resident_number for one in ending]
    announce_protection(numbers=numbers, act=act)
    spread_protection(numbers=numbers, on=False, act=act)
    _record("support_measure_ended", numbers, act.for_purpose(reason=ending[0].end_reason))
    return ending


def _held(measure: SupportMeasure) -> SupportMeasure:
    held = SupportMeasure.objects.select_for_update().get(pk=measure.pk)
    if held.ended_at:
        raise NotNow("既に解除されています。")
    return held


def _with_family(measure: SupportMeasure, family: Collection[int]) -> list[SupportMeasure]:
    """Return the measure and the chosen ones of its family, locked in the order of their ids."""
    chosen = {one.pk for one in open_family_of(measure)} & set(family)
    if chosen != set(family):
        raise InvalidRequest(fields={"family": "併せて支援を求めた方から選んでください。"})
    numbers = sorted({measure.pk, *chosen})
    held = list(SupportMeasure.objects.select_for_update().filter(pk__in=numbers).order_by("pk"))
    if any(one.ended_at for one in held):
        raise NotNow("既に解除されています。")
    return held


def _proposed_with(measure: SupportMeasure) -> list[SupportMeasure]:
    """Return everyone whose end was proposed in the same act."""
    if measure.end_proposed_at is None:
        raise NotNow("解除は起案されていません。")
    together = SupportMeasure.objects.select_for_update().filter(
        ended_at=None,
        end_proposed_at=measure.end_proposed_at,
        end_proposed_by=measure.end_proposed_by,
    )
    family = {measure.pk, *(one.pk for one in open_family_of(measure))}
    return list(together.filter(pk__in=family).order_by("pk"))


def _new_term(
    measure: SupportMeasure, term: tuple[date, date], cause: str, reason: str, act: Act
) -> None:
    measure.kind = Kind.DECIDED
    measure.since, measure.until = term
    measure.source = SupportMeasure.Source.ENTERED
    measure.save(update_fields=["kind", "since", "until", "source"])
    _keep_term(measure, cause, reason, act)


def _keep_term(measure: SupportMeasure, cause: str, reason: str, act: Act) -> None:
    SupportTerm.objects.create(
        measure=measure,
        kind=measure.kind,
        since=measure.since,
        until=measure.until,
        cause=cause,
        recorded_at=act.at,
        recorded_by=acting_staff(act),
        reason=reason,
    )


def _announce(measures: Sequence[SupportMeasure], kind: str, act: Act) -> None:
    numbers = [one.resident_number for one in measures]
    announce_protection(numbers=numbers, act=act)
    _record(kind, numbers, act)


def _record(kind: str, numbers: Sequence[str], act: Act) -> None:
    base.record_linkage(
        act,
        kind,
        subjects=[("resident", number) for number in numbers],
        items=["support_measure"],
    )
