"""Decisions: facts first, four eyes, a letter as sent, and nobody refused by a machine."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from child_allowance.models import (
    Claim,
    Decision,
    Entitlement,
    FactInquiry,
    Letter,
    Recipient,
)
from child_allowance.rules.months import Month
from child_allowance.services import decisions, facts
from sapporo_base.acts import NotNow, NotPermitted
from tests.child_allowance.factories import (
    ClaimChildFactory,
    ClaimFactory,
    RecipientFactory,
    SupportedChildFactory,
)
from tests.factories import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("approved_office")]


@pytest.fixture
def register(monkeypatch):
    """Stand for 社会保障宛名: everybody lives in the city and has an account; taxes as told."""
    taxes = {}

    def disclose_subjects(*, numbers, act):
        return [
            SimpleNamespace(
                addressee_number=number,
                name=f"札幌 {number[-3:]}",
                born_on=born.get(number, date(1990, 1, 1)),
                resident_status="1",
                municipality_code="011011",
            )
            for number in numbers
        ]

    def disclose_taxes(*, numbers, tax_years, act):
        return [
            SimpleNamespace(addressee_number=number, tax_year=year, items=taxes[number, year])
            for number in numbers
            for year in tax_years
            if (number, year) in taxes
        ]

    def fill_accounts(*, staging, system, purpose, act):
        staging.execute("UPDATE {staging} SET account_number = '0012345'")

    born = {}
    for name, fake in (
        ("disclose_subjects", disclose_subjects),
        ("disclose_taxes", disclose_taxes),
        ("fill_accounts", fill_accounts),
    ):
        monkeypatch.setattr(facts.known.social_address, name, fake)
    return SimpleNamespace(born=born, taxes=taxes)


@pytest.fixture
def claim(register):
    """A claim of one parent for one child of four."""
    found = ClaimFactory()
    child = ClaimChildFactory(claim=found)
    register.born[child.child_number] = child.born_on
    return found


def acting(act, *rights):
    return act.__class__(at=act.at, path="admin", staff=StaffFactory(rights=rights))


DECIDER = "child_allowance.decide_claim"
EXAMINER = "child_allowance.propose_decision"


def test_a_clear_claim_is_proposed_by_the_system_and_decided_by_a_person(act, claim):
    found = facts.gather_facts(act=act)
    assert (found.looked_at, found.ready) == (1, 1)

    decided = decisions.decide_claims(act=acting(act, DECIDER))

    assert decided.decided == 1
    recipient = Recipient.objects.get()
    assert (recipient.addressee_number, recipient.entitled_from) == (
        claim.claimant_number,
        date(2026, 11, 1),
    )
    decision = Decision.objects.get()
    assert decision.proposed_by is None
    assert decision.decided_by is not None


def test_the_letter_has_reason_article_amount_and_how_to_object(act, claim):
    facts.gather_facts(act=act)
    decisions.decide_claims(act=acting(act, DECIDER))
    body = Letter.objects.get().body
    for words in ("児童手当認定通知書", "月額10,000円", "第7条第1項", "審査請求"):
        assert words in body


def test_months_that_are_past_are_computed_at_the_decision(act, register):
    claim = ClaimFactory(claimed_on=date(2026, 8, 3), cause_on=date(2026, 7, 30))
    child = ClaimChildFactory(claim=claim)
    register.born[child.child_number] = child.born_on
    facts.gather_facts(act=act)
    decisions.decide_claims(act=acting(act, DECIDER))
    months = Entitlement.objects.order_by("month").values_list("month", flat=True)
    assert list(months) == [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]


def test_what_is_missing_is_wanted_elsewhere_and_the_answer_completes_the_claim(act, register):
    claim = ClaimFactory(
        has_spouse=True,
        spouse_number="390009990000001",
        claimant_taxed_this_year_in="131041",
        spouse_taxed_this_year_in="131041",
    )
    child = ClaimChildFactory(claim=claim)
    register.born[child.child_number] = child.born_on
    facts.gather_facts(act=act)
    claim.refresh_from_db()
    assert claim.state == Claim.State.ASKED_ELSEWHERE
    assert FactInquiry.objects.filter(item="74", tax_year=2026).count() == 2

    for number, income in ((claim.claimant_number, 4_000_000), (claim.spouse_number, 1_000_000)):
        FactInquiry.objects.filter(subject_number=number).update(
            state="answered", answer={"合計所得金額": str(income)}
        )
    assert facts.gather_facts(act=act).ready == 1


def test_while_an_answer_is_outstanding_the_claim_waits_by_itself(act, claim):
    claim.state = Claim.State.ASKED_ELSEWHERE
    claim.save()
    FactInquiry.objects.create(
        claim=claim,
        subject_number=claim.claimant_number,
        item="75",
        provider_code="9",
        state="asked",
    )
    assert facts.gather_facts(act=act).looked_at == 0


def test_a_claimant_who_is_recipient_already_goes_to_an_examiner(act, claim):
    RecipientFactory(addressee_number=claim.claimant_number)
    assert facts.gather_facts(act=act).under_examination == 1
    claim.refresh_from_db()
    assert "既に受給者" in claim.state_reason


def test_who_proposed_does_not_decide(act, claim):
    both = acting(act, DECIDER, EXAMINER)
    decisions.propose_decision(
        claim=claim,
        outcome="refused",
        reason="請求者が公務員のため。",
        article="児童手当法第17条第1項",
        start=None,
        act=both,
    )
    with pytest.raises(decisions.ProposedByTheSame):
        decisions.decide_claim(claim=claim, act=both)
    decided = decisions.decide_claim(claim=claim, act=acting(act, DECIDER))
    assert decided.decided_at == act.at
    assert Letter.objects.get().title == "児童手当認定請求却下通知書"
    assert not Recipient.objects.exists()


def test_the_database_too_wants_four_eyes(act, claim):
    staff = StaffFactory()
    with pytest.raises(IntegrityError, match="four_eyes_decide"), transaction.atomic():
        Decision.objects.create(
            claim=claim,
            outcome="approved",
            reason="-",
            article="-",
            proposed_by=staff,
            decided_by=staff,
            proposed_at=act.at,
        )


def test_nobody_is_refused_by_a_machine(act, claim):
    with pytest.raises(IntegrityError, match="nobody_is_refused"), transaction.atomic():
        Decision.objects.create(
            claim=claim, outcome="refused", reason="-", article="-", proposed_at=act.at
        )


def test_without_the_right_nothing_is_decided(act, claim):
    facts.gather_facts(act=act)
    with pytest.raises(NotPermitted):
        decisions.decide_claims(act=act)


def test_nothing_proposed_cannot_be_decided(act, claim):
    with pytest.raises(NotNow):
        decisions.decide_claim(claim=claim, act=acting(act, DECIDER))


def test_a_child_that_another_is_paid_for_is_left_to_an_examiner_at_the_last_moment(act, claim):
    facts.gather_facts(act=act)
    SupportedChildFactory(child_number=claim.children.get().child_number)
    decided = decisions.decide_claims(act=acting(act, DECIDER))
    assert (decided.decided, decided.left) == (0, 1)
    claim.refresh_from_db()
    assert claim.state == Claim.State.UNDER_EXAMINATION
    assert not Recipient.objects.filter(addressee_number=claim.claimant_number).exists()


def test_a_raise_adds_the_new_child_from_its_month(act, register):
    recipient = RecipientFactory()
    SupportedChildFactory(recipient=recipient)
    claim = ClaimFactory(
        kind=Claim.Kind.INCREASE,
        cause=Claim.Cause.BIRTH,
        claimant_number=recipient.addressee_number,
    )
    child = ClaimChildFactory(claim=claim, born_on=date(2026, 10, 31))
    register.born[child.child_number] = child.born_on
    facts.gather_facts(act=act)
    decisions.decide_claims(act=acting(act, DECIDER))
    link = recipient.children.get(child_number=child.child_number)
    assert Month.of(link.counted_from) == Month(2026, 11)


def test_a_child_born_after_the_first_month_of_a_claim_counts_from_the_month_after_its_birth(
    act, register
):
    claim = ClaimFactory(
        claimed_on=date(2025, 3, 20), received_on=date(2025, 3, 20), cause_on=None, cause="09"
    )
    for born in (date(2009, 6, 1), date(2025, 1, 31)):
        child = ClaimChildFactory(claim=claim, born_on=born)
        register.born[child.child_number] = born
    facts.gather_facts(act=act)
    examiner = acting(act, EXAMINER)
    decisions.propose_decision(
        claim=claim,
        outcome=Decision.Outcome.APPROVED,
        reason="改正により新たに対象となったため",
        article="児童手当法第7条第1項",
        start=Month(2024, 10),
        act=examiner,
    )
    decisions.decide_claim(claim=claim, act=acting(act, DECIDER))
    counted = Recipient.objects.get().children.order_by("born_on")
    assert [Month.of(child.counted_from) for child in counted] == [Month(2024, 10), Month(2025, 2)]
