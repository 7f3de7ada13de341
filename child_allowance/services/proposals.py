"""What changed in the registers, put before staff as proposals; nothing changes by itself."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from child_allowance.models import FeedPosition, Proposal, Recipient, SupportedChild
from child_allowance.rules.amounts import Stage
from child_allowance.rules.milestones import milestones_between
from child_allowance.rules.months import Month
from child_allowance.services.systems import asking
from sapporo_base.acts import Act, NotNow
from social_address import services as social_address

if TYPE_CHECKING:
    from social_address.services.disclosure import DisclosedChange

CHANGES_FEED = "social_address.changes"
READ_AT_ONCE = 1000
MOVED_OUT, DEAD, REMOVED = "2", "3", "9"
AGE_WORDS = {
    Stage.PRIMARY: "3歳に到達",
    Stage.COUNTED_ONLY: "支給対象の年齢を終了",
    Stage.COUNTED_IF_CARED_FOR: "18歳の年度末を経過",
    Stage.GROWN: "算定対象の年齢を終了",
}


@dataclass(frozen=True)
class Read:
    """How many changes were read, and how many proposals they made."""

    changes: int = 0
    proposals: int = 0


def read_changes(*, act: Act) -> Read:
    """
    Read what 社会保障宛名 tells of our people, by receipt, and propose what may follow from it.

    A removal of a recipient may end the entitlement, one of a child may lower it.

    :raises NotPermitted: 児童手当 has no 利用申請 in force; the receipt stays where it is.
    """
    position, _ = FeedPosition.objects.get_or_create(feed=CHANGES_FEED)
    # A feed is published before it is read, each in a transaction of its own.
    page = social_address.disclose_changes(
        receipt=position.receipt, limit=READ_AT_ONCE, act=asking(act)
    )
    with transaction.atomic():
        current = FeedPosition.objects.select_for_update().get(pk=position.pk)
        if current.receipt != position.receipt:
            return Read()
        made = 0
        for change in page.changes:
            if change.resident_status in {MOVED_OUT, DEAD, REMOVED}:
                made += _propose_removal(change, act)
        current.receipt = page.receipt
        current.save(update_fields=["receipt"])
    return Read(changes=len(page.changes), proposals=made)


@transaction.atomic
def propose_milestones(*, month: Month, act: Act) -> int:
    """Propose 年齢到達 for every child whose stage changes in a month; twice proposes once."""
    open_links = SupportedChild.objects.filter(
        Q(counted_until=None) | Q(counted_until__gt=month.first_day), born_on__isnull=False
    )
    proposals = [
        Proposal(
            recipient_id=recipient,
            child_id=pk,
            kind=Proposal.Kind.AGE,
            month=month.first_day,
            reason=AGE_WORDS[found.stage],
            source=f"age {month}",
            raised_at=act.at,
        )
        for pk, recipient, born_on in open_links.values_list("pk", "recipient_id", "born_on")
        if born_on
        for found in milestones_between(born_on, month.plus(-1), month.plus(1))
        if found.stage in AGE_WORDS
    ]
    before = Proposal.objects.count()
    Proposal.objects.bulk_create(proposals, ignore_conflicts=True, batch_size=2000)
    return Proposal.objects.count() - before


@transaction.atomic
def settle_proposal(*, proposal: Proposal, taken_up: bool, reason: str, act: Act) -> Proposal:
    """
    Settle a proposal: taken up by an act of its own, or set aside, with the reason.

    :raises NotNow: it is settled already, or no reason is given.
    """
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if proposal.state != Proposal.State.OPEN:
        raise NotNow("この提案は処理済です。")
    if not reason.strip():
        raise NotNow("処理の理由を記入してください。")
    proposal.state = Proposal.State.TAKEN_UP if taken_up else Proposal.State.SET_ASIDE
    proposal.settled_by, proposal.settled_at = act.staff, act.at
    proposal.settled_because = reason.strip()[:200]
    proposal.save()
    return proposal


def _propose_removal(change: "DisclosedChange", act: Act) -> int:
    words = {MOVED_OUT: "転出", DEAD: "死亡", REMOVED: "消除"}[change.resident_status]
    day: date = change.changed_on or act.day
    next_month = Month.of(day).plus(1).first_day
    recipients = Recipient.objects.filter(
        addressee_number=change.addressee_number, entitled_until=None
    )
    children = SupportedChild.objects.filter(
        child_number=change.addressee_number, counted_until=None
    )
    wanted = [
        Proposal(recipient=one, kind=Proposal.Kind.END, reason=f"受給者の{words}")
        for one in recipients
    ]
    wanted += [
        Proposal(
            recipient_id=link.recipient_id,
            child=link,
            kind=Proposal.Kind.REVISION,
            reason=f"児童の{words}",
        )
        for link in children
    ]
    for proposal in wanted:
        proposal.month, proposal.raised_at = next_month, act.at
        proposal.source = f"change {change.receipt}"
    before = Proposal.objects.count()
    Proposal.objects.bulk_create(wanted, ignore_conflicts=True)
    return Proposal.objects.count() - before
