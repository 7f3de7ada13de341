"""名寄せ: two numbers of one person become one, and two again if it was wrong."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import Error, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrated_address import selectors, services
from integrated_address.models import (
    AddresseeChange,
    BasicItems,
    BusinessNumber,
    IndividualNumber,
    IntegratedAddressee,
    Merge,
    MergeNotice,
)
from sapporo_base.acts import InvalidRequest, NotPermitted
from sapporo_base.bulk import temporary_staging
from tests.factories import StaffFactory, fictitious_individual_number, system
from tests.integrated_address.factories import HANAKO, numbered

pytestmark = pytest.mark.django_db

MOVED_HANAKO = replace(HANAKO, residential_address="北海道札幌市北区北七条西五丁目")


@pytest.fixture
def proposer(act):
    """Return an act of the member of staff who proposes."""
    return replace(act, staff=StaffFactory())


@pytest.fixture
def approver(act):
    """Return an act of another member of staff."""
    return replace(act, staff=StaffFactory())


@pytest.fixture
def two(act):
    """Return a person known to a business system without 個人番号, and the same one as a resident."""
    unnumbered = numbered(
        act, number="P1", serial=None, code="024-000", state="", basics=MOVED_HANAKO
    )
    resident = numbered(act)
    return unnumbered.integrated_number, resident.integrated_number


def merged(one, other, proposer, approver):
    """Propose and approve."""
    merge = services.propose_merge(addressee=one, other=other, cause="judged", act=proposer)
    return services.approve_merge(merge_number=merge.pk, reason="本人確認書類で確認", act=approver)


def known(*numbers):
    """Return all that is known now of these people, whatever the ids of the rows are."""
    state = {}
    for number in numbers:
        person = IntegratedAddressee.objects.get(pk=number)
        rows = {"addressee": number, "superseded_at": None}
        state[number] = {
            "person": (
                person.state,
                person.deleted_at,
                person.merged_into_id,
                person.under_support,
            ),
            "links": sorted(
                BusinessNumber.objects.filter(**_rows(rows)).values_list(
                    "system_id", "number", "integrated_flag", "valid_from", "valid_until"
                ),
                key=str,
            ),
            "basics": sorted(
                BasicItems.objects.filter(**_rows(rows)).values_list(
                    "name",
                    "name_kana",
                    "kana_key",
                    "birth_on",
                    "residential_address",
                    "resident_state",
                    "source_id",
                    "valid_from",
                    "valid_until",
                ),
                key=str,
            ),
            "individual": sorted(
                [
                    (
                        bytes(row.ciphertext),
                        bytes(row.digest or b""),
                        row.cause,
                        row.valid_from,
                        row.valid_until,
                    )
                    for row in IndividualNumber.objects.filter(**_rows(rows))
                ],
                key=str,
            ),
        }
    return state


def _rows(rows):
    return {"addressee_id": rows["addressee"], "superseded_at": rows["superseded_at"]}


@contextmanager
def forgotten():
    """Run something and forget it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


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


class TestUndoing:
    def test_each_has_again_what_it_had(self, two, proposer, approver):
        before = known(*two)
        merge = merged(*two, proposer, approver)
        assert known(*two) != before
        services.undo_merge(merge_number=merge.pk, reason="別人と判明", act=approver)
        assert known(*two) == before

    def test_wants_a_reason(self, two, proposer, approver):
        merge = merged(*two, proposer, approver)
        with pytest.raises(InvalidRequest):
            services.undo_merge(merge_number=merge.pk, reason="", act=approver)

    def test_a_later_merge_is_undone_first(self, two, act, proposer, approver):
        first = merged(*two, proposer, approver)
        third = numbered(act, number="Q1", serial=None, code="010-000").integrated_number
        second = merged(third, two[1], proposer, approver)
        with pytest.raises(services.NotUndoable, match=str(second.pk)):
            services.undo_merge(merge_number=first.pk, reason="別人", act=approver)
        services.undo_merge(merge_number=second.pk, reason="別人", act=approver)
        services.undo_merge(merge_number=first.pk, reason="別人", act=approver)
        assert IntegratedAddressee.objects.filter(state="active").count() == 3

    def test_a_number_linked_in_between_stays_with_the_number_that_remained(
        self, two, act, proposer, approver
    ):
        merge = merged(*two, proposer, approver)
        services.link_business_number(
            integrated_number=two[1], system=system("010-000"), number="N9", act=act
        )
        services.undo_merge(merge_number=merge.pk, reason="別人", act=approver)
        assert selectors.integrated_numbers_of(
            system=system("010-000"), business_numbers=["N9"]
        ) == {"N9": two[1]}

    @pytest.mark.parametrize("who", ["retired"])
    def test_items_that_arrived_in_between_go_with_the_flag(self, act, proposer, approver, who):
        code = {"retired": "001-000", "survivor": "024-000"}
        elder = numbered(
            act, number="P1", code=code["survivor"], state="", basics=MOVED_HANAKO
        ).integrated_number
        younger = numbered(act, serial=None).integrated_number
        merge = merged(elder, younger, proposer, approver)
        assert merge.survivor_id == elder
        later = replace(act, at=act.at + timedelta(days=3))
        news = replace(HANAKO, residential_address="北海道札幌市南区真駒内")
        system_code, number = ("001-000", "100") if who == "retired" else ("024-000", "P1")
        services.update_basics(
            system=system(system_code),
            business_number=number,
            basics=news,
            resident_state="1" if who == "retired" else "2",
            act=later,
        )
        services.undo_merge(
            merge_number=merge.pk, reason="別人", act=replace(approver, at=later.at)
        )
        owner, other = (younger, elder) if who == "retired" else (elder, younger)
        present = {
            row.addressee_id: row.residential_address
            for row in BasicItems.objects.filter(valid_until=None, superseded_at=None)
        }
        assert present[owner] == news.residential_address
        assert present[other] != news.residential_address
        assert set(present) == {owner, other}

    @settings(
        max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
    )
    @given(data=st.data())
    def test_whatever_the_two_had_they_have_it_again(self, act, proposer, approver, data):
        codes = ["001-000", "024-000", "010-000", "027-000"]
        with forgotten():
            people, serials = (
                [],
                data.draw(st.permutations([None, data.draw(st.sampled_from([None, 1]))])),
            )
            for place, serial in enumerate(serials):
                code = data.draw(st.sampled_from(codes))
                state = data.draw(st.sampled_from(["", "1", "2"]))
                people.append(
                    numbered(
                        act, number=f"A{place}", serial=serial, code=code, state=state
                    ).integrated_number
                )
                for more in range(data.draw(st.integers(0, 3))):
                    services.link_business_number(
                        integrated_number=people[-1],
                        system=system(data.draw(st.sampled_from(codes))),
                        number=f"B{place}{more}",
                        act=act,
                    )
                if data.draw(st.booleans()):
                    services.update_basics(
                        system=system(code),
                        business_number=f"A{place}",
                        basics=MOVED_HANAKO,
                        resident_state="2",
                        act=replace(act, at=act.at + timedelta(days=1)),
                    )
            later = act.at + timedelta(days=2)
            before = known(*people)
            merge = merged(*people, replace(proposer, at=later), replace(approver, at=later))
            links = sum(len(known(number)[number]["links"]) for number in people)
            assert links == sum(len(before[number]["links"]) for number in people)
            services.undo_merge(
                merge_number=merge.pk, reason="別人", act=replace(approver, at=later)
            )
            assert known(*people) == before
