"""A human being says whether two are one: a 名寄せ is proposed, they are two people, or it waits."""

from django.db import transaction

from integrated_address.models import MatchCandidate, MatchDecision, Merge
from integrated_address.services.merging import propose_merge
from integrated_address.services.merging.approving import refuse_contradiction
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow, NotPermitted

State = MatchCandidate.State


class JudgedAlready(NotNow):
    """Somebody judged the pair in the meantime."""

    code = "candidate_judged_already"
    message = "この候補は既に判定されています。"


@transaction.atomic
def judge_same(*, candidate_number: int, reason: str, act: Act) -> Merge:
    """
    Judge that the two are one person: a 名寄せ is proposed, which another must approve.

    :raises JudgedAlready: it is not open any more. :raises InvalidRequest: no reason.
    :raises BothHaveIndividualNumbers: each has a 個人番号.
    """
    candidate = _open(candidate_number, reason, act)
    refuse_contradiction([candidate.first_id, candidate.second_id])
    merge = propose_merge(
        addressee=candidate.first_id,
        other=candidate.second_id,
        cause=Merge.Cause.JUDGED,
        act=act,
        reason=reason,
        candidate=candidate,
    )
    _decide(candidate, State.PROPOSED, reason, act)
    return merge


@transaction.atomic
def judge_different(*, candidate_number: int, reason: str, act: Act) -> None:
    """
    Judge that they are two people: the pair does not come back before something about them changes.

    :raises JudgedAlready: it is not open any more. :raises InvalidRequest: no reason.
    """
    _decide(_open(candidate_number, reason, act), State.DIFFERENT, reason, act)


@transaction.atomic
def put_off(*, candidate_number: int, reason: str, act: Act) -> None:
    """
    Put a judgement off, and say for what it waits; the pair stays on the list.

    :raises JudgedAlready: it is not open any more. :raises InvalidRequest: no reason.
    """
    _decide(_open(candidate_number, reason, act), State.PUT_OFF, reason, act)


def _open(candidate_number: int, reason: str, act: Act) -> MatchCandidate:
    if act.staff is None:
        raise NotPermitted("同一人の判定は職員が行います。")
    if not reason:
        raise InvalidRequest(fields={"reason": "理由を入力してください。"})
    candidate = MatchCandidate.objects.select_for_update().filter(pk=candidate_number).first()
    if candidate is None or candidate.state not in MatchCandidate.OPEN:
        raise JudgedAlready
    return candidate


def _decide(candidate: MatchCandidate, state: MatchCandidate.State, reason: str, act: Act) -> None:
    by = act.staff.staff_number if act.staff else ""
    MatchDecision.objects.create(
        candidate=candidate,
        state_before=candidate.state,
        state=state,
        reason=reason,
        staff_number=by,
        at=act.at,
        correlation_id=act.correlation_id,
    )
    candidate.state, candidate.since = state, act.at
    candidate.reason, candidate.decided_by = reason, by
    candidate.save(update_fields=["state", "since", "reason", "decided_by"])
    base.record_linkage(
        act,
        "candidate_judged",
        subjects=[("integrated", candidate.first_id), ("integrated", candidate.second_id)],
        detail=candidate.get_state_display(),
    )
