"""A 業務番号 that was linked to the wrong person: what lies at the platform for it follows it."""

from dataclasses import replace

import pytest

from gateway.models import Copy, InformationFlag, PlatformNumber
from integrated_address import services as addressees
from integrated_address.models import BusinessNumber
from tests.factories import StaffFactory
from tests.gateway.flows import may_provide
from tests.gateway.test_merges import (
    INFORMATION,
    an_inquiry,
    flags,
    lay_down,
    protect,
    read,
    under,
)
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(act):
    """Return whose 国民健康保険's P1 is by mistake, and whose it really is."""
    wrong = numbered(act, number="P1", code="024-000", serial=1, state="").integrated_number
    right = numbered(act, number="200", serial=2).integrated_number
    read(act)
    may_provide(INFORMATION, "024-000", "001-000")
    PlatformNumber.objects.update(state="registered", registered_at=act.at)
    return wrong, right


def move(act, target):
    """Correct the link of P1, decided by another, and let the gateway read of it."""
    link = BusinessNumber.objects.get(number="P1", valid_until=None, superseded_at=None)
    draft = addressees.draft_link_correction(
        link_id=link.pk,
        target=target,
        effective_on=link.valid_from,
        act=replace(act, staff=StaffFactory(), reason="取り違え"),
    )
    addressees.decide_amendment(
        amendment_id=draft.pk,
        is_granted=True,
        act=replace(act, staff=StaffFactory(), reason="確認済"),
    )
    read(act)


def test_its_copies_leave_the_wrong_person_and_go_to_the_right_one(act, two):
    wrong, right = two
    lay_down(act, system_code="024-000", business_number="P1", content="保険")
    move(act, right)
    assert under(wrong) == [("保険", "waiting", True)]
    assert under(right) == [("保険", "waiting", False)]


def test_what_is_the_first_persons_own_stays(act, two):
    wrong, right = two
    numbered(act, number="100", serial=1)
    lay_down(act, system_code="001-000", business_number="100", content="住民")
    move(act, right)
    assert under(wrong) == [("住民", "forwarded", False)]
    assert under(right) == []


def test_a_correction_that_was_wrong_brings_them_back(act, two):
    wrong, right = two
    lay_down(act, system_code="024-000", business_number="P1", content="保険")
    move(act, right)
    Copy.objects.filter(integrated_number=wrong).update(state="deleted")
    move(act, wrong)
    assert under(wrong) == [("保険", "waiting", False)]
    assert [row[2] for row in under(right)] == [True]


def test_what_was_protected_goes_out_protected(act, two):
    wrong, right = two
    lay_down(act, system_code="024-000", business_number="P1", content="保険")
    protect(act, system_code="024-000", business_number="P1")
    move(act, right)
    assert flags(right) == [(True, False, True)]
    assert InformationFlag.objects.get(integrated_number=wrong).no_automatic_answer


def test_an_inquiry_that_was_not_sent_is_asked_about_the_right_person(act, two):
    wrong, right = two
    inquiry = an_inquiry(act, wrong, state="waiting")
    move(act, right)
    inquiry.refresh_from_db()
    assert (inquiry.integrated_number, inquiry.state) == (right, "waiting_code")
