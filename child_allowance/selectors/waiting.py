"""What waits in 児童手当, for its pages."""

from datetime import date
from typing import Final

from django.db.models import Count, Sum

from child_allowance.models import Claim, Entitlement, Payment, PaymentRun, Proposal
from sapporo_base import selectors as base
from social_address import selectors as social_address

OWN_SYSTEM: Final = "027-000"
JUDGED_BY: Final = ("born_on", "resident_status")
"""Items of 社会保障宛名 without which no claim is judged."""


def why_claims_wait(*, day: date) -> str:
    """Return in words why claims are not judged and changes not read today, "" where they are."""
    return social_address.why_not_given(system=base.system(OWN_SYSTEM), items=JUDGED_BY, day=day)


def waiting_claims() -> dict[str, int]:
    """Return how many claims wait, by state."""
    return dict(
        Claim.objects.exclude(state=Claim.State.DECIDED)
        .values_list("state")
        .annotate(count=Count("pk"))
    )


def open_proposal_count() -> int:
    """Return how many 異動提案 nobody has settled."""
    return Proposal.objects.filter(state=Proposal.State.OPEN).count()


def last_run() -> PaymentRun | None:
    """Return the newest pay day."""
    return PaymentRun.objects.order_by("-pay_on").first()


def yen_entitled(run: PaymentRun) -> int:
    """Return the yen of the entitlements that a pay day's payments are made of."""
    return int(
        Entitlement.objects.filter(payment__run=run).aggregate(yen=Sum("amount"))["yen"] or 0
    )


def held_payment_count() -> int:
    """Return how many payments of the newest pay day are held or came back."""
    run = last_run()
    troubled = Payment.State.HELD, Payment.State.RETURNED
    return run.payments.filter(state__in=troubled).count() if run else 0
