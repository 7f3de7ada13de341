"""What the facts of a claim lead to."""

from datetime import date

import pytest

from child_allowance.rules.amounts import Child
from child_allowance.rules.income import (
    Dependants,
)
from child_allowance.rules.months import Month
from child_allowance.rules.reviews import (
    ClaimedChild,
    ClaimFacts,
    Item,
    Missing,
    Outcome,
    Parent,
    Tax,
    TaxState,
    review,
)


def known(compared, tested=None, dependants=0):
    return Tax(TaxState.KNOWN, compared, tested or compared, Dependants(dependants))


def facts(**changes):
    """A mother who moved in lately and asks for one child; her taxes are known."""
    ordinary = {
        "claimed_on": date(2026, 11, 10),
        "event_on": date(2026, 10, 31),
        "claimant": Parent(lives_in_city=True, taxes={2026: known(4_000_000)}),
        "children": (ClaimedChild(date(2022, 10, 1)),),
    }
    return ClaimFacts(**{**ordinary, **changes})


def claimant(**changes):
    return Parent(**{"lives_in_city": True, "taxes": {2026: known(4_000_000)}, **changes})


class TestReviews:
    """What the facts of a claim lead to."""

    def test_a_claim_whose_facts_are_all_there_can_be_approved(self):
        found = review(facts())
        assert (found.outcome, found.start) == (Outcome.APPROVE, Month(2026, 11))
        assert found.findings == found.missing == ()

    def test_of_two_parents_the_year_of_the_claim_is_compared(self):
        found = review(facts(claimant=claimant(taxes={}), spouse=Parent(lives_in_city=True)))
        assert found.outcome is Outcome.ASK_ELSEWHERE
        assert found.missing == (
            Missing("claimant", Item.TAX, 2026),
            Missing("spouse", Item.TAX, 2026),
        )

    def test_a_single_parent_is_asked_for_no_income_since_the_reform(self):
        assert review(facts(claimant=claimant(taxes={}))).outcome is Outcome.APPROVE

    def test_months_of_the_closed_past_need_the_income_of_their_years(self):
        past = facts(
            claimed_on=date(2026, 11, 10),
            asked_from=Month(2024, 4),
            asked_until=Month(2024, 9),
            claimant=claimant(taxes={}),
        )
        assert review(past).missing == (
            Missing("claimant", Item.TAX, 2023),
            Missing("claimant", Item.TAX, 2024),
        )
        assert review(past).start == Month(2024, 4)

    @pytest.mark.parametrize(
        ("spouse", "outcome"),
        [
            (known(3_999_999), Outcome.APPROVE),
            (known(4_000_000), Outcome.APPROVE),
            (known(4_000_001), Outcome.LEAVE_TO_EXAMINER),
            (Tax(TaxState.NOWHERE), Outcome.APPROVE),
            (Tax(TaxState.UNDECLARED), Outcome.APPROVE),
        ],
    )
    def test_the_parent_who_earns_more_should_claim(self, spouse, outcome):
        other = Parent(lives_in_city=True, taxes={2026: spouse})
        assert review(facts(spouse=other)).outcome is outcome

    def test_membership_of_a_pension_is_confirmed_for_the_employed(self):
        asked = review(facts(claimant=claimant(says_employed=True)))
        assert asked.missing == (Missing("claimant", Item.PENSION),)
        confirmed = facts(claimant=claimant(says_employed=True, pension_confirmed=True))
        assert review(confirmed).outcome is Outcome.APPROVE
        denied = review(facts(claimant=claimant(says_employed=True, pension_confirmed=False)))
        assert [finding.code for finding in denied.findings] == ["pension_differs"]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"entitled_already": True}, "entitled_already"),
            ({"has_account": False}, "no_account"),
            ({"claimant": claimant(lives_in_city=False)}, "not_in_city"),
            ({"claimant": claimant(is_public_servant=True)}, "public_servant"),
            ({"children": (ClaimedChild(date(2000, 1, 1)),)}, "nobody_payable"),
            ({"children": ()}, "nobody_payable"),
            ({"children": (ClaimedChild(None),)}, "unknown_birth"),
        ],
    )
    def test_what_speaks_against_a_claim_goes_to_an_examiner(self, changes, code):
        found = review(facts(**changes))
        assert found.outcome is Outcome.LEAVE_TO_EXAMINER
        assert [finding.code for finding in found.findings] == [code]
        assert all(finding.article for finding in found.findings)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"lives_together": False}, "lives_apart"),
            ({"in_custody": False}, "no_custody"),
            ({"shares_livelihood": False}, "no_livelihood"),
            ({"studies_abroad": True}, "studies_abroad"),
            ({"in_facility": True}, "in_facility"),
            ({"is_paid_to_another": True}, "paid_to_another"),
        ],
    )
    def test_a_child_that_needs_a_second_look_is_named(self, changes, code):
        found = review(facts(children=(ClaimedChild(date(2022, 10, 1), **changes),)))
        assert [finding.code for finding in found.findings] == [code]
        assert found.findings[0].words.startswith(("1人目", "請求者が1人目"))

    def test_a_grown_child_counts_with_its_paper_only(self):
        grown = {"birth": date(2005, 5, 1), "lives_together": False, "cared_for": True}
        child = ClaimedChild(date(2015, 5, 1))
        without = review(facts(children=(ClaimedChild(**grown), child)))
        assert [finding.code for finding in without.findings] == ["confirmation_missing"]
        with_paper = ClaimedChild(**grown, confirmed_on_paper=True)
        assert review(facts(children=(with_paper, child))).outcome is Outcome.APPROVE
        assert with_paper.as_counted() == Child(date(2005, 5, 1), cared_for=True)
        assert ClaimedChild(None).as_counted() is None
