"""取下げ: whatever has not gone out yet can be stopped, by a system or by staff; the rest says why not."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm

from gateway import services, tasks
from gateway.models import (
    Copy,
    CopyInspection,
    Exchange,
    Lane,
    PortalNotice,
    PublicationEnd,
    SelfDisclosure,
    Work,
)
from gateway.platform import messages
from gateway.services.exchanges import INTERFACES, new_exchange
from gateway.services.flags import people
from gateway.services.giving_back import why_not_given_back
from sapporo_base.acts import NotNow
from sapporo_base.models import LinkageRecord, PersonalInformationFile
from tests.factories import StaffFactory, system
from tests.gateway.far_end import CHILD_ALLOWANCE
from tests.gateway.flows import copy, forward, now_act, who_opens_addressees, work_for_a_while
from tests.gateway.test_flow_notices import accept as notify
from tests.gateway.test_flow_notices import asked as notice
from tests.gateway.test_flow_notices import withdraw
from tests.gateway.test_flow_provisions import answer, ask, by, held_back  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def drop(message, reason="宛先誤り"):
    return services.do_with_exchanges(
        deed="drop", ids=[message.pk], act=now_act(staff=StaffFactory(), reason=reason)
    )


def message(work):
    return Exchange.objects.get(work=work)


@pytest.fixture
def permitted(held_back, far_end):  # noqa: F811 - the fixture
    """An answer that waits to be sent: the platform is closed."""
    (provision,) = ask(far_end, held_back)
    answer(provision, by=StaffFactory())
    far_end.control("close")
    services.permit_provision(provision=provision, act=by())
    provision.refresh_from_db()
    return provision


class TestAnAnswer:
    def test_is_stopped_while_it_waits_and_can_be_permitted_again(self, permitted, far_end, clock):
        services.withdraw_permission(provision=permitted, act=by(reason="内容を見直すため"))
        far_end.control("open")
        work_for_a_while(clock)
        tasks.work_interactive()

        permitted.refresh_from_db()
        assert (permitted.state, permitted.permitted_by, permitted.exchange) == (
            "answered",
            None,
            None,
        )
        assert "内容を見直すため" in permitted.reason
        assert far_end.state()["requests"].get("IF_TKY_20511", 0) == 0
        assert message("answer").state == "dropped"

        answer(permitted, by=StaffFactory(), items={"受給者区分": "2"})
        services.permit_provision(provision=permitted, act=by())
        tasks.work_interactive()
        permitted.refresh_from_db()
        assert permitted.state == "sent"
        sent = far_end.http.get(f"/control/ask/{permitted.provision_id}").json()
        assert sent["items"] == {"受給者区分": "2"}

    def test_that_was_sent_says_that_it_cannot(self, permitted, far_end, clock):
        far_end.control("open")
        clock.shift(timedelta(minutes=10))
        tasks.work_interactive()
        with pytest.raises(NotNow):
            services.withdraw_permission(provision=permitted, act=by(reason="誤り"))

    def test_whose_permission_was_tried_once_may_be_there_already(self, permitted):
        row = message("answer")
        Exchange.objects.filter(pk=row.pk).update(work="permit", first_sent_at=timezone.now())
        with pytest.raises(NotNow, match="届いている可能性"):
            services.withdraw_permission(provision=permitted, act=by(reason="誤り"))

    def test_goes_back_to_staff_when_its_message_is_dropped(self, permitted):
        assert drop(message("answer")).messages == 1
        permitted.refresh_from_db()
        assert (permitted.state, permitted.permitted_by) == ("answered", None)

    def test_one_of_a_file_is_taken_out_and_the_others_go(self, held_back, far_end, clock):  # noqa: F811
        rows = ask(far_end, held_back, count=3)
        for row in rows:
            answer(row, by=StaffFactory())
        far_end.control("close")
        services.permit_provisions(ids=[row.pk for row in rows], act=by())
        services.withdraw_permission(provision=rows[1], act=by(reason="誤り"))
        far_end.control("open")
        clock.shift(timedelta(minutes=10))
        for _ in range(4):
            tasks.work_interactive()
            clock.shift(timedelta(seconds=5))

        for row in rows:
            row.refresh_from_db()
        assert [row.state for row in rows] == ["sent", "answered", "sent"]

    def test_is_stopped_on_its_page_by_who_may_permit(self, permitted, staff_client):
        rights = ("gateway.view_provision", "gateway.permit_provision")
        url = reverse("admin:gateway_provision_withdraw", args=[permitted.pk])
        assert staff_client(staff=who_opens_addressees(rights[0])).get(url).status_code == 403
        staff = who_opens_addressees(*rights)
        file = PersonalInformationFile.objects.get(code="child-allowance")
        assign_perm("open_personalinformationfile", staff, file)
        browser = staff_client(staff=staff)
        browser.post(url, {"_confirmed": "1", "reason": "内容を見直すため"})
        permitted.refresh_from_db()
        assert permitted.state == "answered"
        kinds = LinkageRecord.objects.values_list("kind", flat=True)
        assert "provision_permission_withdrawn" in kinds


class TestANotice:
    def test_in_a_message_that_is_dropped_goes_in_another_once(self, hanako, far_end, clock):
        (told,) = notify(notice())
        services.notices.prepare_notice_exchanges(lane=Lane.INTERACTIVE, act=now_act())
        assert PortalNotice.objects.get(pk=told.id).state == "sending"

        assert drop(message("notify")).messages == 1
        assert PortalNotice.objects.get(pk=told.id).state == "waiting"
        tasks.work_interactive()
        assert sum(far_end.state()["notices"].values()) == 1

    def test_that_is_to_be_taken_back_never_goes_out(self, hanako, far_end, clock):
        (told,) = notify(notice())
        row = PortalNotice.objects.get(pk=told.id)
        services.notices.prepare_notice_exchanges(lane=Lane.INTERACTIVE, act=now_act())
        withdraw(row.pk)
        drop(message("notify"))
        clock.shift(timedelta(minutes=10))
        tasks.work_interactive()

        row.refresh_from_db()
        assert (row.state, row.sent_at) == ("withdrawn", None)
        assert far_end.state()["notices"] == {}

    @pytest.mark.parametrize("arrived", [True, False])
    def test_that_was_perhaps_sent_is_taken_back_at_the_platform(
        self, hanako, far_end, clock, arrived
    ):
        (told,) = notify(notice())
        services.notices.prepare_notice_exchanges(lane=Lane.INTERACTIVE, act=now_act())
        row = PortalNotice.objects.get(pk=told.id)
        if arrived:
            sent = [
                messages.Notice(
                    row.record_id, hanako, row.title, row.text, row.shown_from, row.shown_until
                )
            ]
            far_end.client.send_notices(sent, correlation=str(row.correlation_id))
        Exchange.objects.filter(work="notify").update(first_sent_at=timezone.now())
        withdraw(row.pk)
        drop(message("notify"))
        tasks.work_interactive()
        row.refresh_from_db()
        assert row.state == "withdrawn"
        assert "delivered" not in far_end.state()["notices"]


class TestWhatAPersonWasShown:
    @pytest.fixture
    def asked_for(self, hanako, far_end, clock):
        forward(copy())
        work_for_a_while(clock)
        far_end.control("look", integrated_number=hanako)
        tasks.fetch_disclosures()
        one = SelfDisclosure.objects.get()
        far_end.control("close")
        services.ask_for_content(disclosure=one, act=now_act(reason="本人からの問合せ"))
        one.refresh_from_db()
        return one

    def test_is_no_longer_asked_for(self, asked_for, far_end, clock, staff_client):
        staff = who_opens_addressees("gateway.view_selfdisclosure", "gateway.show_selfdisclosure")
        url = reverse("admin:gateway_selfdisclosure_take_back", args=[asked_for.pk])
        staff_client(staff=staff).post(url, {"_confirmed": "1", "reason": "解決したため"})
        far_end.control("open")
        clock.shift(timedelta(minutes=10))
        tasks.work_interactive()

        asked_for.refresh_from_db()
        assert (asked_for.exchange, asked_for.shown_items) == (None, None)
        assert message("show_disclosed").state == "dropped"
        with pytest.raises(NotNow):
            services.stop_asking_for_content(disclosure=asked_for, act=by(reason="もう一度"))


class TestACopy:
    def test_that_never_went_out_is_not_deleted_there(self, hanako, far_end, clock):
        forward(copy())
        forward(copy(withdrawn=True))
        work_for_a_while(clock)

        assert Copy.objects.get().state == "deleted"
        asked_for = far_end.state()["requests"]
        assert not any(name.startswith("IF_DBM_20") for name in asked_for)

        forward(copy())
        work_for_a_while(clock)
        assert Copy.objects.get().state == "forwarded"


class TestOtherMessages:
    def test_a_look_at_a_copy_ends_with_the_words_of_why(self, hanako, far_end, clock):
        forward(copy())
        work_for_a_while(clock)
        services.inspect_copy(copy=Copy.objects.get(), kind="detail", act=by(reason="確認"))
        drop(message("inspect"))
        looked = CopyInspection.objects.get()
        assert (looked.state, looked.reason) == ("refused", "職員が電文を取り下げました。")

    def test_flags_that_protect_go_in_another_message_at_once(self, hanako, monkeypatch):
        act = now_act()
        services.set_answer_flags(
            system=system("027-000"), business_numbers=["J1"], no_automatic_answer=True, act=act
        )
        monkeypatch.setattr(people, "AT_ONCE_ONLINE", 0)
        people.flags_to_send(act=act)
        drop(message("set_flags"))
        people.flags_to_send(act=now_act())
        assert [row.state for row in Exchange.objects.filter(work="set_flags").order_by("pk")] == [
            "dropped",
            "ready",
        ]

    def test_a_publication_end_is_cancelled_before_it_went(self, hanako, far_end, clock):
        forward(copy())
        work_for_a_while(clock)
        drafted = services.draft_publication_end(
            information_code=CHILD_ALLOWANCE,
            layout_version="0001",
            ends_on=timezone.localdate() + timedelta(days=30),
            act=by(reason="版の終了"),
        )
        services.decide_publication_end(end=drafted, act=by())
        drop(message("end_publication"))
        assert PublicationEnd.objects.get().state == "cancelled"

    @pytest.mark.parametrize("work", [str(one) for one in Work if one in INTERFACES])
    def test_every_kind_says_why_where_the_platform_has_it(self, act, work):
        row = new_exchange(work=work, lane=Lane.RECORDS, act=act)
        row.receipt, row.state = "R1", "failed"
        row.save()
        told = drop(row)
        assert told.messages == 0
        assert [row.get_work_display() in why for why in told.left] == [True]
        assert why_not_given_back(row)
