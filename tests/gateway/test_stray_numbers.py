"""A record that holds a 個人番号 is refused by itself: the others go, and nobody is shown the number."""

from dataclasses import replace

import pytest
from django.urls import reverse

from gateway import services, tasks
from gateway.models import Copy, CopyError, Exchange, Provision
from gateway.rules.stray_numbers import stray_items
from sapporo_base.acts import InvalidRequest
from tests.factories import StaffFactory
from tests.gateway.far_end import CHILD_ALLOWANCE, individual_number
from tests.gateway.flows import copy, forward, now_act, who_opens_addressees

pytestmark = pytest.mark.django_db
NUMBER = individual_number(7)
MISTYPED = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ({"備考": f"番号は{NUMBER}です"}, ["備考"]),
        ({"備考": MISTYPED}, []),
        ({"個人番号": MISTYPED}, ["個人番号"]),
        ({"個人番号の有無": "1"}, []),
        ({"支給": [{"支給額": "10000"}, {"メモ": NUMBER}]}, ["メモ"]),
        ({"支給額": "10000", "宛名番号": "000000000000101", "欠測": None}, []),
    ],
)
def test_an_item_is_found_by_its_digits_or_by_its_name(items, found):
    assert stray_items(items) == found


class TestCopies:
    def test_the_record_waits_in_the_error_list_and_the_others_go(self, hanako, staff_client):
        counts = forward(copy(), replace(copy(key="2026-11"), items={"備考": NUMBER}))
        tasks.work_bulk()

        assert counts.errors == 1
        assert Copy.objects.get().state == "forwarded"
        error = CopyError.objects.get()
        assert (error.item, error.code, error.source) == ("備考", "individual_number", {})
        assert not Exchange.objects.exclude(state="done").exists()
        html = listed(staff_client, "copyerror", "gateway.view_copyerror")
        assert "個人番号と読める値が含まれるため転送しません" in html
        assert NUMBER not in html

    def test_a_key_that_is_one_is_not_kept(self, hanako, staff_client):
        forward(copy(key=NUMBER))

        error = CopyError.objects.get()
        assert NUMBER not in f"{error.key} {error.item} {error.reason} {error.source}"
        assert not Copy.objects.exists()
        assert NUMBER not in listed(staff_client, "copyerror", "gateway.view_copyerror")


class TestAnswersOfStaff:
    def test_none_is_registered_with_a_number_in_it(self):
        now = now_act().at
        row = Provision.objects.create(
            provision_id="p1",
            integrated_number="000000000000101",
            asker_code="9900000000000026",
            information_code=CHILD_ALLOWANCE,
            asked_at=now,
            noted_at=now,
            due_at=now,
        )

        with pytest.raises(InvalidRequest, match="備考に個人番号と読める値") as refused:
            services.answer_provision(
                provision=row,
                answer="provide",
                items={"受給者区分": "1", "備考": NUMBER},
                reason="確認済",
                act=now_act(staff=StaffFactory()),
            )

        assert NUMBER not in str(refused.value)
        row.refresh_from_db()
        assert row.answer_items == {}


def listed(staff_client, model, *rights):
    browser = staff_client(staff=who_opens_addressees(*rights))
    return browser.get(reverse(f"admin:gateway_{model}_changelist")).content.decode()
