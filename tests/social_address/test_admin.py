"""The pages of 社会保障宛名: who may look, what 支援措置 hides, and contacts written at the counter."""

import dataclasses

import pytest
from django.urls import reverse
from guardian.shortcuts import assign_perm

from integrated_address import services as integrated_address
from sapporo_base.models import LinkageRecord, PersonalInformationFile
from social_address import services
from social_address.models import ContactRecord, SocialAddressee
from tests.factories import StaffFactory, system
from tests.social_address.factories import approve, resident

pytestmark = pytest.mark.django_db
LIST = "admin:social_address_socialaddressee_changelist"
RIGHTS = (
    "social_address.view_socialaddressee",
    "social_address.view_contactrecord",
    "social_address.add_contactrecord",
)


@pytest.fixture
def addressee(act):
    own = dataclasses.replace(act, system=system("030-002"))
    approve("030-002", protected_people=True)
    resident(1, own)
    services.follow_residents(act=own)
    return SocialAddressee.objects.get()


@pytest.fixture
def clerk(staff_client):
    staff = StaffFactory(rights=RIGHTS)
    file = PersonalInformationFile.objects.get(code="social-address")
    assign_perm("sapporo_base.open_personalinformationfile", staff, file)
    return staff_client(staff=staff)


def test_a_list_is_searched_by_kana_and_recorded(addressee, clerk):
    page = clerk.get(reverse(LIST), {"q": "さっぽろ"})

    assert "札幌　花子" in page.content.decode()
    assert LinkageRecord.objects.filter(kind="listed").exists()
    assert "札幌　花子" not in clerk.get(reverse(LIST), {"q": "ハコダテ"}).content.decode()


def test_without_the_right_to_the_file_nothing_is_shown(addressee, staff_client):
    assert staff_client(*RIGHTS).get(reverse(LIST)).status_code == 403


def test_the_place_of_a_protected_person_is_on_no_page(addressee, clerk, act):
    integrated_address.set_support_flag(
        system=system("001-000"),
        business_numbers=[addressee.addressee_number],
        on=True,
        act=act,
    )
    change = reverse("admin:social_address_socialaddressee_change", args=[addressee.pk])

    listed = clerk.get(reverse(LIST)).content.decode()
    assert "住所非表示" in listed
    assert "北一条西" not in listed
    assert "北一条西" not in clerk.get(change).content.decode()


def test_a_contact_is_written_at_the_counter(addressee, clerk):
    url = reverse("admin:social_address_socialaddressee_contact", args=[addressee.pk])
    page = clerk.get(url)
    assert page.status_code == 200

    clerk.post(
        url,
        {
            "_confirmed": "1",
            "system_code": "027-000",
            "channel": "counter",
            "subject": "現況届の相談",
            "content": "必要書類を案内した。",
            "follow_up_on": "令和8年12月1日",
        },
    )

    record = ContactRecord.objects.get()
    assert (record.subject, record.follow_up_on.isoformat()) == ("現況届の相談", "2026-12-01")
    change = reverse("admin:social_address_socialaddressee_change", args=[addressee.pk])
    assert "必要書類を案内した。" in clerk.get(change).content.decode()
