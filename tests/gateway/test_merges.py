"""名寄せ as the platform sees it: copies, numbers, flags and inquiries follow their person."""

from dataclasses import replace
from datetime import date

import pytest

from gateway import services
from gateway.models import Copy, Exchange, Inquiry, PlatformNumber
from gateway.services import CopyData, numbers
from integrated_address import services as addressees
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
        inquiry = self.an_inquiry(act, two[0], state="waiting_code")
        PlatformNumber.objects.filter(pk=two[1]).update(code_state="acquired")
        merge(two, act)
        inquiry.refresh_from_db()
        assert (inquiry.integrated_number, inquiry.state) == (two[1], "waiting")

    def test_one_that_was_asked_is_awaited_before_the_number_leaves(self, act, two):
        inquiry = self.an_inquiry(act, two[0], state="asked")
        merge(two, act)
        numbers.prepare_number_exchanges(act=act)
        inquiry.refresh_from_db()
        assert inquiry.integrated_number == two[0]
        assert not Exchange.objects.filter(work="delete_numbers").exists()

    def an_inquiry(self, act, number, *, state):
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
        addressees.undo_merge(
            merge_number=done.pk, reason="別人", act=replace(act, staff=StaffFactory())
        )
        read(act)
        assert under(two[0]) == [("保険", "waiting", False)]
        assert under(two[1]) == [("保険", "waiting", True)]
        assert PlatformNumber.objects.get(pk=two[0]).state == "to_register"

    def test_an_inquiry_that_was_not_sent_goes_back_to_its_person(self, act, two):
        inquiry = TestMerged().an_inquiry(act, two[0], state="waiting_code")
        done = merge(two, act)
        inquiry.refresh_from_db()
        assert inquiry.integrated_number == two[1]
        addressees.undo_merge(
            merge_number=done.pk, reason="別人", act=replace(act, staff=StaffFactory())
        )
        read(act)
        inquiry.refresh_from_db()
        assert (inquiry.integrated_number, inquiry.state) == (two[0], "waiting_code")

    def test_a_number_that_never_left_is_registered_still(self, act, two):
        done = merge(two, act)
        addressees.undo_merge(
            merge_number=done.pk, reason="別人", act=replace(act, staff=StaffFactory())
        )
        read(act)
        assert PlatformNumber.objects.get(pk=two[0]).state == "registered"
