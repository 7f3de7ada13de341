"""A proposed 名寄せ is carried out by another than who proposed it, or rejected."""

from django.db import transaction

from integrated_address.models import (
    BusinessNumber,
    IndividualNumber,
    IntegratedAddressee,
    MatchCandidate,
    MatchKey,
    Merge,
    MergeNotice,
)
from integrated_address.selectors import (
    flag_row,
    present_number,
    systems_to_tell,
    whose_word_counts,
)
from integrated_address.services.locks import lock_everyone
from integrated_address.services.merging import moving
from integrated_address.services.merging.images import image_of
from integrated_address.services.merging.judgements import carry_judgements
from integrated_address.services.merging.proposing import NothingToMerge
from integrated_address.services.merging.standing import in_order, locked_pair
from integrated_address.services.merging.telling import tell_all
from sapporo_base import services as base
from sapporo_base.acts import Act, NotNow, NotPermitted, Refusal

_OPEN = {"valid_until__isnull": True, "superseded_at__isnull": True}
_TWO = 2


class BothHaveIndividualNumbers(Refusal):
    """Two people with two 個人番号 are two people, or one of the numbers is wrong."""

    code = "both_have_individual_numbers"
    message = (
        "二人とも個人番号が登録されているため名寄せできません。同じ方であれば、先に個人番号の変更または"
        "訂正を登録してください。"
    )


class DecidedAlready(NotNow):
    """Somebody decided it in the meantime."""

    code = "merge_decided_already"
    message = "この名寄せは既に承認または却下されています。"


def refuse_contradiction(numbers: list[str]) -> None:
    """:raises BothHaveIndividualNumbers: a 個人番号 is registered for each of the two."""
    if IndividualNumber.objects.filter(addressee__in=numbers, **_OPEN).count() == _TWO:
        raise BothHaveIndividualNumbers


@transaction.atomic
def approve_merge(*, merge_number: int, reason: str = "", act: Act) -> Merge:
    """
    Carry out a proposed 名寄せ: numbers and 基本4情報 move, the retired number is answered with the
    survivor, everybody who is linked is told.

    :raises NotPermitted: no member of staff acts, or it is the one who proposed it.
    :raises DecidedAlready: it is not proposed any more.
    :raises NothingToMerge: one of the two is not in use any more, or they are one already.
    :raises BothHaveIndividualNumbers: each has a 個人番号.
    """
    lock_everyone()
    merge = _proposed(merge_number, act)
    if merge.proposed_by == act.staff.staff_number:  # type: ignore[union-attr]
        raise NotPermitted("提案した職員は承認できません。別の職員が承認してください。")
    people = locked_pair({present_number(merge.retired_id), present_number(merge.survivor_id)})
    if len(people) != _TWO:
        raise NothingToMerge
    refuse_contradiction([person.pk for person in people])
    merge.survivor_id, merge.retired_id = in_order(*people)
    survivor, retired = sorted(people, key=lambda person: person.pk != merge.survivor_id)
    merge.image = {"survivor": image_of(survivor), "retired": image_of(retired)}
    merge.state, merge.decided_at = Merge.State.MERGED, act.at
    merge.decided_by, merge.decided_reason = _staff_number(act), reason
    merge.save()
    systems = systems_to_tell(survivor=survivor.pk, retired=retired.pk)
    _move(merge, survivor, retired, act)
    _settle_candidates(merge, act)
    tell_all(merge, MergeNotice.Kind.MERGED, systems, act)
    base.record_linkage(
        act,
        "people_merged",
        subjects=[("integrated", survivor.pk), ("integrated", retired.pk)],
        detail=f"名寄せ 第{merge.pk}号",
    )
    return merge


@transaction.atomic
def reject_merge(*, merge_number: int, reason: str, act: Act) -> Merge:
    """
    Reject a proposed 名寄せ; the pair counts as 別人 until something about the two changes.

    :raises DecidedAlready: it is not proposed any more.
    """
    merge = _proposed(merge_number, act)
    merge.state, merge.decided_at = Merge.State.REJECTED, act.at
    merge.decided_by, merge.decided_reason = _staff_number(act), reason
    merge.save()
    if merge.candidate_id:
        MatchCandidate.objects.filter(pk=merge.candidate_id).update(
            state=MatchCandidate.State.DIFFERENT,
            since=act.at,
            reason=reason,
            decided_by=_staff_number(act),
        )
    base.record_linkage(
        act,
        "merge_rejected",
        subjects=[("integrated", merge.survivor_id), ("integrated", merge.retired_id)],
    )
    return merge


def _proposed(merge_number: int, act: Act) -> Merge:
    if act.staff is None:
        raise NotPermitted("名寄せの承認・却下は職員が行います。")
    merge = Merge.objects.select_for_update().filter(pk=merge_number).first()
    if merge is None or merge.state != Merge.State.PROPOSED:
        raise DecidedAlready
    return merge


def _staff_number(act: Act) -> str:
    return act.staff.staff_number if act.staff else ""


def _move(
    merge: Merge, survivor: IntegratedAddressee, retired: IntegratedAddressee, act: Act
) -> None:
    counts = whose_word_counts(survivor=survivor.pk, retired=retired.pk)
    loser = flag_row(retired.pk if counts == survivor.pk else survivor.pk)
    if loser is not None:
        BusinessNumber.objects.filter(pk=loser.pk).update(integrated_flag=False)
    of_retired = "addressee_id = %(retired)s"
    mover = moving.Mover(merge, act)
    mover.move(moving.BUSINESS_NUMBER, which=of_retired)
    mover.move(moving.INDIVIDUAL_NUMBER, which=of_retired)
    if counts == retired.pk:
        its_own_open = "addressee_id = %(into)s AND valid_until IS NULL"
        mover.move(moving.BASIC_ITEMS, which=its_own_open, closing=True)
    mover.move(moving.BASIC_ITEMS, which=of_retired, closing=counts == survivor.pk)
    retired.state, retired.deleted_at = IntegratedAddressee.State.MERGED, act.at
    retired.merged_into = survivor
    retired.save(update_fields=["state", "deleted_at", "merged_into"])
    if retired.under_support and not survivor.under_support:
        survivor.under_support = True
        survivor.save(update_fields=["under_support"])


def _settle_candidates(merge: Merge, act: Act) -> None:
    """
    The pair is settled; other doubts about the retired number come back as the survivor's, what was judged
    別人 holds for the survivor.
    """
    pair = sorted((merge.survivor_id, merge.retired_id))
    MatchCandidate.objects.filter(first=pair[0], second=pair[1]).update(
        state=MatchCandidate.State.MERGED, since=act.at
    )
    for side in ("first", "second"):
        MatchCandidate.objects.filter(
            **{side: merge.retired_id}, state__in=MatchCandidate.OPEN
        ).update(state=MatchCandidate.State.LAPSED, since=act.at)
    carry_judgements(merge, act)
    MatchKey.objects.filter(addressee=merge.retired_id).delete()
