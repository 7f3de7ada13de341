"""符号取得状況: what the board counts, whom a bulk request takes and leaves out, what the steps say."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integrated_address import selectors, services
from integrated_address.models import CodeRequest, LinkageCodeStatus, LinkageCodeStep
from integrated_address.rules import AGES, CodeState, cure_of
from integrated_address.selectors import CodeSelection
from sapporo_base.acts import InvalidRequest, NotFound
from sapporo_base.models import LinkageRecord
from tests.factories import system
from tests.gateway.flows import who_opens_addressees
from tests.integrated_address.factories import HANAKO, number_many, numbered

pytestmark = pytest.mark.django_db
BOARD = reverse("admin:integrated_address_linkagecodestatus_changelist")
RIGHTS = (
    "integrated_address.view_integratedaddressee",
    "integrated_address.view_linkagecodestatus",
    "integrated_address.request_linkage_code",
    "integrated_address.delete_integratedaddressee",
)
BUSY = "本人確認情報を更新中のため符号を取得できませんでした。再度依頼してください。"
NOBODY = "該当する本人確認情報がありません。"


@pytest.fixture
def clerk(staff_client):
    return staff_client(staff=who_opens_addressees(*RIGHTS))


@pytest.fixture
def because(act):
    """An act with a reason."""
    return replace(act, reason="月次の一括依頼")


def in_ward(act, number, serial, ward):
    basics = replace(HANAKO, residential_address=f"北海道札幌市{ward}北一条西二丁目")
    return numbered(act, number=number, serial=serial, basics=basics).integrated_number


def protect(number, act):
    services.set_support_flag(system=system("001-000"), business_numbers=[number], on=True, act=act)


def bulk(state, query=""):
    name = "admin:integrated_address_linkagecodestatus_bulk_request"
    return f"{reverse(name, args=[state])}{query}"


def failed(act, *people):
    """Request, and have the platform say no: (number, cause)."""
    services.request_linkage_codes(act=act)
    services.record_code_states(states=[(n, "failed", cause) for n, cause in people], act=act)


class TestBoard:
    def test_people_are_counted_by_state_and_age(self, act):
        for serial, days in ((1, 0), (2, 2), (3, 5), (4, 40)):
            person = numbered(act, number=f"{serial}", serial=serial).integrated_number
            LinkageCodeStatus.objects.filter(pk=person).update(since=act.at - timedelta(days=days))

        counts = {one.state: one for one in selectors.code_counts(at=act.at)}
        assert list(counts["not_requested"].by_age) == [1, 1, 1, 0, 1]
        assert counts["not_requested"].oldest == act.at - timedelta(days=40)
        assert list(counts["failed"].by_age) == [0] * len(AGES)

    def test_the_home_page_does_not_count_whoever_has_a_code(self, clerk, act):
        numbered(act, number="1", serial=1)

        with CaptureQueriesContext(connection) as asked:
            page = clerk.get(reverse("admin:index")).content.decode()

        assert "符号取得状況を開く" in page
        of_states = [one["sql"] for one in asked if "linkagecodestatus" in one["sql"]]
        assert of_states
        assert not [one for one in of_states if "state <> 'acquired'" not in one]

    def test_one_click_leads_from_a_figure_to_its_people(self, clerk, act):
        young = numbered(act, number="1", serial=1).integrated_number
        old = numbered(act, number="2", serial=2).integrated_number
        LinkageCodeStatus.objects.filter(pk=young).update(since=timezone.now())
        LinkageCodeStatus.objects.filter(pk=old).update(since=timezone.now() - timedelta(days=40))

        page = clerk.get(BOARD).content.decode()
        assert "state__exact=not_requested&age=4" in page.replace("&amp;", "&")
        page = clerk.get(BOARD, {"state__exact": "not_requested", "age": "4"}).content.decode()
        assert old[-5:] in page
        assert young[-5:] not in page

    def test_failures_stand_together_by_cause_with_what_to_do(self, clerk, act):
        one = numbered(act, number="1", serial=1).integrated_number
        two = numbered(act, number="2", serial=2).integrated_number
        failed(act, (one, BUSY), (two, NOBODY))

        page = clerk.get(BOARD).content.decode()
        assert cure_of(NOBODY).words in page
        assert not cure_of(NOBODY).is_worth_asking_again
        page = clerk.get(BOARD, {"state__exact": "failed", "cause": BUSY}).content.decode()
        assert one[-5:] in page
        assert two[-5:] not in page

    def test_the_ward_is_the_one_of_the_residence(self, clerk, act):
        north = in_ward(act, "1", 1, "北区")
        west = in_ward(act, "2", 2, "西区")

        page = clerk.get(BOARD, {"ward": "011029"}).content.decode()
        assert north[-5:] in page
        assert west[-5:] not in page
        assert north[-5:] not in clerk.get(BOARD, {"ward": "none"}).content.decode()

    def test_the_protected_are_not_counted_for_who_may_not_see_them(self, act):
        numbered(act, number="1", serial=1)
        protect("1", act)

        def people(*, with_protected):
            counts = selectors.code_counts(at=act.at, with_protected=with_protected)
            return {one.state: one.people for one in counts}["not_requested"]

        assert (people(with_protected=False), people(with_protected=True)) == (0, 1)


class TestBulkRequest:
    def test_all_of_a_ward_are_requested_at_once(self, act, because):
        north = in_ward(act, "1", 1, "北区")
        west = in_ward(act, "2", 2, "西区")
        selection = CodeSelection(CodeState.NOT_REQUESTED, with_protected=False, ward="011029")

        assert services.request_selected_codes(selection=selection, act=because) == 1

        assert selectors.code_states_of([north, west]) == {
            north: "requested",
            west: "not_requested",
        }
        assert CodeRequest.objects.get().integrated_numbers == [north]
        record = LinkageRecord.objects.get(kind="codes_requested")
        assert (record.subject_count, record.reason) == (1, "月次の一括依頼")
        assert "北区" in record.detail

    def test_after_an_error_only_those_of_the_cause_are_requested_again(self, act, because):
        one = numbered(act, number="1", serial=1).integrated_number
        two = numbered(act, number="2", serial=2).integrated_number
        failed(act, (one, BUSY), (two, NOBODY))
        selection = CodeSelection(CodeState.FAILED, with_protected=False, causes=[BUSY])

        services.request_selected_codes(selection=selection, act=because)

        assert selectors.code_states_of([one, two]) == {one: "requested_again", two: "failed"}
        step = LinkageCodeStep.objects.filter(addressee=one).latest("pk")
        assert (step.state_before, step.state, step.cause) == (
            "failed",
            "requested_again",
            "月次の一括依頼",
        )

    def test_who_is_left_out_is_said_with_the_reason(self, clerk, act):
        numbered(act, number="1", serial=1)
        numbered(act, number="2", serial=2)
        numbered(act, number="3", serial=None)
        protect("2", act)

        page = clerk.get(bulk("not_requested")).content.decode()
        assert "1人を依頼する" in page
        assert "1人(支援措置" in page
        assert "1人(個人番号未登録" in page
        clerk.post(bulk("not_requested"), {"_confirmed": "1", "reason": "月次"})
        assert LinkageCodeStatus.objects.filter(state="requested").count() == 1

    def test_without_a_reason_nothing_is_requested(self, clerk, act):
        person = numbered(act, number="1", serial=1).integrated_number

        clerk.post(bulk("not_requested"), {"_confirmed": "1", "reason": ""})
        assert selectors.code_states_of([person]) == {person: "not_requested"}
        with pytest.raises(InvalidRequest):
            services.request_selected_codes(
                selection=CodeSelection(CodeState.NOT_REQUESTED, with_protected=True),
                act=replace(act, reason=""),
            )

    def test_the_masses_take_as_many_statements_as_one(
        self, act, because, django_assert_num_queries
    ):
        number_many(act, people=300, code="027-000")
        selection = CodeSelection(CodeState.NOT_REQUESTED, with_protected=False)

        with django_assert_num_queries(4):
            assert services.request_selected_codes(selection=selection, act=because) == 300

    def test_who_may_not_request_is_refused(self, staff_client):
        browser = staff_client(staff=who_opens_addressees(*RIGHTS[:2]))
        assert browser.get(bulk("not_requested")).status_code == 403


class TestOnePerson:
    def test_without_an_individual_number_the_refusal_says_how_to_mend_it(self, act):
        person = numbered(act, number="1", serial=None).integrated_number
        with pytest.raises(services.NoIndividualNumber, match="個人番号を登録すると"):
            services.request_code_of_person(integrated_number=person, act=act)

    def test_who_waits_already_is_said(self, act):
        person = numbered(act, number="1", serial=1).integrated_number
        assert services.request_code_of_person(integrated_number=person, act=act) == "requested"
        with pytest.raises(services.NothingToRequest):
            services.request_code_of_person(integrated_number=person, act=act)

    def test_a_number_out_of_use_is_not_found(self, act):
        with pytest.raises(NotFound):
            services.request_code_of_person(integrated_number="9" * 15, act=act)

    def test_the_page_shows_every_step_with_its_reason(self, clerk, act, because):
        person = numbered(act, number="1", serial=1).integrated_number
        selection = CodeSelection(CodeState.NOT_REQUESTED, with_protected=False)
        services.request_selected_codes(selection=selection, act=because)
        services.record_code_states(states=[(person, "failed", NOBODY)], act=act)

        url = reverse("admin:integrated_address_integratedaddressee_change", args=[person])
        page = clerk.get(url).content.decode()
        assert "月次の一括依頼" in page
        assert NOBODY in page

    def test_a_deletion_shows_what_goes_with_it(self, clerk, act):
        person = numbered(act, number="1", serial=1).integrated_number
        name = "admin:integrated_address_integratedaddressee_delete_addressee"
        url = reverse(name, args=[person])

        page = clerk.get(url).content.decode()
        assert "死亡・転出では削除しません" in page
        assert "1件" in page
        clerk.post(url, {"_confirmed": "1", "reason": "誤付番"})
        assert selectors.code_states_of([person]) == {}
        record = LinkageRecord.objects.get(kind="addressee_deleted")
        assert record.reason == "誤付番"

    def test_who_may_not_delete_is_refused(self, staff_client, act):
        person = numbered(act, number="1", serial=1).integrated_number
        name = "admin:integrated_address_integratedaddressee_delete_addressee"
        browser = staff_client(staff=who_opens_addressees(*RIGHTS[:3]))
        assert browser.get(reverse(name, args=[person])).status_code == 403
