"""A 名寄せ is proposed: by who judged two people to be one, or by a 個人番号 that both turn out to have."""

from django.db import transaction
from django.db.models import Q

from integrated_address.models import MatchCandidate, Merge
from integrated_address.selectors import present_number
from integrated_address.services.merging.standing import in_order, locked_pair
from sapporo_base import services as base
from sapporo_base.acts import Act, Refusal

_TWO = 2


class NothingToMerge(Refusal):
    """The two numbers are not of two people in use: one was deleted, or they are merged already."""

    code = "nothing_to_merge"
    message = "名寄せできる二人ではありません(削除済、または名寄せ済の番号です)。"


@transaction.atomic
def propose_merge(
    *,
    addressee: str,
    other: str,
    cause: Merge.Cause | str,
    act: Act,
    reason: str = "",
    candidate: MatchCandidate | None = None,
) -> Merge:
    """
    Propose that two 団体内統合宛名番号 are of one person; nothing moves before another approves.

    The same proposal again changes nothing. One that was rejected is proposed anew only by a human
    being: a machine that saw the same 個人番号 once more gets the rejected one back.

    :param addressee: and `other`: 団体内統合宛名番号, in any order; merged ones count as what they are
    answered with.
    :param cause: `Merge.Cause`, or its value ("individual_number": the 個人番号 that arrived for one
    is registered for the other).
    :raises NothingToMerge: they are one number, or one of them is not in use.
    """
    pair = {present_number(addressee), present_number(other)}
    people = locked_pair(pair)
    if len(people) != _TWO:
        raise NothingToMerge
    survivor, retired = in_order(*people)
    known = (
        Merge.objects.filter(
            Q(retired=retired, survivor=survivor) | Q(retired=survivor, survivor=retired)
        )
        .order_by("-pk")
        .first()
    )
    if known is not None and (
        known.state == Merge.State.PROPOSED
        or (known.state == Merge.State.REJECTED and act.staff is None)
    ):
        return known
    merge = Merge.objects.create(
        retired_id=retired,
        survivor_id=survivor,
        candidate=candidate,
        cause=cause,
        reason=reason,
        proposed_at=act.at,
        proposed_by=act.staff.staff_number if act.staff else "",
        correlation_id=act.correlation_id,
    )
    base.record_linkage(
        act, "merge_proposed", subjects=[("integrated", survivor), ("integrated", retired)]
    )
    return merge
