"""名寄せ as the platform sees it: copies, numbers, flags and inquiries follow their person."""

from dataclasses import replace
from datetime import date

import pytest

from gateway import services
from gateway.models import Copy, Exchange, InformationFlag, Inquiry, PlatformNumber
from gateway.services import CopyData, copies, numbers
from gateway.services.answers import Told
from integrated_address import services as addressees
from integrated_address.models import LinkageCodeStatus
from sapporo_base.models import LegalBasis
from tests.factories import StaffFactory, system
from tests.gateway.flows import may_provide, permit
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db
INFORMATION = "TM00000000000001"


@pytest.fixture
def two(act):
    """Return a person whom 国民健康保険 knows without 個人番号, and the same one as a resident."""
    one = numbered(act, number="P1", serial=None, code="024-000", state="").integrated_number
    other = numbered(act).integrated_number
    read(act)
    may_provide(INFORMATION, "024-000", "001-000")
    PlatformNumber.objects.update(state="registered", registered_at=act.at)
    return one, other


def read(act):
    """Read the feed to its end."""
    while numbers.read_feeds(act=act):
        pass


def merge(two, act):
    """Merge the two and let the gateway read of it."""
    proposed = addressees.propose_merge(
        addressee=two[0], other=two[1], cause="judged", act=replace(act, staff=StaffFactory())
    )
    done = addressees.approve_merge(
        merge_number=proposed.pk, act=replace(act, staff=StaffFactory())
    )
    read(act)
    return done


def lay_down(act, *, system_code, business_number, content):
    """Have a copy of a system at the platform."""
    permit(system_code, "DBM", INFORMATION)
    services.accept_copies(
        system=system(system_code),
        information_code=INFORMATION,
        copies=[
            CopyData(
                business_number=business_number,
                dataset="D1",
                key="1",
                items={"内容": content},
                published_from=date(2026, 4, 1),
            )
        ],
        act=act,
    )
    Copy.objects.filter(business_number=business_number).update(
        state="forwarded", forwarded_hash=b"x" * 32, wanted_hash=b"x" * 32
    )


def under(number):
    """Return content, state and whether withdrawn of the copies under a number."""
    copies = Copy.objects.filter(integrated_number=number).order_by("pk")
    return [(copy.items["内容"], copy.state, copy.is_withdrawn) for copy in copies]


def undo(done, act):
    """Undo a 名寄せ and let the gateway read of it."""
    addressees.undo_merge(
        merge_number=done.pk, reason="別人", act=replace(act, staff=StaffFactory())
    )
    read(act)


def protect(act, *, system_code, business_number, not_disclosed=False):
    """Have 自動応答不可 of the information set for somebody, and the platform told."""
    services.set_information_flags(
        system=system(system_code),
        business_numbers=[business_number],
        information_code=INFORMATION,
        no_automatic_answer=True,
        not_disclosed=not_disclosed,
        act=act,
    )
    InformationFlag.objects.update(set_at=act.at, due_at=None, sent_no_automatic_answer=True)


def flags(number):
    """Return what is wanted of the information of somebody, and whether the platform is to be told."""
    rows = InformationFlag.objects.filter(integrated_number=number)
    return [(row.no_automatic_answer, row.not_disclosed, row.due_at is not None) for row in rows]


def an_inquiry(act, number, *, state):
    """Return an inquiry of 国民健康保険 about P1."""
    return Inquiry.objects.create(
        system=system("024-000"),
        request_key="k1",
        record_id="r1",
        state=state,
        business_number="P1",
        integrated_number=number,
        legal_basis=LegalBasis.objects.first(),
        procedure_code="JM1",
        step_code="JT1",
        information_code=INFORMATION,
        provider_code="0",
        due_at=act.at,
        accepted_at=act.at,
    )


class TestFlagsOfInformation:
    def test_move_with_their_person_and_come_back(self, act, two):
        protect(act, system_code="024-000", business_number="P1")
        done = merge(two, act)
        assert flags(two[1]) == [(True, False, True)]
        assert flags(two[0]) == [(True, False, False)]
        undo(done, act)
        assert flags(two[1]) == [(False, False, True)]
        assert flags(two[0]) == [(True, False, True)]

    def test_both_hold_for_the_number_that_remains_and_each_has_its_own_again(self, act, two):
        protect(act, system_code="024-000", business_number="P1", not_disclosed=True)
        protect(act, system_code="001-000", business_number="100")
        done = merge(two, act)
        assert flags(two[1]) == [(True, True, True)]
        undo(done, act)
        assert flags(two[1]) == [(True, False, True)]
        assert flags(two[0]) == [(True, True, True)]

    def test_what_was_set_in_between_holds_for_both(self, act, two):
        protect(act, system_code="024-000", business_number="P1")
        done = merge(two, act)
        protect(act, system_code="024-000", business_number="P1", not_disclosed=True)
        undo(done, act)
        assert flags(two[1]) == flags(two[0]) == [(True, True, True)]

    def test_no_copy_goes_out_under_the_number_that_remains_before_them(self, act, two):
        lay_down(act, system_code="024-000", business_number="P1", content="保険")
        protect(act, system_code="024-000", business_number="P1")
        merge(two, act)
        Copy.objects.filter(integrated_number=two[0]).update(state="deleted")
        assert copies.prepare_copy_exchanges(act=act) == 0
        InformationFlag.objects.update(due_at=None)
        PlatformNumber.objects.update(flags_due_at=None)
        assert copies.prepare_copy_exchanges(act=act) == 1


class TestMerged:
    def test_copies_go_out_anew_under_the_number_that_remains(self, act, two):
        lay_down(act, system_code="024-000", business_number="P1", content="保険")
        merge(two, act)
        assert under(two[0]) == [("保険", "waiting", True)]
        assert under(two[1]) == [("保険", "waiting", False)]

    def test_the_retired_number_leaves_the_platform_after_its_copies(self, act, two):
        lay_down(act, system_code="024-000", business_number="P1", content="保険")
        merge(two, act)
        numbers.prepare_number_exchanges(act=act)
        assert not Exchange.objects.filter(work="delete_numbers").exists()
        Copy.objects.filter(integrated_number=two[0]).update(state="deleted")
        numbers.prepare_number_exchanges(act=act)
        (leaving,) = Exchange.objects.filter(work="delete_numbers")
        assert numbers.numbers_in(leaving) == [two[0]]

    def test_a_copy_that_the_remaining_number_has_itself_stays(self, act, two):
        lay_down(act, system_code="024-000", business_number="P1", content="旧")
        lay_down(act, system_code="001-000", business_number="100", content="住民")
        merge(two, act)
        assert under(two[1]) == [("住民", "forwarded", False)]

    def test_what_was_protected_under_either_is_protected(self, act, two):
        PlatformNumber.objects.filter(pk=two[0]).update(no_automatic_answer=True)
        merge(two, act)
        survivor = PlatformNumber.objects.get(pk=two[1])
        assert survivor.no_automatic_answer
        assert survivor.flags_due_at is not None

    def test_an_inquiry_that_was_not_sent_is_asked_under_the_number_that_remains(self, act, two):
        inquiry = an_inquiry(act, two[0], state="waiting_code")
        PlatformNumber.objects.filter(pk=two[1]).update(code_state="acquired")
        merge(two, act)
        inquiry.refresh_from_db()
        assert (inquiry.integrated_number, inquiry.state) == (two[1], "waiting")

    def test_one_that_was_asked_is_awaited_before_the_number_leaves(self, act, two):
        inquiry = an_inquiry(act, two[0], state="asked")
        merge(two, act)
        numbers.prepare_number_exchanges(act=act)
        inquiry.refresh_from_db()
        assert inquiry.integrated_number == two[0]
        assert not Exchange.objects.filter(work="delete_numbers").exists()

    def test_reading_it_twice_changes_nothing(self, act, two):
        lay_down(act, system_code="024-000", business_number="P1", content="保険")
        merge(two, act)
        before = list(Copy.objects.order_by("pk").values())
        numbers.FeedReceipt.objects.update(receipt=0)
        numbers.FeedReceipt.objects.all()
        (entry,) = [
            one
            for one in numbers.addressee_questions.addressee_changes_after(0, 100)
            if one.kind == "merged"
        ]
        numbers.merges.follow_merge(entry, act=act)
        assert list(Copy.objects.order_by("pk").values()) == before


class TestUndone:
    def test_copies_and_number_come_back(self, act, two):
        lay_down(act, system_code="024-000", business_number="P1", content="保険")
        done = merge(two, act)
        Copy.objects.filter(integrated_number=two[0]).update(state="deleted")
        PlatformNumber.objects.filter(pk=two[0]).update(state="deleted")
        undo(done, act)
        assert under(two[0]) == [("保険", "waiting", False)]
        assert under(two[1]) == [("保険", "waiting", True)]
        assert PlatformNumber.objects.get(pk=two[0]).state == "to_register"

    def test_an_inquiry_that_was_not_sent_goes_back_to_its_person(self, act, two):
        inquiry = an_inquiry(act, two[0], state="waiting_code")
        done = merge(two, act)
        inquiry.refresh_from_db()
        assert inquiry.integrated_number == two[1]
        undo(done, act)
        inquiry.refresh_from_db()
        assert (inquiry.integrated_number, inquiry.state) == (two[0], "waiting_code")

    def test_a_number_that_never_left_is_registered_still(self, act, two):
        done = merge(two, act)
        undo(done, act)
        assert PlatformNumber.objects.get(pk=two[0]).state == "registered"

    def test_the_flags_of_the_person_are_as_they_were(self, act, two):
        PlatformNumber.objects.filter(pk=two[0]).update(no_automatic_answer=True)
        done = merge(two, act)
        undo(done, act)
        protected = PlatformNumber.objects.in_bulk(two)
        assert [protected[number].no_automatic_answer for number in two] == [True, False]

    def test_a_number_that_left_asks_for_its_code_anew(self, act, two):
        LinkageCodeStatus.objects.create(addressee_id=two[0], state="acquired", since=act.at)
        PlatformNumber.objects.filter(pk=two[0]).update(code_state="acquired")
        done = merge(two, act)
        leave(act)
        gone = PlatformNumber.objects.get(pk=two[0])
        assert (gone.state, gone.code_state) == ("deleted", "none")
        undo(done, act)
        back = PlatformNumber.objects.get(pk=two[0])
        assert (back.state, back.code_state) == ("to_register", "waiting")
        assert LinkageCodeStatus.objects.get(addressee=two[0]).state == "requested_again"


def leave(act):
    """Have the platform take the end of the numbers that are to leave it."""
    numbers.prepare_number_exchanges(act=act)
    (leaving,) = Exchange.objects.filter(work="delete_numbers")
    told = Told(numbers.numbers_in(leaving))
    numbers.settle_numbers(leaving, told, act=act)
