"""
A 名寄せ that was wrong is undone: each has again what it had before.

What came in between is carried, not lost: a number that was linked meanwhile stays with the number
that remained, 基本4情報 that arrived meanwhile go with the 統合宛名フラグ.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from integrated_address.models import (
    BasicItems,
    BusinessNumber,
    IndividualNumber,
    IntegratedAddressee,
    MatchCandidate,
    Merge,
    MergeNotice,
    MergeRow,
)
from integrated_address.rules import RESIDENT_REGISTER
from integrated_address.selectors import flag_row, later_merge, systems_to_tell
from integrated_address.services.locks import lock_everyone
from integrated_address.services.merging import moving
from integrated_address.services.merging.judgements import release_judgements
from integrated_address.services.merging.telling import tell_all
from sapporo_base import selectors as ground
from sapporo_base import services as base
from sapporo_base.acts import Act, InvalidRequest, NotNow, NotPermitted
from sapporo_base.models import LinkageRecordSubject

_OPEN = {"valid_until__isnull": True, "superseded_at__isnull": True}
State = IntegratedAddressee.State


class NotUndoable(NotNow):
    """It is not carried out, or another 名寄せ was carried out upon it."""

    code = "merge_not_undoable"
    message = "この名寄せは解除できません。"


@transaction.atomic
def undo_merge(*, merge_number: int, reason: str, act: Act) -> Merge:
    """
    Undo a 名寄せ: both numbers are in use again, each with what it had; everybody is told.

    One person may undo what two have decided: two people under one number see each other's data, and
    that must end at once.

    :raises NotPermitted: no member of staff acts. :raises InvalidRequest: no reason.
    :raises NotUndoable: it is not carried out, or a later 名寄せ stands upon it.
    """
    if act.staff is None:
        raise NotPermitted("名寄せの解除は職員が行います。")
    if not reason:
        raise InvalidRequest(fields={"reason": "理由を入力してください。"})
    lock_everyone()
    merge = Merge.objects.select_for_update().filter(pk=merge_number).first()
    if merge is None or merge.state != Merge.State.MERGED:
        raise NotUndoable("名寄せ済のものだけを解除できます。")
    if later := later_merge(merge):
        raise NotUndoable(f"後から行った名寄せ 第{later.pk}号を先に解除してください。")
    people = IntegratedAddressee.objects.select_for_update(of=("self",)).in_bulk(
        [merge.survivor_id, merge.retired_id]
    )
    survivor, retired = people[merge.survivor_id], people[merge.retired_id]
    if survivor.state != State.ACTIVE:
        raise NotUndoable("残した番号が削除されているため解除できません。")
    flagged_before = flag_row(survivor.pk)
    retired.state, retired.deleted_at, retired.merged_into = State.ACTIVE, None, None
    retired.under_support = survivor.under_support
    retired.save(update_fields=["state", "deleted_at", "merged_into", "under_support"])
    _divide_protection(merge, survivor)
    _return_numbers(merge, act)
    _return_individual_numbers(merge, act)
    returned = flagged_before is not None and not _holds(survivor.pk, flagged_before)
    _return_basics(merge, owner=retired.pk if returned else survivor.pk, act=act)
    merge.state, merge.undone_at = Merge.State.UNDONE, act.at
    merge.undone_by, merge.undone_reason = act.staff.staff_number, reason
    merge.save()
    pair = sorted((merge.survivor_id, merge.retired_id))
    MatchCandidate.objects.filter(first=pair[0], second=pair[1]).update(
        state=MatchCandidate.State.DIFFERENT,
        since=act.at,
        reason=reason,
        decided_by=act.staff.staff_number,
    )
    release_judgements(merge, act)
    systems = systems_to_tell(survivor=survivor.pk, retired=retired.pk)
    tell_all(merge, MergeNotice.Kind.UNMERGED, systems, act)
    base.record_linkage(
        act,
        "merge_undone",
        subjects=[("integrated", survivor.pk), ("integrated", retired.pk)],
        detail=f"名寄せ 第{merge.pk}号",
    )
    return merge


def _divide_protection(merge: Merge, survivor: IntegratedAddressee) -> None:
    """
    支援措置 that the survivor had only from the retired number leaves it again.

    Not where anything was recorded about the 支援措置 of either since: then both stay protected, and
    the measure's own end lifts it.
    """
    before = merge.image
    subjects = [("integrated", merge.survivor_id), ("integrated", merge.retired_id)]
    subjects += [
        (LinkageRecordSubject.Kind.RESIDENT, link["number"])
        for image in before.values()
        for link in image["business_numbers"]
        if link["system"] in RESIDENT_REGISTER
    ]
    since = ground.records_about(subjects).filter(
        kind__startswith="support_", at__gt=merge.decided_at
    )
    only_from_retired = (
        before["retired"]["under_support"] and not before["survivor"]["under_support"]
    )
    if only_from_retired and not since.exists():
        survivor.under_support = False
        survivor.save(update_fields=["under_support"])


def _ids(merge: Merge, table: MergeRow.Table) -> tuple[list[int], list[int]]:
    rows = merge.rows.filter(table=table).values_list("row_before", "row_after")
    return [before for before, _ in rows], [after for _, after in rows]


def _return_numbers(merge: Merge, act: Act) -> None:
    before, after = _ids(merge, moving.BUSINESS_NUMBER)
    if before:
        # As they stand now: a number whose period ended meanwhile goes back with its end.
        moving.give_back(
            moving.BUSINESS_NUMBER,
            into=merge.retired_id,
            act=act,
            which="addressee_id = %(survivor)s AND id >= %(first)s AND (system_id, number) IN"
            " (SELECT system_id, number FROM integrated_address_businessnumber"
            " WHERE id = ANY(%(moved)s))",
            survivor=merge.survivor_id,
            first=min(after),
            moved=before,
        )
    for image in (merge.image["survivor"], merge.image["retired"]):
        _return_flag(image)


def _return_flag(image: Mapping[str, Any]) -> None:
    """Who has no 統合宛名フラグ now gets it back on the row that bore it, where that is open still."""
    addressee = image["integrated_number"]
    if flag_row(addressee) is not None:
        return
    bore = [link["id"] for link in image["business_numbers"] if link["integrated_flag"]]
    for link in BusinessNumber.objects.filter(pk__in=bore, valid_until=None):
        BusinessNumber.objects.filter(
            addressee=addressee, system=link.system_id, number=link.number, **_OPEN
        ).update(integrated_flag=True)


def _holds(addressee: str, link: BusinessNumber) -> bool:
    return BusinessNumber.objects.filter(
        addressee=addressee, system=link.system_id, number=link.number, **_OPEN
    ).exists()


def _return_individual_numbers(merge: Merge, act: Act) -> None:
    rows = merge.rows.filter(table=moving.INDIVIDUAL_NUMBER)
    known = set(
        IndividualNumber.objects.filter(
            pk__in=rows.values("row_after"), superseded_at=None
        ).values_list("pk", flat=True)
    )
    pairs = [(row.row_before, row.row_after) for row in rows if row.row_after in known]
    moving.withdraw_rows(moving.INDIVIDUAL_NUMBER, [after for _, after in pairs], act=act)
    moving.restore_rows(moving.INDIVIDUAL_NUMBER, [before for before, _ in pairs], act=act)


def _return_basics(merge: Merge, *, owner: str, act: Act) -> None:
    """Give each its 基本4情報 from before; what arrived in between is the owner's."""
    _, after = _ids(merge, moving.BASIC_ITEMS)
    before = {
        image["integrated_number"]: [row["id"] for row in image["basics"]]
        for image in (merge.image["survivor"], merge.image["retired"])
    }
    own = set(before[merge.survivor_id])
    known = BasicItems.objects.filter(addressee=merge.survivor_id, superseded_at=None)
    held = list(known.order_by("pk"))
    ended = {
        (row.valid_from, row.name, row.residential_address)
        for row in BasicItems.objects.filter(pk__in=[*after, *own])
    }
    arrived = [
        row
        for row in held
        if row.pk not in own
        and row.pk not in after
        and not (row.valid_until and (row.valid_from, row.name, row.residential_address) in ended)
    ]
    stays = {row.pk for row in arrived} if owner == merge.survivor_id else set()
    withdrawn = [row.pk for row in held if row.pk not in own and row.pk not in stays]
    if owner != merge.survivor_id and arrived:
        moving.give_back(
            moving.BASIC_ITEMS,
            into=owner,
            act=act,
            which="id = ANY(%(arrived)s)",
            arrived=[row.pk for row in arrived],
        )
    moving.withdraw_rows(moving.BASIC_ITEMS, withdrawn, act=act)
    still = {row.pk for row in held if row.pk in own}
    for person, ids in before.items():
        missing = [pk for pk in ids if pk not in still]
        _restore(missing, arrived if person == owner else [], act)


def _restore(ids: Collection[int], arrived: list[BasicItems], act: Act) -> None:
    """Write rows from before once more; an open one ends where what arrived meanwhile begins."""
    rows = BasicItems.objects.filter(pk__in=ids)
    if not arrived:
        moving.restore_rows(moving.BASIC_ITEMS, [row.pk for row in rows], act=act)
        return
    begins = min(row.valid_from for row in arrived)
    closed = [row.pk for row in rows if row.valid_until is not None]
    moving.restore_rows(moving.BASIC_ITEMS, closed, act=act)
    for row in rows:
        if row.valid_until is None and row.valid_from < begins:
            row.pk = None
            row.valid_until, row.recorded_at, row.superseded_at = begins, act.at, None
            row.save(force_insert=True)
