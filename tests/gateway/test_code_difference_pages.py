"""The pages of differing 番号 and 符号: found, looked at, mended."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from gateway import selectors, tasks
from gateway.models import (
    CodeDifference,
)
from integrated_address import services as addressee_services
from integrated_address.models import LinkageCodeStatus
from tests.factories import system
from tests.gateway.code_differences import reconciled, the_difference
from tests.gateway.flows import (
    accept,
    asked,
    copy,
    forward,
    now_act,
    who_opens_addressees,
)
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db
MEND = ("gateway.view_codedifference", "gateway.mend_codedifference")


@pytest.fixture
def taro(far_end):
    """A person who is numbered and told, and whose 符号 nobody has requested."""
    person = numbered(now_act(), number="J2", code="027-000", serial=2).integrated_number
    tasks.work_bulk()
    return person


class TestPages:
    def test_a_difference_is_mended_after_a_preview(self, hanako, far_end, clock, staff_client):
        far_end.control("tamper_numbers", what="invent")
        clock.shift(timedelta(seconds=1))
        reconciled()
        browser = staff_client(staff=who_opens_addressees(*MEND))
        url = reverse("admin:gateway_codedifference_changelist")
        assert "市にない番号がある" in browser.get(url).content.decode()

        chosen = {"action": "mend", "_selected_action": [the_difference().pk]}
        preview = browser.post(url, chosen).content.decode()
        assert "プラットフォームから削除する" in preview
        assert the_difference().state == "open"
        browser.post(url, {**chosen, "_confirmed": "1", "reason": "照合の結果"})
        assert CodeDifference.objects.get().state == "mending"

    def test_a_difference_about_a_protected_person_is_hidden(self, hanako, clock, staff_client):
        LinkageCodeStatus.objects.filter(pk=hanako).update(state="requested")
        clock.shift(timedelta(seconds=1))
        reconciled()
        browser = staff_client(staff=who_opens_addressees(*MEND))
        url = reverse("admin:gateway_codedifference_changelist")
        assert hanako[-5:] in browser.get(url).content.decode()

        addressee_services.set_support_flag(
            system=system("027-000"), business_numbers=["J1"], on=True, act=now_act()
        )
        assert hanako[-5:] not in browser.get(url).content.decode()

    def test_who_is_waited_for_and_by_what(self, hanako, taro, staff_client):
        accept(asked(number="J2"))
        forward(copy("J2"))
        browser = staff_client(staff=who_opens_addressees("gateway.view_codewaiting"))

        page = browser.get(reverse("admin:gateway_codewaiting_changelist")).content.decode()
        assert taro[-5:] in page
        assert hanako[-5:] not in page
        assert "送信待1件" in page
        one = browser.get(reverse("admin:gateway_codewaiting_change", args=[taro]))
        assert "待っている照会" in one.content.decode()

    def test_a_protected_person_who_is_waited_for_is_hidden(self, taro, staff_client):
        accept(asked(number="J2"))
        addressee_services.set_support_flag(
            system=system("027-000"), business_numbers=["J2"], on=True, act=now_act()
        )
        browser = staff_client(staff=who_opens_addressees("gateway.view_codewaiting"))

        page = browser.get(reverse("admin:gateway_codewaiting_changelist")).content.decode()
        assert taro[-5:] not in page

    def test_a_page_of_people_asks_as_often_as_a_page_of_one(
        self, far_end, staff_client, django_assert_max_num_queries
    ):
        for serial in (3, 4, 5):
            numbered(now_act(), number=f"J{serial}", code="027-000", serial=serial)
            accept(asked(f"k{serial}", number=f"J{serial}"))
        tasks.read_feeds()
        assert len(selectors.numbers_waited_for()) == 3
        with django_assert_max_num_queries(4), connection.cursor():
            selectors.waiting_of([n.pk for n in selectors.numbers_waited_for()])
