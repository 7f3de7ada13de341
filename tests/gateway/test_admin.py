"""The staff's pages of 市中間サーバ: states without numbers, answers by two people, hours as clerks write them."""

import pytest
from django.urls import reverse
from guardian.shortcuts import assign_perm

from gateway.models import CopyError, Exchange, Inquiry, OperatingWindow, Provision
from sapporo_base.models import LegalBasis, LinkageRecord, PersonalInformationFile
from tests.conftest import NOON
from tests.factories import StaffFactory, system

pytestmark = pytest.mark.django_db
NUMBER = "000000000012345"
FULL_WIDTH = NUMBER.translate(str.maketrans("0123456789", "０１２３４５６７８９"))


@pytest.fixture
def inquiry():
    """An inquiry that the platform does not take yet, in its own words."""
    return Inquiry.objects.create(
        system=system("027-000"),
        request_key="k1",
        record_id="r1",
        state=Inquiry.State.WAITING_CODE,
        business_number="J00000000000001",
        integrated_number=NUMBER,
        legal_basis=LegalBasis.objects.filter(kind="inquire").first(),
        procedure_code="JM99000000000074",
        step_code="JT99000000000074",
        information_code="TM00000000000002",
        provider_code="0220113104101700",
        reason=f"指定された団体内統合宛名番号「{FULL_WIDTH}」は符号が未取得です。",
        due_at=NOON,
        accepted_at=NOON,
    )


@pytest.fixture
def message():
    """A message that was given to a person after too many tries."""
    return Exchange.objects.create(
        work="check",
        interface_id="IF_SKI_10723",
        lane="batch",
        state=Exchange.State.FAILED,
        item_count=3,
        attempts=10,
        last_error="応答を読み取れません。",
        due_at=NOON,
        created_at=NOON,
    )


@pytest.fixture
def provision():
    """An inquiry of others about a person under 自動応答不可."""
    return Provision.objects.create(
        provision_id="p1",
        integrated_number=NUMBER,
        asker_code="9900000000000026",
        asker_name="北海道知事",
        information_code="TM99000000000027",
        asked_at=NOON,
        copy_items={"支給額": "10000"},
        noted_at=NOON,
        due_at=NOON,
    )


def officer(*rights):
    """A member of staff with rights, and the right to open the file."""
    staff = StaffFactory(rights=rights)
    file = PersonalInformationFile.objects.get(code="child-allowance")
    assign_perm("open_personalinformationfile", staff, file)
    return staff


def page(name, row=None):
    kind = "change" if row else "changelist"
    return reverse(f"admin:gateway_{name}_{kind}", args=[row.pk] if row else [])


class TestLists:
    @pytest.mark.parametrize(
        ("name", "right"),
        [
            ("inquiry", "view_inquiry"),
            ("exchange", "view_exchange"),
            ("copy", "view_copy"),
            ("reconciliation", "view_reconciliation"),
            ("operatingwindow", "view_operatingwindow"),
            ("plannedstop", "view_plannedstop"),
            ("pace", "view_pace"),
            ("platformstate", "view_platformstate"),
            ("platforminterface", "view_platforminterface"),
        ],
    )
    def test_open_with_the_right_and_not_without(self, staff_client, name, right):
        assert staff_client(f"gateway.{right}").get(page(name)).status_code == 200
        assert staff_client().get(page(name)).status_code == 403

    def test_errors_of_copies_need_the_right_to_the_file(self, staff_client):
        right = "gateway.view_copyerror"
        assert staff_client(right).get(page("copyerror")).status_code == 403
        staff = StaffFactory(rights=[right])
        file = PersonalInformationFile.objects.get(code="integrated-address")
        assign_perm("open_personalinformationfile", staff, file)
        CopyError.objects.create(
            system=system("027-000"),
            information_code="TM99000000000027",
            business_number="J00000000000001",
            key="2026-12",
            item="業務番号",
            code="not_numbered",
            reason="団体内統合宛名番号がありません。",
            source={},
            noted_at=NOON,
        )
        listed = staff_client(staff=staff).get(page("copyerror"))
        assert "J00000000000001" in listed.content.decode()


class TestInquiryPage:
    def test_tells_the_stage_and_nobody_s_number(self, staff_client, inquiry):
        html = staff_client("gateway.view_inquiry").get(page("inquiry", inquiry)).content.decode()
        assert "符号取得待" in html
        assert "符号の取得が完了すると自動的に送信します。" in html
        for number in (NUMBER, FULL_WIDTH, inquiry.business_number):
            assert number not in html

    def test_is_taken_back_with_a_reason(self, staff_client, inquiry):
        browser = staff_client("gateway.view_inquiry", "gateway.cancel_inquiry")
        url = reverse("admin:gateway_inquiry_cancel", args=[inquiry.pk])
        assert "照会を取りやめる" in browser.get(url).content.decode()
        browser.post(url, {"_confirmed": "1", "reason": "誤って依頼したため"})
        inquiry.refresh_from_db()
        assert inquiry.state == Inquiry.State.CANCELLED


class TestMessages:
    def test_one_for_a_person_goes_out_again(self, staff_client, message):
        browser = staff_client("gateway.view_exchange", "gateway.requeue_exchange")
        url = reverse("admin:gateway_exchange_requeue", args=[message.pk])
        browser.post(url, {"_confirmed": "1", "reason": "原因を除いたため"})
        message.refresh_from_db()
        assert message.state == Exchange.State.READY
        assert message.attempts == 0

    def test_the_home_page_counts_what_waits_for_a_person(self, staff_client, message, inquiry):
        html = staff_client("gateway.view_exchange").get(reverse("admin:index")).content.decode()
        assert "中間サーバ・プラットフォーム" in html
        assert "要対応1件" in html
        assert "符号取得待(一括)" in html


class TestProvisions:
    def test_who_may_not_open_the_file_sees_none(self, staff_client, provision):
        browser = staff_client("gateway.view_provision")
        assert browser.get(page("provision", provision)).status_code == 403

    def test_a_look_is_recorded(self, staff_client, provision):
        staff = officer("gateway.view_provision")
        html = staff_client(staff=staff).get(page("provision", provision)).content.decode()
        assert "支給額: 10000" in html
        assert LinkageRecord.objects.filter(staff_number=staff.staff_number).exists()

    def test_one_answers_and_another_permits(self, staff_client, provision):
        both = ("gateway.view_provision", "gateway.answer_provision", "gateway.permit_provision")
        first, second = officer(*both), officer(*both)
        answer = reverse("admin:gateway_provision_answer_inquiry", args=[provision.pk])
        permit = reverse("admin:gateway_provision_permit", args=[provision.pk])
        told = {"_confirmed": "1", "answer": "provide", "items": "支給額: 10000", "reason": "適法"}
        staff_client(staff=first).post(answer, told)
        provision.refresh_from_db()
        assert provision.answer_items == {"支給額": "10000"}
        staff_client(staff=first).post(permit, {"_confirmed": "1"})
        provision.refresh_from_db()
        assert provision.state == Provision.State.ANSWERED
        staff_client(staff=second).post(permit, {"_confirmed": "1"})
        provision.refresh_from_db()
        assert provision.state == Provision.State.PERMITTED
        assert provision.permitted_by == second

    def test_to_provide_nothing_is_refused(self, staff_client, provision):
        staff = officer("gateway.view_provision", "gateway.answer_provision")
        url = reverse("admin:gateway_provision_answer_inquiry", args=[provision.pk])
        told = {"_confirmed": "1", "answer": "provide", "items": "", "reason": "適法"}
        html = staff_client(staff=staff).post(url, told).content.decode()
        assert "提供する内容を入力してください。" in html
        provision.refresh_from_db()
        assert provision.state == Provision.State.WAITING


class TestHours:
    def test_are_written_as_times_of_day(self, staff_client):
        browser = staff_client("gateway.view_operatingwindow", "gateway.add_operatingwindow")
        told = {
            "group": "",
            "day": "0",
            "opens_minute": "7:00",
            "closes_minute": "24:00",
            "valid_from": "令和8年4月1日",
            "valid_until": "",
        }
        browser.post(reverse("admin:gateway_operatingwindow_add"), told)
        window = OperatingWindow.objects.get()
        assert (window.opens_minute, window.closes_minute) == (420, 1440)
        assert window.hours == "7:00-24:00"
