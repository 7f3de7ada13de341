"""Which business system may use what of the platform: refused by name, recorded, at once."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from gateway import services
from gateway.models import Copy, Inquiry, InterfacePermission, PortalNotice
from gateway.services import InterfaceNotPermitted
from sapporo_base.models import LinkageRecord
from tests.factories import system
from tests.gateway.far_end import CHILD_ALLOWANCE, RESIDENCE
from tests.gateway.flows import accept, asked, copy, forward, now_act
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return numbered(now_act(), number="J1", code="027-000", serial=1)


def of_allowance(group):
    return InterfacePermission.objects.filter(system=system("027-000"), group=group)


class TestInquiries:
    def test_are_refused_one_by_one_with_the_way_to_mend_it(self, person):
        of_allowance("SKI").delete()

        (told,) = accept(asked())

        assert (told.state, told.code) == ("refused", "interface_not_permitted")
        assert "「インターフェイス利用許可」の登録を依頼" in told.why
        assert not Inquiry.objects.exists()
        record = LinkageRecord.objects.get(kind="inquiry_refused")
        assert "情報照会" in record.detail

    def test_only_for_the_information_that_is_named(self, person):
        of_allowance("SKI").update(information_code=RESIDENCE)

        (told,) = accept(asked())

        assert told.state == "refused"

    def test_from_its_first_day_until_its_last(self, person):
        today = now_act().day
        of_allowance("SKI").update(valid_from=today + timedelta(days=1))
        assert accept(asked("early"))[0].state == "refused"
        of_allowance("SKI").update(valid_from=date(2015, 10, 5), valid_until=today)
        assert accept(asked("late"))[0].state == "refused"
        of_allowance("SKI").update(valid_until=today + timedelta(days=1))
        assert accept(asked("now"))[0].id


class TestCopies:
    def test_without_permission_are_refused_whole_and_recorded(self, person):
        of_allowance("DBM").update(information_code=RESIDENCE)

        with pytest.raises(InterfaceNotPermitted, match=f"副本.{CHILD_ALLOWANCE}.の利用が許可され"):
            forward(copy())

        assert not Copy.objects.exists()
        record = LinkageRecord.objects.get(kind="interface_refused")
        assert record.information_code == CHILD_ALLOWANCE

    def test_over_the_api_it_is_403_with_the_same_words(self, person, client_of):
        api = client_of(system("027-000"), "030:copies:write")
        of_allowance("DBM").delete()
        body = {"information_code": CHILD_ALLOWANCE}
        row = {
            "business_number": "J1",
            "dataset": "0001",
            "key": "2026-12",
            "items": {"支給額": "10000"},
            "published_from": "2026-12-01",
        }

        answer = api.post("/api/v1/gateway/copies/", {**body, "copies": [row]}, format="json")

        assert answer.status_code == 403
        assert answer.json()["code"] == "interface_not_permitted"
        assert "インターフェイス利用許可" in answer.content.decode()

    def test_what_is_permitted_goes(self, person):
        assert forward(copy()).changed == 1
        assert Copy.objects.get().information_code == CHILD_ALLOWANCE


def test_notices_of_a_system_without_permission_are_refused(person):
    with pytest.raises(InterfaceNotPermitted, match="お知らせ"):
        services.accept_notices(system=system("001-000"), requests=[], act=now_act())

    assert not PortalNotice.objects.exists()


def test_a_flag_that_protects_somebody_needs_no_permission(person):
    InterfacePermission.objects.all().delete()

    count = services.set_answer_flags(
        system=system("027-000"), business_numbers=["J1"], no_automatic_answer=True, act=now_act()
    )

    assert count == 1


class TestTable:
    def test_an_open_permission_stands_once(self):
        row = of_allowance("OSR").get()
        row.pk = None
        with (
            pytest.raises(IntegrityError, match="an_open_permission_stands_once"),
            transaction.atomic(),
        ):
            row.save()

    def test_what_staff_ended_is_not_loaded_again(self):
        of_allowance("OSR").update(valid_until=date(2026, 4, 1))

        services.load_interface_permissions()

        assert of_allowance("OSR").get().valid_until == date(2026, 4, 1)

    def test_the_page_lists_them_and_lets_who_may_add_one(self, staff_client):
        browser = staff_client(
            "gateway.view_interfacepermission", "gateway.add_interfacepermission"
        )
        listed = browser.get(reverse("admin:gateway_interfacepermission_changelist"))
        assert "児童手当関係情報の副本" in listed.content.decode()

        told = {
            "system": system("024-000").pk,
            "group": "SKI",
            "information_code": "",
            "valid_from": "2026-12-01",
            "reason": "国保の資格確認",
        }
        answer = browser.post(reverse("admin:gateway_interfacepermission_add"), told)

        assert answer.status_code == 302, answer.content.decode()[-3000:]
        assert InterfacePermission.objects.filter(system=system("024-000")).exists()
