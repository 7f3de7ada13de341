"""The staff's pages of 市中間サーバ: states without numbers, answers by two people, hours as clerks write them."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm

from gateway import services
from gateway.models import (
    CopyError,
    Exchange,
    Inquiry,
    OperatingWindow,
    PlannedStop,
    Provision,
    QueuePause,
    SendQueue,
)
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
        assert "<td>支給額</td><td>10000</td>" in html
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


class TestTheBoard:
    def test_says_what_waits_why_and_how_to_stop_it(self, staff_client, inquiry):
        inquiry.state = Inquiry.State.WAITING
        inquiry.save()
        services.measure_queues(at=timezone.now())
        html = staff_client("gateway.view_sendqueue", "gateway.pause_sendqueue").get(
            page("sendqueue")
        )
        html = html.content.decode()
        assert "1件" in html
        assert "停止する" in html

    def test_a_stop_takes_effect_at_once_and_says_who_and_why(self, staff_client, inquiry):
        staff = StaffFactory(rights=["gateway.view_sendqueue", "gateway.pause_sendqueue"])
        services.measure_queues(at=timezone.now())
        queue = SendQueue.objects.get(lane="batch")
        url = reverse("admin:gateway_sendqueue_pause", args=[queue.pk])
        told = {
            "_confirmed": "1",
            "lane": queue.lane,
            "system": queue.system_id,
            "reason": "内容の確認のため",
        }
        staff_client(staff=staff).post(url, told)
        pause = QueuePause.objects.get()
        assert pause.paused_by == staff.staff_number
        html = staff_client(staff=staff).get(page("sendqueue")).content.decode()
        assert "内容の確認のため" in html
        staff_client(staff=staff).post(
            reverse("admin:gateway_sendqueue_resume", args=[pause.pk]), {"_confirmed": "1"}
        )
        pause.refresh_from_db()
        assert pause.resumed_by == staff.staff_number

    def test_only_who_may_stops_a_queue(self, staff_client):
        browser = staff_client("gateway.view_sendqueue")
        assert browser.get(reverse("admin:gateway_sendqueue_pause_any")).status_code == 403


class TestWhatWaitsForAPerson:
    rights = ("view_exchange", "requeue_exchange", "hold_exchange", "drop_exchange")

    def browser(self, staff_client):
        return staff_client(*(f"gateway.{right}" for right in self.rights))

    def test_is_shown_by_cause_with_what_to_do(self, staff_client, message):
        message.last_error = "BadAnswer: IF_SKI_10723: not_xml"
        message.save()
        url = reverse("admin:gateway_exchange_failures")
        html = self.browser(staff_client).get(url).content.decode()
        assert "応答を読み取れません。相手方の障害が解消してから再送します。" in html
        assert staff_client().get(url).status_code == 403

    def test_all_of_one_cause_go_again_and_a_rehearsal_changes_nothing(self, staff_client, message):
        browser = self.browser(staff_client)
        url = reverse("admin:gateway_exchange_failure_act", args=[message.pk, "requeue"])
        assert "1件(中身 3件)" in browser.get(url).content.decode()
        told = {"_confirmed": "1", "reason": "復旧したため"}
        browser.post(url, {**told, "rehearse": "on"})
        message.refresh_from_db()
        assert message.state == Exchange.State.FAILED
        browser.post(url, told)
        message.refresh_from_db()
        assert message.state == Exchange.State.READY
        html = browser.get(page("exchange", message)).content.decode()
        assert "復旧したため" in html

    def test_a_held_message_waits_until_it_is_let_go(self, staff_client, message):
        browser = self.browser(staff_client)
        for deed, state in (("hold", "held"), ("release", "ready")):
            url = reverse(f"admin:gateway_exchange_{deed}", args=[message.pk])
            browser.post(url, {"_confirmed": "1", "reason": "確認のため"})
            message.refresh_from_db()
            assert message.state == state

    def test_what_a_dropped_message_carried_goes_back_to_its_queue(
        self, staff_client, message, inquiry
    ):
        message.work = "ask"
        message.save()
        inquiry.state, inquiry.exchange = Inquiry.State.SENDING, message
        inquiry.save()
        url = reverse("admin:gateway_exchange_drop", args=[message.pk])
        self.browser(staff_client).post(url, {"_confirmed": "1", "reason": "送り直すため"})
        message.refresh_from_db()
        inquiry.refresh_from_db()
        assert message.state == Exchange.State.DROPPED
        assert (inquiry.state, inquiry.exchange) == (Inquiry.State.WAITING, None)

    def test_its_page_masks_the_numbers_of_people(self, staff_client, message, inquiry):
        message.item_ids = [inquiry.pk]
        message.save()
        html = self.browser(staff_client).get(page("exchange", message)).content.decode()
        assert "************345" in html
        assert NUMBER not in html


class TestTheCalendar:
    def test_draws_hours_holidays_and_stops(self, staff_client):
        for day in range(7):
            OperatingWindow.objects.create(
                day=day, opens_minute=450, closes_minute=1380, valid_from=date(2026, 1, 1)
            )
        OperatingWindow.objects.create(
            day=OperatingWindow.Day.YEAR_END,
            opens_minute=0,
            closes_minute=0,
            valid_from=date(2026, 1, 1),
        )
        PlannedStop.objects.create(
            starts_at=datetime(2026, 12, 22, 1, tzinfo=UTC),
            ends_at=datetime(2026, 12, 22, 9, tzinfo=UTC),
            notice="更改作業",
        )
        browser = staff_client("gateway.view_operatingwindow")
        url = reverse("admin:gateway_calendar")
        html = browser.get(f"{url}?from=2026-12-21").content.decode()
        for words in ("7:30–23:00", "年末年始", "元日", "更改作業", "終日停止"):
            assert words in html
        assert staff_client().get(url).status_code == 403
