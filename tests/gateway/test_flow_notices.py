"""お知らせ: from a business system to a person, and back again what became of it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gateway import services, tasks
from gateway.models import Exchange, PlatformNumber, PortalNotice
from gateway.services import NoticeRequest
from sapporo_base.acts import InvalidRequest, NotFound, NotNow
from sapporo_base.models import LinkageRecord
from tests.factories import fictitious_individual_number, system
from tests.gateway.flows import now_act, who_opens_addressees, work_for_a_while
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db


def asked(key="n1", *, number="J1", **changes):
    now = timezone.now()
    ordinary = {
        "title": "現況届について",
        "text": "6月30日までに現況届を提出してください。",
        "shown_from": now,
        "shown_until": now + timedelta(days=60),
    }
    return NoticeRequest(request_key=key, business_number=number, **(ordinary | changes))


def accept(*requests):
    return services.accept_notices(system=system("027-000"), requests=requests, act=now_act())


def withdraw(*ids, reason="宛先誤り"):
    return services.withdraw_notices(
        system=system("027-000"), notice_ids=ids, act=now_act(reason=reason)
    )


def sent_notice(clock):
    (told,) = accept(asked())
    tasks.work_interactive()
    return PortalNotice.objects.get(pk=told.id)


class TestSending:
    def test_a_notice_reaches_the_person_and_is_read(self, hanako, far_end, clock):
        notice = sent_notice(clock)
        assert notice.state in {"sent", "delivered"}

        far_end.control("read", record_ids=[notice.record_id])
        clock.shift(timedelta(minutes=2))
        tasks.work_interactive()

        notice.refresh_from_db()
        assert (notice.state, notice.read_at is not None) == ("read", True)
        assert notice.settled_at is not None
        assert far_end.state()["notices"] == {"read": 1}

    def test_the_same_key_again_is_the_same_notice(self, hanako, far_end):
        (one,), (other,) = accept(asked()), accept(asked(text="別の本文"))
        tasks.work_interactive()

        assert one.id == other.id
        assert sum(far_end.state()["notices"].values()) == 1

    def test_many_go_as_one_file_and_are_looked_after_as_one(self, hanako, far_end, clock):
        accept(*(asked(f"n{n}") for n in range(150)))
        tasks.work_interactive()
        assert Exchange.objects.filter(work="notify").count() == 0, "a hundred go online at most"

        work_for_a_while(clock)
        clock.shift(timedelta(minutes=2))
        work_for_a_while(clock)

        requests = far_end.state()["requests"]
        assert "IF_OSR_10111" not in requests
        assert requests["IF_OSR_10123"] == 1
        assert requests["IF_OSR_20123"] >= 1
        assert set(PortalNotice.objects.values_list("state", flat=True)) == {"delivered"}

    def test_who_may_be_shown_nothing_is_refused_in_the_words_of_who_is_unknown(self, hanako):
        PlatformNumber.objects.filter(pk=hanako).update(not_disclosed=True)

        withheld, unknown = accept(asked("n1"), asked("n2", number="J99"))

        assert (withheld.state, withheld.code) == ("refused", "not_reachable")
        assert (withheld.code, withheld.why) == (unknown.code, unknown.why)

    def test_a_person_without_a_code_cannot_be_reached(self, far_end):
        numbered(now_act(), number="J7", code="027-000", serial=7)

        assert accept(asked(number="J7"))[0].code == "not_reachable"

    def test_an_individual_number_in_the_text_stops_one_notice_and_no_other(self, hanako):
        number = fictitious_individual_number(1)
        bad, good = accept(asked("n1", text=f"番号は{number}です。"), asked("n2"))

        assert (bad.code, good.state) == ("individual_number", "waiting")
        assert number not in str(PortalNotice.objects.values_list("text", flat=True))

    def test_a_refusal_of_the_platform_is_shown_with_its_words(self, hanako, far_end, clock):
        far_end.platform.state.people.pop(hanako)
        notice = sent_notice(clock)

        assert notice.state == "failed"
        assert "登録されていません" in notice.reason

    def test_an_answer_that_was_lost_makes_no_second_notice(self, hanako, far_end, clock):
        far_end.control("faults", kind="lost", interfaces="IF_OSR_10111", count=1)
        notice = sent_notice(clock)
        clock.shift(timedelta(seconds=30))
        tasks.work_interactive()

        notice.refresh_from_db()
        assert notice.state in {"sent", "delivered"}
        assert sum(far_end.state()["notices"].values()) == 1

    def test_who_has_what_sent_to_whom_is_recorded(self, hanako):
        accept(asked())
        assert LinkageRecord.objects.filter(kind="notices_accepted").count() == 1


class TestTakingBack:
    def test_one_that_waits_ends_at_once(self, hanako, far_end):
        (told,) = accept(asked())
        assert withdraw(told.id)[0].state == "withdrawn"
        tasks.work_interactive()
        assert far_end.state()["notices"] == {}

    def test_one_at_the_platform_is_taken_back_there(self, hanako, far_end, clock):
        notice = sent_notice(clock)
        withdraw(notice.pk)
        tasks.work_interactive()

        notice.refresh_from_db()
        assert notice.state == "withdrawn"
        assert far_end.state()["notices"] == {"withdrawn": 1}

    def test_what_was_read_stays_read_and_says_so(self, hanako, far_end, clock):
        notice = sent_notice(clock)
        far_end.control("read", record_ids=[notice.record_id])
        withdraw(notice.pk)
        tasks.work_interactive()

        notice.refresh_from_db()
        assert (notice.state, notice.reason) == ("read", "取消は間に合いませんでした。")
        with pytest.raises(NotNow):
            services.withdraw_notice(notice=notice, act=now_act(reason="宛先誤り"))

    def test_a_reason_is_needed_and_another_systems_notice_is_not_there(self, hanako):
        (told,) = accept(asked())
        with pytest.raises(InvalidRequest):
            withdraw(told.id, reason="")
        with pytest.raises(NotFound):
            services.withdraw_notices(
                system=system("024-000"), notice_ids=[told.id], act=now_act(reason="宛先誤り")
            )


class TestApi:
    def body(self, **changes):
        one = asked()
        return {
            "notices": [
                {
                    "request_key": "n1",
                    "business_number": "J1",
                    "title": one.title,
                    "text": one.text,
                    "shown_from": one.shown_from.isoformat(),
                    "shown_until": one.shown_until.isoformat(),
                    **changes,
                }
            ]
        }

    def test_a_system_asks_looks_and_takes_back(self, hanako, client_of):
        client = client_of(system("027-000"), "030:notices:write")

        answer = client.post(reverse("gateway-notices"), self.body(), format="json")
        (told,) = answer.json()
        where = reverse("gateway-notice", args=[told["id"]])
        back = client.post(
            reverse("gateway-notice-withdrawal", args=[told["id"]]),
            {"reason": "誤り"},
            format="json",
        )

        assert (answer.status_code, back.status_code) == (202, 202)
        assert client.get(where).json()["state_words"] == "取消済"

    def test_without_the_scope_and_for_others_there_is_nothing(self, hanako, client_of):
        (told,) = accept(asked())
        where = reverse("gateway-notice", args=[told.id])

        assert client_of(system("027-000")).get(where).status_code == 403
        other = client_of(system("024-000"), "030:notices:write")
        assert other.get(where).status_code == 404

    def test_a_title_of_more_than_sixty_characters_is_refused_by_field(self, hanako, client_of):
        client = client_of(system("027-000"), "030:notices:write")
        answer = client.post(reverse("gateway-notices"), self.body(title="あ" * 61), format="json")
        assert answer.status_code == 400
        assert "title" in answer.content.decode()


class TestPage:
    def test_staff_see_where_a_notice_stands_and_take_it_back(self, hanako, staff_client, clock):
        notice = sent_notice(clock)
        staff = who_opens_addressees("gateway.view_portalnotice", "gateway.withdraw_portalnotice")
        browser = staff_client(staff=staff)
        listed = browser.get(reverse("admin:gateway_portalnotice_changelist")).content.decode()
        assert "現況届について" in listed
        assert hanako not in listed

        url = reverse("admin:gateway_portalnotice_withdraw", args=[notice.pk])
        browser.post(url, {"_confirmed": "1", "reason": "宛先誤り"})
        tasks.work_interactive()

        notice.refresh_from_db()
        assert (notice.state, notice.withdrawal_reason) == ("withdrawn", "宛先誤り")
