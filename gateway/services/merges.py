"""
名寄せ and moved 業務番号 as the platform must see them: copies, inquiries and flags follow their person.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from gateway import conversion
from gateway.models import Copy, CopyVersion, Inquiry, PlatformNumber
from gateway.services.flags.merging import carry_flags, protect_as_before, return_flags
from gateway.services.inquiries.accepting import hasten_codes
from integrated_address import selectors as addressees
from integrated_address import services as addressee_acts
from sapporo_base import services as base
from sapporo_base.acts import Act
from sapporo_base.models import BusinessSystem
from sapporo_base.nudge import nudge

if TYPE_CHECKING:
    from integrated_address.selectors.feeds import AddresseeChangeEntry

_NOT_SENT = (Inquiry.State.WAITING, Inquiry.State.WAITING_CODE)
_HAD_CODE = ("acquired", "requested", "requested_again")
_UNDER_WAY = (
    Inquiry.State.SENDING,
    Inquiry.State.ASKED,
    Inquiry.State.HELD,
    Inquiry.State.ARRIVED,
)


def still_needed() -> Q:
    """Say of which numbers the platform is not told the end yet: copies go, answers come under them."""
    leaving = Copy.objects.filter(
        integrated_number=OuterRef("pk"),
        is_withdrawn=True,
        state__in=[Copy.State.WAITING, Copy.State.SENDING],
    )
    asked = Inquiry.objects.filter(integrated_number=OuterRef("pk"), state__in=_UNDER_WAY)
    return Q(Exists(leaving)) | Q(Exists(asked))


def follow_merge(entry: "AddresseeChangeEntry", *, act: Act) -> None:
    """
    Follow a 名寄せ or its undoing; the same entry again changes nothing.

    The retired number leaves the platform when its copies have left it and its inquiries are answered;
    the copies go out anew under the number to which their business number belongs now.
    """
    (retired,) = entry.integrated_numbers
    PlatformNumber.objects.bulk_create(
        [PlatformNumber(integrated_number=n, due_at=act.at) for n in (entry.survivor, retired)],
        ignore_conflicts=True,
    )
    numbers = PlatformNumber.objects.select_for_update().in_bulk([entry.survivor, retired])
    trip = entry.trip or act.correlation_id
    two = {"retired": numbers[retired], "survivor": numbers[entry.survivor]}
    if entry.kind == "merged":
        _retire(numbers[retired], act)
        carry_flags(**two, trip=trip, act=act)
    else:
        _revive(numbers[retired], act)
        return_flags(**two, trip=trip, act=act)
    moved = _align_copies((entry.survivor, retired), entry, act)
    asked = _align_inquiries((entry.survivor, retired), act)
    base.record_linkage(
        act,
        "merge_followed",
        subjects=[("integrated", entry.survivor), ("integrated", retired)],
        detail=f"副本{moved}件、照会{asked}件",
    )
    nudge("gateway.tasks.work_bulk", queue="bulk")


def follow_move(entry: "AddresseeChangeEntry", *, act: Act) -> None:
    """
    Follow a business number that turned out to be somebody else's; the same entry again changes nothing.

    Its copies leave the person whose they never were and go out under whose they are; an inquiry that
    was not sent is asked about them.
    """
    first, target = entry.integrated_numbers
    PlatformNumber.objects.bulk_create(
        [PlatformNumber(integrated_number=n, due_at=act.at) for n in (first, target)],
        ignore_conflicts=True,
    )
    moved = _align_copies((first, target), entry, act)
    protect_as_before(first=first, target=target, trip=entry.trip or act.correlation_id, act=act)
    asked = _align_inquiries((first, target), act)
    base.record_linkage(
        act,
        "merge_followed",
        subjects=[("integrated", first), ("integrated", target)],
        detail=f"業務番号の訂正 副本{moved}件、照会{asked}件",
    )
    nudge("gateway.tasks.work_bulk", queue="bulk")


def _retire(retired: PlatformNumber, act: Act) -> None:
    retired.state, retired.due_at = PlatformNumber.State.TO_DELETE, act.at
    retired.exchange = None
    retired.save(update_fields=["state", "due_at", "exchange"])


def _revive(retired: PlatformNumber, act: Act) -> None:
    """The number is the platform's again; what it lost with it, the 符号 too, is asked for anew."""
    never_left = (
        retired.state == PlatformNumber.State.TO_DELETE
        and retired.exchange_id is None
        and retired.registered_at is not None
    )
    state = PlatformNumber.State
    retired.state = state.REGISTERED if never_left else state.TO_REGISTER
    retired.due_at, retired.exchange, retired.attempts = act.at, None, 0
    if not never_left:
        retired.code_state = PlatformNumber.CodeState.NONE
    retired.save(update_fields=["state", "due_at", "exchange", "attempts", "code_state"])
    if not never_left and addressees.code_states_of([retired.pk]).get(retired.pk) in _HAD_CODE:
        asking = replace(act, reason="名寄せの解除により、番号をプラットフォームに登録し直すため")
        addressee_acts.request_codes_anew(integrated_numbers=[retired.pk], act=asking)


def _align_copies(numbers: Iterable[str], entry: "AddresseeChangeEntry", act: Act) -> int:
    """Let each copy lie under the number of its business number; return how many moved."""
    moved = 0
    rows = Copy.objects.select_for_update().filter(
        Q(is_withdrawn=False) | Q(correlation_id=entry.trip), integrated_number__in=numbers
    )
    for copy in list(rows.order_by("pk")):
        right = _number_of(copy.system, copy.business_number)
        if right is None:
            continue
        if copy.is_withdrawn:
            # Withdrawn by the 名寄せ alone, under the number that is in use again.
            if entry.kind == "unmerged" and right == copy.integrated_number:
                _change(copy, act, withdrawn=False)
        elif right != copy.integrated_number:
            _lay_under(right, copy, act)
            copy.correlation_id = entry.trip or act.correlation_id
            _change(copy, act, withdrawn=True)
            moved += 1
    return moved


def _number_of(system: BusinessSystem, business_number: str) -> str | None:
    found = addressees.integrated_numbers_of(system=system, business_numbers=[business_number])
    return found.get(business_number)


def _lay_under(number: str, copy: Copy, act: Act) -> None:
    """Make the copy under another number; where that has one of its own, this one stays."""
    known = Copy.objects.filter(
        information_code=copy.information_code,
        integrated_number=number,
        dataset=copy.dataset,
        key=copy.key,
        layout_version=copy.layout_version,
    ).first()
    if known is not None and not known.is_withdrawn:
        return
    other = known or Copy(
        system=copy.system,
        information_code=copy.information_code,
        integrated_number=number,
        dataset=copy.dataset,
        key=copy.key,
        layout_version=copy.layout_version,
        ward_code=copy.ward_code,
    )
    other.business_number, other.items = copy.business_number, copy.items
    other.published_from, other.published_until = copy.published_from, copy.published_until
    _change(other, act, withdrawn=False)


def _change(copy: Copy, act: Act, *, withdrawn: bool) -> None:
    if withdrawn and copy.state == Copy.State.FORWARDED:
        # What the platform held until now is what the city would have told of this number.
        CopyVersion.objects.create(
            copy=copy,
            items=copy.items,
            published_from=copy.published_from,
            published_until=copy.published_until,
            content_hash=copy.wanted_hash,
            digest=copy.digest,
            held_from=copy.forwarded_at,
            superseded_at=act.at,
            correlation_id=act.correlation_id,
        )
    copy.is_withdrawn = withdrawn
    copy.wanted_hash = conversion.content_hash(
        copy.items,
        published_from=copy.published_from,
        published_until=copy.published_until,
        is_withdrawn=withdrawn,
    )
    # One that is on its way is looked at again when its message is settled.
    if copy.state != Copy.State.SENDING:
        copy.state = Copy.State.WAITING
    copy.due_at, copy.changed_at, copy.attempts = act.at, act.at, 0
    copy.reason, copy.reason_code = "", ""
    copy.save()


def _align_inquiries(numbers: Iterable[str], act: Act) -> int:
    """Ask under the present number what was not asked yet; what was asked is answered as it was asked."""
    moved, without_code = 0, set()
    open_ones = Inquiry.objects.select_for_update().filter(
        integrated_number__in=numbers, state__in=_NOT_SENT
    )
    for inquiry in list(open_ones.order_by("pk")):
        right = _number_of(inquiry.system, inquiry.business_number)
        if right is None or right == inquiry.integrated_number:
            continue
        inquiry.integrated_number = right
        has_code = PlatformNumber.objects.filter(
            pk=right, code_state=PlatformNumber.CodeState.ACQUIRED
        ).exists()
        inquiry.state = Inquiry.State.WAITING if has_code else Inquiry.State.WAITING_CODE
        inquiry.code_ready_at = act.at if has_code else None
        inquiry.due_at = act.at
        inquiry.save(update_fields=["integrated_number", "state", "code_ready_at", "due_at"])
        moved += 1
        if not has_code:
            without_code.add(right)
    hasten_codes(without_code, act)
    return moved
