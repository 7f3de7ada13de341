"""Records, linkage history, rejects, home and search tell nobody where a protected person lives."""

import pytest
from django.urls import reverse

from sapporo_base.models import BatchRun, LinkageRecord, RejectedRow
from tests.protection import BUILDING, addresses_of, leaks, seen, text_of

pytestmark = pytest.mark.django_db
REFERENCE = ("businesssystem", "codetable", "layout", "legalbasis", "systemcredential")


def open_row(browser):
    row = RejectedRow.objects.get()
    # A row of a kind that no subsystem has a page for.
    BatchRun.objects.filter(pk=row.batch_id).update(kind="receive_accounts")
    address = reverse("admin:sapporo_base_rejectedrow_open_row", args=[row.pk])
    return browser.post(address, {"_confirmed": "1", "reason": "行の確認"})


def test_no_page_tells_where_a_protected_person_lives(without_right, planted):
    # What other apps wrote into records and histories is there to be looked through.
    seen(without_right, addresses_of("resident_basic", planted))
    addresses = [
        *addresses_of("sapporo_base", planted, without=REFERENCE),
        *addresses_of("auditlog", planted),
    ]

    pages = seen(without_right, iter([*addresses, reverse("admin:index")]))

    assert not leaks(pages)
    assert planted.number in pages[next(one for one in pages if planted.number in one)]


def test_a_sealed_row_of_hers_is_opened_by_who_has_the_right_alone(
    without_right, with_right, planted
):
    refused, opened = open_row(without_right), open_row(with_right)

    assert refused.status_code == 403
    assert BUILDING not in text_of(refused)
    assert BUILDING in text_of(opened)
    results = LinkageRecord.objects.filter(kind="rejected_row_opened").order_by("pk")
    assert [(one.result, one.subject_count) for one in results] == [("refused", 1), ("done", 1)]


@pytest.mark.parametrize("term", ["ヒミツ", "秘密　守子", "1988-08-08"])
def test_the_search_over_all_registers_tells_no_place(without_right, planted, term):
    answer = text_of(without_right.post(reverse("admin:people"), {"term": term}))

    assert "住所非表示" in answer
    assert BUILDING not in answer


def test_an_error_tells_no_place(without_right, planted):
    without_right.raise_request_exception = False
    for address in ("/admin/nowhere/", f"/admin/resident_basic/resident/{BUILDING}/change/"):
        answer = text_of(without_right.get(address))
        assert f"{BUILDING}３０３" not in answer
