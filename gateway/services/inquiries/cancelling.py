"""情報照会 taken back (取りやめ): at once while it has not gone out, by the platform after that."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from gateway.models import Exchange, Inquiry, Lane
from gateway.rules import waiting
from gateway.services.answers import Told, ToldState
from gateway.services.exchanges import finish, held, new_exchange
from gateway.services.inquiries.results import end_inquiries
from sapporo_base import services as base
from sapporo_base.acts import Act, NotFound, NotNow
from sapporo_base.models import BusinessSystem
from sapporo_base.nudge import nudge

NOT_OUT_YET = frozenset({Inquiry.State.WAITING, Inquiry.State.WAITING_CODE})
AT_THE_PLATFORM = frozenset({Inquiry.State.SENDING, Inquiry.State.ASKED, Inquiry.State.HELD})
_TOO_LATE = "回答がすでに届いているため、取りやめできません。"
_TOO_LATE_THERE = "取りやめは間に合いませんでした。回答を待っています。"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What became of one 取りやめ: `cancelled`, `asked` (the platform decides) or `refused`."""

    inquiry_id: int
    outcome: str
    why: str = ""


@transaction.atomic
def cancel_inquiries(
    *, system: BusinessSystem, inquiry_ids: Collection[int], act: Act
) -> list[Cancelled]:
    """
    Take inquiries back. Those that have not gone out end at once; those at the platform are
    taken back there (one by one in the interactive lane, by file in the other), and end when it
    says so. Asking twice changes nothing.
    """
    found = (
        Inquiry.objects.select_for_update().filter(system=system, pk__in=inquiry_ids).order_by("pk")
    )
    by_id = {inquiry.pk: inquiry for inquiry in found}
    ended: list[Inquiry] = []
    told = [_taken_back(pk, by_id.get(pk), ended, act) for pk in dict.fromkeys(inquiry_ids)]
    Inquiry.objects.bulk_update(by_id.values(), ["state", "settled_at", "cancel_asked_at"], 1000)
    end_inquiries([one.pk for one in ended], {}, act)
    asked = [by_id[one.inquiry_id] for one in told if one.outcome == "asked"]
    if asked:
        base.record_linkage(
            act,
            "inquiry_cancel_asked",
            subjects=[("integrated", inquiry.integrated_number) for inquiry in asked],
            receiver_code=system.code,
        )
        for lane in {inquiry.lane for inquiry in asked}:
            interactive = lane == Lane.INTERACTIVE
            nudge(
                f"gateway.tasks.work_{'interactive' if interactive else 'bulk'}",
                queue="interactive" if interactive else "bulk",
            )
    return told


def _taken_back(pk: int, inquiry: Inquiry | None, ended: list[Inquiry], act: Act) -> Cancelled:
    if inquiry is None:
        return Cancelled(pk, "refused", "該当する照会がありません。")
    if inquiry.state == Inquiry.State.CANCELLED:
        return Cancelled(pk, "cancelled")
    if inquiry.state in NOT_OUT_YET:
        inquiry.state, inquiry.settled_at = Inquiry.State.CANCELLED, act.at
        inquiry.cancel_asked_at = act.at
        ended.append(inquiry)
        return Cancelled(pk, "cancelled")
    if inquiry.state in AT_THE_PLATFORM:
        inquiry.cancel_asked_at = inquiry.cancel_asked_at or act.at
        return Cancelled(pk, "asked")
    return Cancelled(pk, "refused", _TOO_LATE)


@transaction.atomic
def cancel_inquiry(*, system: BusinessSystem, inquiry_id: int, act: Act) -> Inquiry:
    """
    Take one inquiry back (取りやめ).

    :raises NotFound: the system has no such inquiry. :raises NotNow: its answer is here already.
    """
    told = cancel_inquiries(system=system, inquiry_ids=[inquiry_id], act=act)[0]
    inquiry = Inquiry.objects.filter(system=system, pk=inquiry_id).first()
    if inquiry is None:
        raise NotFound(told.why)
    if told.outcome == "refused":
        raise NotNow(told.why)
    return inquiry


@transaction.atomic
def settle_cancelled(exchange: Exchange, told: Told, *, act: Act) -> None:
    """
    Settle 取りやめ: for those that the platform took, the outcome is asked next; the others go on.
    """
    row = held(exchange)
    if row is None:
        return
    refused = told.rejected()
    inquiries = list(row.inquiries.select_for_update())
    taken = [inquiry for inquiry in inquiries if inquiry.record_id not in refused]
    for inquiry in inquiries:
        inquiry.exchange = None
        if inquiry.record_id in refused:
            _goes_on(inquiry, act)
    if taken:
        check = new_exchange(
            work="check_cancel", lane=row.lane, ids=[inquiry.pk for inquiry in taken], act=act
        )
        for inquiry in taken:
            inquiry.exchange = check
    _save(inquiries)
    finish(row, at=act.at, accepted=len(taken), refused=len(refused))


@transaction.atomic
def settle_cancel_states(exchange: Exchange, told: Sequence[ToldState], *, act: Act) -> None:
    """Settle whether 取りやめ was in time: what was in time ends, the rest goes on."""
    row = held(exchange)
    if row is None:
        return
    by_id = {state.record_id: state for state in told}
    ended = []
    inquiries = list(row.inquiries.select_for_update())
    for inquiry in inquiries:
        inquiry.exchange = None
        state = by_id.get(inquiry.record_id)
        if state is not None:
            inquiry.detail_status, inquiry.name_status = state.detail_status, state.name_status
        if state is not None and state.state == "cancelled":
            inquiry.state, inquiry.settled_at = Inquiry.State.CANCELLED, act.at
            ended.append(inquiry)
        else:
            _goes_on(inquiry, act)
    _save(inquiries)
    end_inquiries([one.pk for one in ended], {}, act)
    finish(row, at=act.at, accepted=len(ended), refused=len(inquiries) - len(ended))


def _goes_on(inquiry: Inquiry, act: Act) -> None:
    inquiry.cancel_asked_at = None
    inquiry.reason_code, inquiry.reason = "cancelled_too_late", _TOO_LATE_THERE
    inquiry.due_at = act.at + waiting.look_after(0, interactive=inquiry.lane == Lane.INTERACTIVE)


def _save(inquiries: Sequence[Inquiry]) -> None:
    Inquiry.objects.bulk_update(
        inquiries,
        [
            *("exchange", "state", "settled_at", "cancel_asked_at", "detail_status", "name_status"),
            *("reason_code", "reason", "due_at"),
        ],
        1000,
    )
