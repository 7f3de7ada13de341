"""名寄せ: two numbers of one person become one; the old number is answered with the new."""

from dataclasses import replace

import pytest
from django.db import Error, transaction

from integrated_address import selectors, services
from integrated_address.models import (
    AddresseeChange,
    BasicItems,
    BusinessNumber,
    IntegratedAddressee,
    Merge,
    MergeNotice,
)
from sapporo_base.acts import NotPermitted
from sapporo_base.bulk import temporary_staging
from tests.factories import fictitious_individual_number, system
from tests.integrated_address.factories import HANAKO, numbered
from tests.integrated_address.merging import MOVED_HANAKO, known, merged

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(act):
    """Return a person known to a business system without 個人番号, and the same one as a resident."""
    unnumbered = numbered(
        act, number="P1", serial=None, code="024-000", state="", basics=MOVED_HANAKO
    )
    resident = numbered(act)
    return unnumbered.integrated_number, resident.integrated_number


class TestProposing:
    def test_the_one_with_the_individual_number_remains_though_it_is_younger(self, act):
        older = numbered(act, number="P1", serial=None, code="024-000").integrated_number
        younger = numbered(act).integrated_number
        merge = services.propose_merge(
            addressee=older, other=younger, cause="individual_number", act=act
        )
        assert (merge.retired_id, merge.survivor_id) == (older, younger)

    def test_of_two_without_one_the_older_remains(self, act):
        older = numbered(act, number="P1", serial=None, code="024-000").integrated_number
        younger = numbered(act, number="P2", serial=None, code="024-000").integrated_number
        merge = services.propose_merge(addressee=younger, other=older, cause="judged", act=act)
        assert (merge.retired_id, merge.survivor_id) == (younger, older)

    def test_the_same_proposal_again_changes_nothing(self, act):
        one = numbered(act, number="P1", serial=None, code="024-000").integrated_number
        other = numbered(act).integrated_number
        first = services.propose_merge(addressee=one, other=other, cause="judged", act=act)
        again = services.propose_merge(addressee=other, other=one, cause="judged", act=act)
        assert again == first
        assert Merge.objects.count() == 1

    def test_nobody_is_merged_with_themselves(self, act):
        one = numbered(act).integrated_number
        with pytest.raises(services.NothingToMerge):
            services.propose_merge(addressee=one, other=one, cause="judged", act=act)


class TestApproving:
    def test_numbers_of_all_systems_are_the_survivors_afterwards(self, two, proposer, approver):
        retired, survivor = two
        merged(*two, proposer, approver)
        assert selectors.integrated_numbers_of(
            system=system("024-000"), business_numbers=["P1"]
        ) == {"P1": survivor}
        person = IntegratedAddressee.objects.get(pk=retired)
        assert (person.state, person.merged_into_id) == ("merged", survivor)

    def test_nobody_approves_their_own_proposal(self, two, proposer):
        with pytest.raises(NotPermitted, match="別の職員"):
            merged(*two, proposer, proposer)
        assert IntegratedAddressee.objects.filter(state="merged").count() == 0

    def test_what_the_machine_proposed_one_person_approves(self, two, act, approver):
        retired, survivor = two
        merge = services.propose_merge(
            addressee=retired, other=survivor, cause="individual_number", act=act
        )
        services.approve_merge(merge_number=merge.pk, act=approver)
        assert Merge.objects.get().state == "merged"

    def test_a_machine_approves_nothing(self, two, act, proposer):
        merge = services.propose_merge(addressee=two[0], other=two[1], cause="judged", act=proposer)
        with pytest.raises(NotPermitted):
            services.approve_merge(merge_number=merge.pk, act=act)

    def test_two_people_with_two_individual_numbers_are_not_merged(self, act, proposer, approver):
        one = numbered(act, number="1", serial=1).integrated_number
        other = numbered(act, number="2", serial=2).integrated_number
        with pytest.raises(services.BothHaveIndividualNumbers):
            merged(one, other, proposer, approver)

    def test_the_basic_items_of_the_register_hold_whoever_remains(self, act, proposer, approver):
        resident = numbered(act, serial=None).integrated_number
        elder = numbered(
            act, number="P1", code="024-000", state="", basics=MOVED_HANAKO
        ).integrated_number
        merge = merged(resident, elder, proposer, approver)
        assert merge.survivor_id == elder
        present = BasicItems.objects.get(addressee=elder, valid_until=None, superseded_at=None)
        assert present.residential_address == HANAKO.residential_address
        assert present.resident_state == "1"
        flagged = BusinessNumber.objects.get(
            addressee=elder, integrated_flag=True, superseded_at=None
        )
        assert flagged.system == system("001-000")

    def test_the_other_residence_stays_in_the_history(self, two, proposer, approver):
        _, survivor = two
        merged(*two, proposer, approver)
        closed = BasicItems.objects.get(
            addressee=survivor, valid_until__isnull=False, superseded_at=None
        )
        assert closed.residential_address == MOVED_HANAKO.residential_address

    def test_protection_of_either_protects_the_one(self, two, act, proposer, approver):
        services.set_support_flag(
            system=system("024-000"), business_numbers=["P1"], on=True, act=act
        )
        merge = merged(*two, proposer, approver)
        assert IntegratedAddressee.objects.get(pk=two[1]).under_support
        services.undo_merge(merge_number=merge.pk, reason="別人と判明", act=approver)
        assert not IntegratedAddressee.objects.get(pk=two[1]).under_support
        assert IntegratedAddressee.objects.get(pk=two[0]).under_support

    def test_the_feed_tells_of_the_old_number_and_the_one_that_remains(
        self, two, proposer, approver
    ):
        merged(*two, proposer, approver)
        entry = AddresseeChange.objects.get(kind="merged")
        assert (entry.integrated_numbers, entry.survivor) == ([two[0]], two[1])

    def test_each_linked_system_is_told_of_its_own_numbers_alone(self, two, proposer, approver):
        merged(*two, proposer, approver)
        notices = {notice.system.code: notice for notice in MergeNotice.objects.all()}
        assert (notices["024-000"].moved_numbers, notices["024-000"].kept_numbers) == (["P1"], [])
        assert (notices["001-000"].moved_numbers, notices["001-000"].kept_numbers) == ([], ["100"])

    def test_the_image_from_before_holds_no_individual_number(self, two, proposer, approver):
        merge = merged(*two, proposer, approver)
        text = str(merge.image)
        assert fictitious_individual_number(1) not in text
        assert "ciphertext" not in text
        assert merge.image["survivor"]["individual_numbers"][0]["cause"] == "numbered"

    def test_the_database_takes_no_row_for_a_merged_number(self, two, act, proposer, approver):
        merged(*two, proposer, approver)
        with pytest.raises(Error), transaction.atomic():
            BusinessNumber.objects.create(
                system=system("010-000"),
                number="X",
                addressee_id=two[0],
                valid_from=act.day,
                recorded_at=act.at,
            )

    def test_a_rejected_proposal_moves_nothing_and_the_machine_does_not_repeat_it(
        self, two, act, approver
    ):
        before = known(*two)
        merge = services.propose_merge(
            addressee=two[0], other=two[1], cause="individual_number", act=act
        )
        services.reject_merge(merge_number=merge.pk, reason="別人", act=approver)
        again = services.propose_merge(
            addressee=two[0], other=two[1], cause="individual_number", act=act
        )
        assert again == merge
        assert Merge.objects.get().state == "rejected"
        assert known(*two) == before


class TestOldNumbers:
    def test_a_search_by_the_old_number_finds_the_one_that_remains(
        self, two, act, proposer, approver
    ):
        merged(*two, proposer, approver)
        holder = replace(act, system=system("030-003"))
        assert holder.system.holds_integrated_number
        found = services.search(wanted=services.Wanted(integrated_number=two[0]), act=holder)
        assert [one.integrated_number for one in found.people] == [two[1]]

    def test_staff_find_the_one_that_remains_by_the_old_number(self, two, proposer, approver):
        merged(*two, proposer, approver)
        found = selectors.people_matching(two[0], with_protected=False)
        assert [one.pk for one in found] == [two[1]]

    def test_an_old_residence_finds_the_one_that_remains_only(self, two, proposer, approver):
        merged(*two, proposer, approver)
        found = selectors.people_matching("サッポロハナコ", with_protected=False)
        assert [one.pk for one in found] == [two[1]]

    def test_the_gateway_converts_an_old_number(self, two, proposer, approver):
        merged(*two, proposer, approver)
        assert selectors.business_numbers_of(
            system=system("024-000"), integrated_numbers=[two[0]]
        ) == {two[0]: ["P1"]}

    def test_a_link_to_the_old_number_is_the_survivors(self, two, act, proposer, approver):
        merged(*two, proposer, approver)
        link = services.link_business_number(
            integrated_number=two[0], system=system("010-000"), number="T5", act=act
        )
        assert link.addressee_id == two[1]

    def test_links_of_masses_to_old_numbers_are_the_survivors(self, two, act, proposer, approver):
        merged(*two, proposer, approver)
        columns = {"number": "text", "integrated_number": "varchar(15)", "problem": "text"}
        with temporary_staging("links", columns) as staging:
            staging.copy(["number", "integrated_number"], [("T5", two[0]), ("T6", two[1])])
            for _ in range(2):
                services.link_numbers(
                    staging=staging,
                    system=system("010-000"),
                    number_column="number",
                    integrated_column="integrated_number",
                    act=act,
                )
            assert staging.select("SELECT DISTINCT problem FROM {staging}") == [(None,)]
        assert selectors.integrated_numbers_of(
            system=system("010-000"), business_numbers=["T5", "T6"]
        ) == {"T5": two[1], "T6": two[1]}

    def test_a_chain_of_merges_is_answered_with_its_end(self, two, act, proposer, approver):
        merged(*two, proposer, approver)
        third = numbered(act, number="Q1", serial=None, code="010-000").integrated_number
        end = merged(third, two[0], proposer, approver)
        assert selectors.present_number(two[0]) == end.survivor_id == two[1]
