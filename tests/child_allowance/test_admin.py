"""Pages of 児童手当: shown to who may see them, recorded, with four eyes before a decision."""

from datetime import date

import pytest
from django.urls import reverse
from guardian.shortcuts import assign_perm

from child_allowance.models import Decision, PaymentRun, Proposal
from sapporo_base.models import LinkageRecord, PersonalInformationFile
from tests.child_allowance.factories import (
    ClaimChildFactory,
    ClaimFactory,
    RecipientFactory,
    SupportedChildFactory,
)
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
EXAMINER = (
    "child_allowance.view_claim",
    "child_allowance.view_recipient",
    "child_allowance.view_proposal",
    "child_allowance.view_letter",
    "child_allowance.view_payment",
    "child_allowance.view_paymentrun",
    "child_allowance.propose_decision",
)


def examiner(*more):
    """A member of staff who works on claims and may open the file's people."""
    staff = StaffFactory(rights=(*EXAMINER, *more))
    file = PersonalInformationFile.objects.get(code="child-allowance")
    assign_perm("sapporo_base.open_personalinformationfile", staff, file)
    return staff


@pytest.mark.parametrize(
    "page", ["claim", "recipient", "paymentrun", "payment", "proposal", "letter"]
)
def test_each_list_says_what_it_would_hold_when_it_is_empty(staff_client, page):
    response = staff_client(staff=examiner()).get(
        reverse(f"admin:child_allowance_{page}_changelist")
    )
    assert response.status_code == 200


@pytest.mark.parametrize("page", ["claim", "recipient", "payment"])
def test_without_the_right_to_the_file_nobody_is_shown(staff_client, page):
    browser = staff_client(*EXAMINER)
    assert browser.get(reverse(f"admin:child_allowance_{page}_changelist")).status_code == 403


def test_a_claim_shows_its_facts_side_by_side_and_the_look_is_recorded(staff_client):
    claim = ClaimFactory(state="under_examination", state_reason="確認が必要です。")
    ClaimChildFactory(claim=claim)
    response = staff_client(staff=examiner()).get(
        reverse("admin:child_allowance_claim_change", args=(claim.pk,))
    )
    assert response.status_code == 200
    assert "確認が必要です。" in response.content.decode()
    assert LinkageRecord.objects.filter(kind="looked").exists()


def test_a_recipient_shows_children_months_and_payments(staff_client):
    child = SupportedChildFactory()
    response = staff_client(staff=examiner()).get(
        reverse("admin:child_allowance_recipient_change", args=(child.recipient_id,))
    )
    assert response.status_code == 200
    page = response.content.decode()
    assert "受給中" in page
    assert "平成29年5月5日" in page  # the child's birth, not 不詳


def test_a_claim_that_began_under_the_law_before_2012_06_shows_its_people(staff_client):
    claim = ClaimFactory(
        kind="90", claimed_on=date(2011, 4, 10), cause_on=date(2011, 4, 1), state="decided"
    )
    ClaimChildFactory(claim=claim)
    page = (
        staff_client(staff=examiner())
        .get(reverse("admin:child_allowance_claim_change", args=(claim.pk,)))
        .content.decode()
    )
    assert "社会保障宛名で確認できません" in page
    assert "決定を起案する" not in page  # it is decided


def test_a_list_names_the_people_and_the_ward(staff_client, monkeypatch):
    recipient = RecipientFactory(ward_code="011029")
    page = (
        staff_client(staff=examiner())
        .get(reverse("admin:child_allowance_recipient_changelist"))
        .content.decode()
    )
    assert "北区" in page
    assert f"?number={recipient.addressee_number}" in page


def test_one_person_is_shown_over_all_subsystems(staff_client):
    recipient = RecipientFactory()
    response = staff_client(staff=examiner()).get(
        reverse("admin:child_allowance_person"), {"number": recipient.addressee_number}
    )
    assert response.status_code == 200


def test_the_page_of_a_child_tells_its_own_months_not_the_recipients(staff_client):
    child = SupportedChildFactory(counted_from=date(2026, 9, 1))
    page = (
        staff_client(staff=examiner())
        .get(reverse("admin:child_allowance_person"), {"number": child.child_number})
        .content.decode()
    )
    assert child.recipient.approval_number in page
    assert ('datetime="2026-09"' in page, 'datetime="2026-04"' in page) == (True, False)


def test_a_payment_run_shows_whether_the_sums_agree(staff_client, act):
    run = PaymentRun.objects.create(
        pay_on=date(2026, 12, 11),
        months="2026-10 2026-11",
        made_at=act.at,
        count=0,
        yen=0,
        held_count=0,
        held_yen=0,
    )
    response = staff_client(staff=examiner()).get(
        reverse("admin:child_allowance_paymentrun_change", args=(run.pk,))
    )
    assert "一致" in response.content.decode()


def test_an_examiner_proposes_and_cannot_decide_the_own_proposal(staff_client):
    staff = examiner("child_allowance.decide_claim")
    claim = ClaimFactory(state="under_examination")
    browser = staff_client(staff=staff)
    browser.post(
        reverse("admin:child_allowance_claim_propose", args=(claim.pk,)),
        {
            "_confirmed": "1",
            "outcome": "refused",
            "reason": "請求者が公務員のため。",
            "article": "児童手当法第17条第1項",
        },
    )
    assert Decision.objects.get(claim=claim).proposed_by == staff
    browser.post(
        reverse("admin:child_allowance_claim_decide", args=(claim.pk,)), {"_confirmed": "1"}
    )
    assert Decision.objects.get(claim=claim).decided_at is None


def test_a_proposal_is_set_aside_with_a_reason(staff_client, act):
    proposal = Proposal.objects.create(
        recipient=RecipientFactory(),
        kind="end",
        month=date(2026, 12, 1),
        reason="受給者の転出",
        source="change 1",
        raised_at=act.at,
    )
    staff_client(staff=examiner()).post(
        reverse("admin:child_allowance_proposal_settle", args=(proposal.pk,)),
        {"_confirmed": "1", "reason": "転出は取り消されたため。"},
    )
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.SET_ASIDE
