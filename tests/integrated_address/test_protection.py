"""団体内統合宛名 tells nobody without the right where a protected person lives, by any door."""

import pytest
from django.urls import reverse

from sapporo_base.models import LinkageRecord
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

pytestmark = pytest.mark.django_db
PAGE = "admin:integrated_address_integratedaddressee_change"


def test_no_page_tells_where_a_protected_person_lives(without_right, planted):
    pages = seen(without_right, addresses_of("integrated_address", planted))

    assert not leaks(pages)


def test_with_right_and_reason_it_is_shown_with_its_history_and_recorded_first(with_right, planted):
    page = give_reason(with_right, reverse(PAGE, args=[planted.integrated_number]))

    assert BUILDING in page
    assert LinkageRecord.objects.filter(kind="looked", reason="窓口での相談").exists()


def test_no_system_finds_her_by_what_she_is_called(client_of, planted):
    api = client_of(system("027-000"), "032:search:read")
    asked = {"name_kana": "ヒミツ　モリコ", "birth_on": "1988-08-08", "procedure": "試験"}

    answer = api.post(reverse("integrated-address-search"), asked, format="json")

    assert answer.json()["people"] == []
    assert BUILDING not in text_of(answer)
    refused = LinkageRecord.objects.get(kind="addressee_searched", result="refused")
    assert refused.subject_count == 1


def test_the_linkage_history_says_that_her_place_changed_and_never_what_it_is(planted):
    history = linkage_history()

    assert "守子" in history
    assert BUILDING not in history
