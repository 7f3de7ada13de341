"""How many and how much: for boards and for the reconciliation of a rehearsal."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from child_allowance.models import Claim, Entitlement, FactInquiry, Payment, PaymentRun

_OPEN_INQUIRY = [FactInquiry.State.WANTED, FactInquiry.State.ASKED]


@dataclass(frozen=True, slots=True)
class PayDayTotals:
    """What a pay day comes to: paid, held back, and the months' entitlements it is made of."""

    count: int
    yen: int
    held_yen: int
    entitled_yen: int
    file_name: str


def open_inquiry_count() -> int:
    """Return how many facts are wanted or asked and not answered yet."""
    return FactInquiry.objects.filter(state__in=_OPEN_INQUIRY).count()


def answered_inquiry_count() -> int:
    """Return how many asked facts came back, with 該当なし among them."""
    answered = [FactInquiry.State.ANSWERED, FactInquiry.State.NOTHING_THERE]
    return FactInquiry.objects.filter(state__in=answered).count()


def decided_claim_count() -> int:
    """Return how many claims are decided."""
    return Claim.objects.filter(state=Claim.State.DECIDED).count()


def waiting_claim_count() -> int:
    """Return how many claims are not decided yet."""
    return Claim.objects.exclude(state=Claim.State.DECIDED).count()


def pay_day_totals(*, day: date) -> PayDayTotals:
    """
    Return what the run of a pay day comes to.

    :raises PaymentRun.DoesNotExist: the day was not run.
    """
    run = PaymentRun.objects.get(pay_on=day)
    paid = Payment.objects.filter(run=run)
    entitled = Entitlement.objects.filter(payment__in=paid).aggregate(yen=Sum("amount"))["yen"]
    return PayDayTotals(run.count, run.yen, run.held_yen, entitled or 0, run.file_name)
