"""Months computed for everybody at once: the law set by set, and nothing paid is rewritten."""

from datetime import date

import pytest

from child_allowance.models import Entitlement, Payment, PaymentRun, Proposal
from child_allowance.rules.months import Month
from child_allowance.services.entitlements import MonthCannotBeComputed, compute_entitlements
from tests.child_allowance.factories import (
    IncomeAssessmentFactory,
    RecipientFactory,
    SupportedChildFactory,
)

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)


def amounts(month):
    return dict(Entitlement.objects.filter(month=month.first_day).values_list("child_id", "amount"))


def test_the_third_child_is_worth_thirty_thousand_counting_one_cared_for(act):
    recipient = RecipientFactory()
    SupportedChildFactory(
        recipient=recipient,
        born_on=date(2006, 5, 5),
        cared_for=True,
        confirmed_on=date(2026, 4, 1),
    )
    second = SupportedChildFactory(recipient=recipient, born_on=date(2012, 5, 5))
    third = SupportedChildFactory(recipient=recipient, born_on=date(2025, 5, 5))

    found = compute_entitlements(month=OCTOBER, act=act)

    assert amounts(OCTOBER) == {second.pk: 10_000, third.pk: 30_000}
    assert (found.recipients, found.children, found.yen) == (1, 2, 40_000)


def test_computing_again_changes_nothing(act):
    SupportedChildFactory()
    compute_entitlements(month=OCTOBER, act=act)
    before = list(Entitlement.objects.values())
    compute_entitlements(month=OCTOBER, act=act)
    assert list(Entitlement.objects.values()) == before


def test_a_child_that_no_longer_counts_is_taken_out_while_nothing_is_paid(act):
    child = SupportedChildFactory()
    compute_entitlements(month=OCTOBER, act=act)
    child.counted_until = date(2026, 10, 1)
    child.save()
    compute_entitlements(month=OCTOBER, act=act)
    assert amounts(OCTOBER) == {}


def test_what_was_paid_stays_and_the_difference_is_proposed(act):
    child = SupportedChildFactory()
    compute_entitlements(month=OCTOBER, act=act)
    run = PaymentRun.objects.create(
        pay_on=date(2026, 12, 11),
        months="",
        made_at=act.at,
        count=1,
        yen=1,
        held_count=0,
        held_yen=0,
    )
    payment = Payment.objects.create(
        run=run, recipient=child.recipient, payment_number="1" * 20, amount=10_000, state="held"
    )
    Entitlement.objects.update(payment=payment)
    child.counted_until = date(2026, 10, 1)
    child.save()

    found = compute_entitlements(month=OCTOBER, act=act)
    compute_entitlements(month=OCTOBER, act=act)

    assert amounts(OCTOBER) == {child.pk: 10_000}
    assert found.differences == 1
    (proposal,) = Proposal.objects.all()
    assert proposal.kind == Proposal.Kind.DIFFERENCE
    assert proposal.reason == "支払済 10000円、再計算 0円"


@pytest.mark.parametrize(
    "changes",
    [
        {"entitled_from": date(2026, 11, 1)},
        {"entitled_until": date(2026, 10, 1), "ended_because": "moved_out"},
        {"settled_before": date(2026, 11, 1)},
    ],
)
def test_nobody_gets_a_month_outside_the_entitlement(act, changes):
    SupportedChildFactory(recipient=RecipientFactory(**changes), counted_from=date(2026, 4, 1))
    assert compute_entitlements(month=OCTOBER, act=act).yen == 0


def test_an_unknown_birth_is_never_computed(act):
    SupportedChildFactory(born_on=None)
    assert compute_entitlements(month=OCTOBER, act=act).yen == 0


def test_before_the_reform_the_income_decides_and_the_unknown_is_counted(act):
    past = Month(2024, 9)
    since = date(2024, 4, 1)
    rich, poor, unknown = (RecipientFactory(entitled_from=since) for _ in range(3))
    for recipient in (rich, poor, unknown):
        SupportedChildFactory(recipient=recipient)
    IncomeAssessmentFactory(recipient=rich, income=7_400_000, dependants=3)
    IncomeAssessmentFactory(recipient=poor)

    found = compute_entitlements(month=past, act=act)

    assert found.without_income == 1
    assert sorted(amounts(past).values()) == [5_000, 10_000]


def test_only_the_recipients_named_are_computed(act):
    one, other = SupportedChildFactory(), SupportedChildFactory()
    compute_entitlements(month=OCTOBER, act=act)
    one.counted_until = other.counted_until = date(2026, 10, 1)
    one.save()
    other.save()
    compute_entitlements(month=OCTOBER, act=act, recipient_ids=[one.recipient_id])
    assert amounts(OCTOBER) == {other.pk: 10_000}


def test_before_june_2012_nothing_can_be_computed(act):
    with pytest.raises(MonthCannotBeComputed):
        compute_entitlements(month=Month(2012, 5), act=act)
