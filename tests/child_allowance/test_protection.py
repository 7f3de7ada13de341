"""児童手当 tells nobody without the right where a protected person lives, by any door."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from child_allowance.models import Claim
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
RECIPIENTS = "admin:child_allowance_recipient_changelist"


def everything_about(number):
    return f"{reverse('admin:child_allowance_person')}?{urlencode({'number': number})}"


def test_no_page_and_no_history_of_looks_tells_where_a_protected_person_lives(
    without_right, planted
):
    pages = seen(without_right, addresses_of("child_allowance", planted))
    for number in (planted.number, planted.other):
        address = everything_about(number)
        pages[address] = text_of(without_right.get(address))

    assert not leaks(pages)
    assert BUILDING not in linkage_history()
    assert "同居　一郎" in "".join(pages.values())


def test_the_claim_of_another_does_not_tell_it_either(with_right, planted):
    claim = Claim.objects.get(claimant_number=planted.other)

    page = text_of(with_right.get(reverse("admin:child_allowance_claim_change", args=[claim.pk])))

    assert "秘密　守子" in page
    assert "非公開(支援措置)" in page
    assert BUILDING not in page


def test_everything_about_her_needs_right_and_reason_and_is_recorded_first(
    without_right, with_right, planted
):
    refused = without_right.get(everything_about(planted.number))
    page = give_reason(with_right, everything_about(planted.number))

    assert refused.status_code == 403
    assert BUILDING in page
    assert LinkageRecord.objects.filter(kind="subjects_disclosed", reason="窓口での相談").exists()


def test_her_ward_is_in_no_list_and_found_by_no_filter(without_right, with_right, planted):
    def rows(browser, **narrowed):
        return browser.get(reverse(RECIPIENTS), narrowed).context["cl"].result_list

    listed = text_of(without_right.get(reverse(RECIPIENTS), {"q": planted.number}))

    assert "非公開(支援措置)" in listed
    assert not rows(without_right, ward="011096")
    assert len(rows(with_right, ward="011096")) == 1


def test_the_state_of_a_claim_tells_no_system_of_a_place(client_of, planted):
    claim = Claim.objects.get(claimant_number=planted.number)

    answer = client_of(system("017-000"), "027:claims:read").post(
        reverse("child-allowance-claim-states"),
        {"claim_numbers": [claim.claim_number]},
        format="json",
    )

    assert claim.claim_number in text_of(answer)
    assert BUILDING not in text_of(answer)
