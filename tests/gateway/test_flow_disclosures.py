"""自己情報提供: people look at their own data by マイナポータル, and the city learns of it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from gateway import services, tasks
from gateway.models import PlatformNumber, SelfDisclosure
from sapporo_base.acts import InvalidRequest, NotNow
from sapporo_base.models import LinkageRecord
from tests.factories import system
from tests.gateway.flows import copy, forward, now_act, who_opens_addressees, work_for_a_while

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_copy(hanako, clock):
    forward(copy())
    work_for_a_while(clock)
    return hanako


def look(far_end, number, times=1):
    for _ in range(times):
        far_end.control("look", integrated_number=number)


def shown(clock):
    """One look of which the city has learned."""
    tasks.fetch_disclosures()
    return SelfDisclosure.objects.order_by("-sequence").first()


class TestLearning:
    def test_a_look_is_learned_of_once_and_recorded(self, with_copy, far_end, clock):
        look(far_end, with_copy)

        assert (tasks.fetch_disclosures(), tasks.fetch_disclosures()) == (1, 0)

        one = SelfDisclosure.objects.get()
        assert (one.integrated_number, one.result) == (with_copy, "provided")
        assert LinkageRecord.objects.filter(kind="self_disclosure").count() == 1

    def test_more_than_a_page_comes_as_a_file(self, with_copy, far_end):
        look(far_end, with_copy, times=130)

        assert tasks.fetch_disclosures() == 130
        requests = far_end.state()["requests"]
        assert (requests["IF_JTK_10121"], requests["IF_JTK_10134"]) == (1, 1)

    def test_who_is_withheld_is_shown_nothing(self, with_copy, far_end, clock):
        services.set_answer_flags(
            system=system("027-000"), business_numbers=["J1"], not_disclosed=True, act=now_act()
        )
        work_for_a_while(clock)
        look(far_end, with_copy)

        one = shown(clock)

        assert (one.result, one.is_doubtful) == ("withheld", False)

    def test_what_was_shown_against_the_flag_is_marked(self, with_copy, far_end, clock):
        services.set_answer_flags(
            system=system("027-000"), business_numbers=["J1"], not_disclosed=True, act=now_act()
        )
        work_for_a_while(clock)
        far_end.platform.state.people[with_copy].withheld = False  # the platform forgot it
        look(far_end, with_copy)

        assert PlatformNumber.objects.get(pk=with_copy).sent_not_disclosed
        assert shown(clock).is_doubtful

    def test_every_night_the_city_learns_the_names_of_the_items_and_no_value(
        self, with_copy, far_end, clock
    ):
        look(far_end, with_copy, times=3)
        shown(clock)

        assert tasks.fetch_disclosed_items() == 3
        one = SelfDisclosure.objects.first()
        assert one.item_names == ["受給者区分", "支給"]
        assert one.shown_items is None
        assert tasks.fetch_disclosed_items() == 0

    def test_a_closed_platform_is_asked_again_later(self, with_copy, far_end):
        look(far_end, with_copy)
        far_end.control("close")
        assert tasks.fetch_disclosures() == 0
        far_end.control("open")
        assert tasks.fetch_disclosures() == 1


class TestContent:
    def test_staff_see_what_was_shown_for_ten_minutes(self, with_copy, far_end, clock):
        look(far_end, with_copy)
        one = shown(clock)

        services.ask_for_content(disclosure=one, act=now_act(reason="本人からの問合せ"))
        tasks.work_interactive()
        one.refresh_from_db()
        assert one.shown_items["受給者区分"] == "1"

        clock.shift(timedelta(minutes=11))
        tasks.fetch_disclosures()
        one.refresh_from_db()
        assert (one.shown_items, one.item_names) == (None, ["受給者区分", "支給"])

    def test_it_needs_a_reason_and_something_that_was_shown(self, hanako, far_end, clock):
        look(far_end, hanako)
        one = shown(clock)
        assert one.result == "no_record"
        with pytest.raises(InvalidRequest):
            services.ask_for_content(disclosure=one, act=now_act())
        with pytest.raises(NotNow):
            services.ask_for_content(disclosure=one, act=now_act(reason="問合せ"))

    def test_the_page_asks_for_the_reason_and_shows_the_content(
        self, with_copy, far_end, clock, staff_client
    ):
        look(far_end, with_copy)
        one = shown(clock)
        staff = who_opens_addressees("gateway.view_selfdisclosure", "gateway.show_selfdisclosure")
        browser = staff_client(staff=staff)
        url = reverse("admin:gateway_selfdisclosure_ask_content", args=[one.pk])
        browser.post(url, {"_confirmed": "1", "reason": "本人からの問合せ"})
        tasks.work_interactive()

        page = browser.get(reverse("admin:gateway_selfdisclosure_change", args=[one.pk]))

        assert "受給者区分" in page.content.decode()
        assert LinkageRecord.objects.filter(kind="self_disclosure_content_asked").count() == 1
