"""名寄せ that was wrong: undone, each has again exactly what it had."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrated_address import selectors, services
from integrated_address.models import (
    BasicItems,
    IntegratedAddressee,
)
from sapporo_base.acts import InvalidRequest
from tests.factories import system
from tests.integrated_address.factories import HANAKO, numbered
from tests.integrated_address.merging import MOVED_HANAKO, forgotten, known, merged

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(act):
    """Return a person known to a business system without 個人番号, and the same one as a resident."""
    unnumbered = numbered(
        act, number="P1", serial=None, code="024-000", state="", basics=MOVED_HANAKO
    )
    resident = numbered(act)
    return unnumbered.integrated_number, resident.integrated_number


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
