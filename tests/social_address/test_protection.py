"""社会保障宛名 tells nobody without the right where a protected person lives, by any door."""

import pytest
from django.urls import reverse

from resident_basic.rules.items import resident_items
from sapporo_base.models import LinkageRecord
from social_address.models import BankAccount, ContactRecord, SocialAddressee
from tests.factories import system
from tests.protection import (
    BUILDING,
    addresses_of,
    give_reason,
    leaks,
    linkage_history,
    seen,
    text_of,
)
from tests.resident_basic.approvals import approved

pytestmark = pytest.mark.django_db
ACCOUNTS = "admin:social_address_bankaccount_changelist"
CONTACTS = "admin:social_address_contactrecord_changelist"


def page_of(number):
    addressee = SocialAddressee.objects.get(addressee_number=number)
    return reverse("admin:social_address_socialaddressee_change", args=[addressee.pk])


def test_no_page_tells_where_a_protected_person_lives(without_right, planted):
    pages = seen(without_right, addresses_of("social_address", planted))

    assert not leaks(pages)
    assert planted.number in "".join(pages.values())


def test_with_right_and_reason_it_is_shown_and_recorded_first(with_right, planted):
    page = give_reason(with_right, page_of(planted.number))

    assert BUILDING in page
    assert LinkageRecord.objects.filter(kind="looked", reason="窓口での相談").exists()


def test_no_list_tells_her_branch_or_what_was_talked_about(without_right, planted):
    accounts = text_of(without_right.get(reverse(ACCOUNTS)))
    contacts = text_of(without_right.get(reverse(CONTACTS), {"q": planted.number}))

    assert BankAccount.objects.count() == 1
    assert "0116-101" not in accounts
    assert "住所非表示" in accounts
    assert ContactRecord.objects.count() == 1
    assert "非公開(支援措置)" in contacts


def test_no_system_that_is_not_approved_for_it_is_told(client_of, planted):
    approved("024-000", *resident_items())
    api = client_of(system("024-000"), "030:social-addressees:read")
    search = reverse("social-address-search")

    by_number = text_of(api.post(search, {"addressee_number": planted.number}, format="json"))
    by_name = text_of(api.post(search, {"name_kana": "ヒミツ"}, format="json"))
    feed = text_of(api.get(reverse("social-address-changes"), {"limit": 1000}))
    other = api.post(search, {"addressee_number": planted.other}, format="json").json()[0]

    for told in (by_number, by_name, feed):
        assert planted.number in told
        assert BUILDING not in told
        assert planted.household not in text_of(
            api.post(search, {"addressee_number": planted.number}, format="json")
        )
    assert other["head_number"] == ""
    assert "head_number" in other["withheld"]


def test_the_linkage_history_holds_neither_branch_nor_what_was_talked_about(planted):
    history = linkage_history()

    assert BUILDING not in history
    assert "'account_number'" in history
    assert "'branch_code'" not in history
