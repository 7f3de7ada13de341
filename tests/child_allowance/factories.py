"""Recipients and children who could exist; months are written as their first day."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from child_allowance.models import Claim, ClaimChild, IncomeAssessment, Recipient, SupportedChild
from sapporo_base.rules.check_digits import resident_number


def addressee_number(serial):
    """Return a 宛名番号 of the tests' own range; serials without a check digit move on by one."""
    return resident_number(39_000_000 + serial * 2) or resident_number(39_000_001 + serial * 2)


class RecipientFactory(DjangoModelFactory):
    """A recipient since April 2026."""

    class Meta:
        model = Recipient

    approval_number = factory.Sequence(lambda n: f"T{n:08}")
    addressee_number = factory.Sequence(addressee_number)
    ward_code = "011011"
    approved_on = date(2026, 4, 10)
    entitled_from = date(2026, 4, 1)


class SupportedChildFactory(DjangoModelFactory):
    """A child of nine, at home with the recipient."""

    class Meta:
        model = SupportedChild

    recipient = factory.SubFactory(RecipientFactory)
    child_number = factory.Sequence(lambda n: addressee_number(100_000 + n))
    born_on = date(2017, 5, 5)
    relationship = "20"
    living = SupportedChild.Living.TOGETHER
    livelihood = SupportedChild.Livelihood.SHARED
    counted_from = factory.SelfAttribute("recipient.entitled_from")


class IncomeAssessmentFactory(DjangoModelFactory):
    """An income below every limit."""

    class Meta:
        model = IncomeAssessment

    recipient = factory.SubFactory(RecipientFactory)
    income_year = 2023
    income = 3_000_000
    dependants = 1
    elderly = 0


class ClaimFactory(DjangoModelFactory):
    """A claim of someone who moved in, made in time."""

    class Meta:
        model = Claim

    claim_number = factory.Sequence(lambda n: f"C{n:08}")
    kind = Claim.Kind.APPROVAL
    channel = Claim.Channel.COUNTER
    received_on = date(2026, 11, 10)
    claimed_on = date(2026, 11, 10)
    cause = Claim.Cause.MOVED_IN
    cause_on = date(2026, 10, 31)
    claimant_number = factory.Sequence(lambda n: addressee_number(200_000 + n))


class ClaimChildFactory(DjangoModelFactory):
    """A child of four, at home with the claimant."""

    class Meta:
        model = ClaimChild

    claim = factory.SubFactory(ClaimFactory)
    order = factory.Sequence(lambda n: n % 90 + 1)
    child_number = factory.Sequence(lambda n: addressee_number(300_000 + n))
    born_on = date(2022, 10, 1)
    relationship = "20"
    living = "1"
    in_custody = True
    livelihood = "1"
