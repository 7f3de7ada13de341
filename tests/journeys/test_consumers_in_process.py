"""
The systems in this process receive by a 利用申請 each, like any other: when it ends they stop, what
they would have received waits and is shown, and nothing is lost when it is approved again.
"""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from child_allowance import tasks as child_allowance
from child_allowance.models import Claim, FeedPosition, Proposal
from child_allowance.services import claims, proposals
from gateway.models import Copy
from integrated_address import selectors as addressees
from resident_basic import services
from resident_basic.models import Delivery, UseApplication, WaitingForwarding, WaitingNumbering
from resident_basic.rules.items import HOUSEHOLD_ITEMS, NUMBERING_ITEMS, resident_items
from sapporo_base.acts import NotPermitted
from sapporo_base.models import BatchRun, LinkageRecord
from social_address import services as social_address
from social_address.models import SocialAddressee
from tests.child_allowance.factories import ClaimFactory, RecipientFactory
from tests.factories import StaffFactory, system
from tests.resident_basic.approvals import approved
from tests.resident_basic.factories import a_file, a_resident_number, an_individual_number, row

pytestmark = pytest.mark.django_db
NUMBERING, PLATFORM, SOCIAL, ALLOWANCE = "032-000", "030-003", "030-002", "027-000"


@pytest.fixture
def end_approval(act):
    """Revoke what a system was approved for."""

    def end(code):
        for application in UseApplication.objects.filter(system=system(code), state="approved"):
            services.withdraw_application(
                application=application,
                reason="試験",
                act=replace(act, staff=StaffFactory()),
                withdrawal="revoked",
            )

    return end


@pytest.fixture
def receive(act, tmp_path):
    """Receive a file of these rows."""
    return lambda *rows: services.receive_residents(path=a_file(tmp_path / "f.csv", *rows), act=act)


def number_of(resident_number):
    """Return the 団体内統合宛名番号 of a resident, "" without one."""
    return addressees.integrated_numbers_of(
        system=system("001-000"), business_numbers=[resident_number]
    ).get(resident_number, "")


def home_of(staff_client, *roles):
    return staff_client(roles=roles).get(reverse("admin:index")).content.decode()


class TestNumbering:
    def test_waits_without_a_number_and_is_numbered_by_the_next_file(
        self, end_approval, receive, staff_client
    ):
        end_approval(NUMBERING)
        one = row(individual_number=an_individual_number(), support_measure="1")
        number = one["resident_number"]
        first = receive(one)

        assert (first.counts.numbered, first.counts.unnumbered) == (0, 1)
        assert "1人を付番していません" in BatchRun.objects.get(pk=first.batch_number).message
        assert number_of(number) == ""
        assert "承認が取り消されました" in WaitingNumbering.objects.get(pk=number).reason
        assert "付番待ち 1人" in home_of(staff_client, "連携運用担当")

        approved(NUMBERING, *NUMBERING_ITEMS, individual_number=True, protected_people=True)
        again = receive(one)

        assert again.counts.unchanged == 1
        assert (again.counts.numbered, again.counts.unnumbered) == (1, 0)
        assert number_of(number)
        assert not WaitingNumbering.objects.exists()
        # 支援措置 could not be told of somebody without a number; it is told now.
        assert addressees.support_numbers(system=system("001-000"), business_numbers=[number])
        assert receive(one).counts.numbered == 0

    def test_a_change_while_it_waits_is_told_later(self, end_approval, receive):
        one = row(individual_number=an_individual_number())
        number = one["resident_number"]
        receive(one)
        end_approval(NUMBERING)
        later = row(
            resident_number=number,
            history_number=2,
            name="札幌　良子",
            individual_number=one["individual_number"],
        )
        receive(later)
        assert WaitingNumbering.objects.filter(pk=number).exists()

        approved(NUMBERING, *NUMBERING_ITEMS, individual_number=True)
        receive(one, later)
        assert not WaitingNumbering.objects.exists()
        record = LinkageRecord.objects.filter(kind="residents_handed_on").latest("id")
        assert record.receiver_code == NUMBERING
        assert "individual_number" in record.items

    def test_is_given_no_individual_number_that_was_not_approved(self, end_approval, receive, act):
        end_approval(NUMBERING)
        approved(NUMBERING, "name", "born_on", "sex")
        one = row(individual_number=an_individual_number())
        receive(one)

        from integrated_address import services as addressee_services

        assert number_of(one["resident_number"])
        assert (
            addressee_services.disclose_individual_numbers(
                system=system("001-000"), business_numbers=[one["resident_number"]], act=act
            )
            == {}
        )


class TestForwarding:
    def test_stands_still_and_goes_on_from_its_place(
        self, end_approval, receive, act, staff_client
    ):
        receive(row(), row())
        services.forward_households(act=act)
        assert Copy.objects.count() == 2
        end_approval(PLATFORM)
        receive(row())

        stopped = services.forward_households(act=act)

        assert (stopped.read, stopped.changed) == (0, 0)
        assert "承認が取り消されました" in stopped.stopped
        assert Copy.objects.count() == 2
        page = home_of(staff_client, "連携運用担当")
        assert "移転停止" in page

        approved(PLATFORM, *HOUSEHOLD_ITEMS.values(), protected_people=True)
        resumed = services.forward_households(act=act)
        assert (resumed.read, resumed.stopped) == (1, "")
        assert Copy.objects.count() == 3

    def test_who_waits_for_a_number_goes_on_waiting(self, end_approval, receive, act):
        end_approval(NUMBERING)
        receive(row())
        services.forward_households(act=act)
        assert WaitingForwarding.objects.count() == 1
        end_approval(PLATFORM)
        services.forward_households(act=act)
        assert WaitingForwarding.objects.count() == 1

    def test_only_approved_items_become_copies(self, end_approval, receive, act):
        end_approval(PLATFORM)
        approved(PLATFORM, "household_number", "changed_on", reductions={"changed_on": "year"})
        receive(row())
        services.forward_households(act=act)

        items = {name: value for name, value in Copy.objects.get().items.items() if value}
        assert set(items) == {"世帯番号"}
        assert "changed_on" in LinkageRecord.objects.get(kind="changes_disclosed").withheld

    def test_is_recorded_as_a_transfer_with_its_stretch(self, receive, act):
        receive(row())
        services.forward_households(act=act)

        record = LinkageRecord.objects.get(kind="changes_disclosed")
        assert (record.receiver_code, record.feed_until) == (
            PLATFORM,
            Delivery.objects.get(system=system(PLATFORM)).read_until,
        )


class TestSocialAddress:
    def test_waits_at_its_place_and_loses_nobody(self, end_approval, receive, act, staff_client):
        own = replace(act, system=system(SOCIAL))
        approved(SOCIAL, *resident_items(), protected_people=True)
        receive(row())
        assert social_address.follow_residents(act=own).count == 1
        end_approval(SOCIAL)
        receive(row())

        with pytest.raises(services.NoApproval):
            social_address.follow_residents(act=own)
        assert SocialAddressee.objects.count() == 1
        assert "移転停止" in home_of(staff_client, "連携運用担当")

        approved(SOCIAL, *resident_items())
        assert social_address.follow_residents(act=own).count == 1
        assert SocialAddressee.objects.count() == 2

    def test_keeps_no_value_that_is_only_approved_reduced(self, receive, act):
        own = replace(act, system=system(SOCIAL))
        approved(SOCIAL, "name", "born_on", reductions={"born_on": "year"})
        one = row()
        receive(one)
        social_address.follow_residents(act=own)

        (subject,) = social_address.disclose_subjects(
            numbers=[one["resident_number"]], act=replace(act, system=system(SOCIAL))
        )
        assert (subject.name, subject.born_on) == ("札幌　花子", None)

    def test_hands_no_value_on_whole_that_the_receiver_is_only_given_reduced(self, receive, act):
        approved(SOCIAL, *resident_items(), protected_people=True)
        one = row()
        receive(one)
        social_address.follow_residents(act=replace(act, system=system(SOCIAL)))
        approved(ALLOWANCE, "name", "born_on", reductions={"born_on": "year"})

        (subject,) = social_address.disclose_subjects(
            numbers=[one["resident_number"]], act=replace(act, system=system(ALLOWANCE))
        )
        assert (subject.name, subject.born_on) == ("札幌　花子", None)
        assert "born_on" in subject.withheld


class TestChildAllowance:
    @pytest.fixture
    def gone(self, receive, act):
        """Let a recipient leave the city, known to 社会保障宛名."""
        number = a_resident_number()
        approved(SOCIAL, *resident_items(), protected_people=True)
        RecipientFactory(addressee_number=number)
        receive(
            row(resident_number=number),
            row(resident_number=number, history_number=2, resident_status="2", change_reason="21"),
        )
        social_address.follow_residents(act=replace(act, system=system(SOCIAL)))
        return number

    def test_reads_no_change_that_it_could_not_see_and_none_is_lost(self, gone, act):
        with pytest.raises(NotPermitted):
            proposals.read_changes(act=act)
        assert child_allowance.read_changes() == 0
        assert not FeedPosition.objects.filter(receipt__gt=0).exists()

        approved(ALLOWANCE, *resident_items(), protected_people=True)
        assert proposals.read_changes(act=act).proposals == 1
        assert Proposal.objects.get().reason == "受給者の転出"

    def test_judges_no_claim_by_what_it_is_not_given(self, act, staff_client):
        claim = ClaimFactory()
        stopped = claims.work_on_claims(act=act)

        assert (stopped.looked_at, Claim.objects.get(pk=claim.pk).state) == (0, "received")
        assert "利用申請がありません" in stopped.stopped
        assert "請求の審査を停止中" in home_of(staff_client, "審査担当")

        approved(ALLOWANCE, "name", "born_on", reductions={"born_on": "year"})
        assert claims.work_on_claims(act=act).stopped == (
            "住民の情報のうち、必要な項目が承認されていません: 生年月日、住民状態"
        )

        approved(ALLOWANCE, *resident_items(), valid_from=date(2026, 11, 1))
        assert claims.work_on_claims(act=act).looked_at == 1
