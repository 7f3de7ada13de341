"""Who got what about a person, and how far each consumer is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from resident_basic import selectors, services
from resident_basic.models import Delivery
from sapporo_base.acts import Act
from tests.factories import system
from tests.resident_basic import approvals
from tests.resident_basic.factories import row
from tests.resident_basic.test_snapshots import StandingHere

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako(register_act):
    one = row()
    services.receive_event(values=one, act=register_act)
    return one["resident_number"]


class TestWhoGotWhat:
    def test_a_stretch_of_the_feed_tells_who_was_in_it(self, hanako, register_act, approve):
        school = approve("017-000", "name", "sex")
        services.disclose_changes(receipt=0, limit=10, act=school)
        later = row()
        services.receive_event(values=later, act=register_act)
        services.disclose_changes(receipt=selectors.CHANGES.head() - 1, limit=10, act=school)

        (about,) = selectors.deliveries_about(hanako)
        assert (about.receiver_code, about.form, about.items) == (
            "017-000",
            "異動情報",
            ("name", "sex"),
        )
        assert "individual_number" in about.withheld
        assert len(selectors.deliveries_about(later["resident_number"])) == 1

    def test_a_single_disclosure_names_its_people(self, hanako, approve):
        services.disclose_residents(numbers=[hanako], act=approve("017-000", "name"))

        (about,) = selectors.deliveries_about(hanako)
        assert (about.form, about.path) == ("個別の移転", "API")

    def test_nothing_was_delivered_about_who_was_only_refused(self, hanako, act):
        with pytest.raises(services.NoApproval):
            services.disclose_changes(
                receipt=0, limit=10, act=replace(act, system=system("017-000"))
            )
        assert selectors.deliveries_about(hanako) == []


class TestLag:
    def test_a_system_is_behind_from_the_moment_it_is_approved(self, hanako, approve, client_of):
        school = approve("017-000", "name")
        told = client_of(school.system, "030:changes:read").get("/api/v1/resident-basic/delivery/")

        body = told.json()
        assert body["behind"] == body["head"] > 0
        assert (body["waiting_since"], body["read_at"]) == ("2026-11-24T12:00:00+09:00", None)

    def test_who_reads_and_never_acknowledges_is_late_with_the_age_of_the_oldest(
        self, hanako, act, approve
    ):
        school = approve("017-000", "name")
        services.disclose_changes(receipt=selectors.CHANGES.head() - 1, limit=10, act=school)
        (one,) = selectors.consumers()
        head = selectors.CHANGES.head()
        assert (one.behind, one.unconfirmed, one.waiting_since) == (0, head, None)
        assert not selectors.is_late(one, at=act.at + timedelta(hours=23))
        assert selectors.is_late(one, at=act.at + timedelta(hours=25))

        services.acknowledge(receipt=head, act=school)
        (one,) = selectors.consumers()
        assert not selectors.is_late(one, at=act.at + timedelta(days=30))

    def test_who_only_looks_people_up_is_not_behind_until_it_reads(
        self, hanako, approve, staff_client
    ):
        school = approve("017-000", "name")
        selectors.CHANGES.publish()
        delivery = Delivery.objects.get(system=school.system)
        client = staff_client("resident_basic.view_delivery", "resident_basic.change_delivery")
        url = reverse("admin:resident_basic_delivery_choose_feed", args=[delivery.pk])
        assert client.post(url, {"_confirmed": "1"}).status_code == 302

        (behind,) = selectors.consumers().filter(system=school.system)
        assert (behind.behind, behind.waiting_since) == (0, None)
        assert "受取なし" in client.get(reverse("admin:resident_basic_delivery_changelist")).text
        services.disclose_changes(receipt=0, limit=1, act=school)
        assert selectors.consumers().get(system=school.system).reads_feed

    def test_the_register_of_numbers_is_handed_people_at_the_reception(self, approve):
        numbering = approve("032-000", "name")
        assert not selectors.consumers().get(system=numbering.system).reads_feed

    def test_a_system_that_nobody_approved_has_no_state(self, client_of):
        api = client_of(system("010-000"), "030:changes:read")
        assert api.get("/api/v1/resident-basic/delivery/").status_code == 404

    def test_a_receipt_that_was_never_given_is_refused(self, hanako, approve, client_of):
        school = approve("017-000", "name")
        after = selectors.CHANGES.head() + 1
        answer = client_of(school.system, "030:changes:read").get(
            f"/api/v1/resident-basic/changes/?after={after}"
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "receipt_unknown")


class TestSkipping:
    @pytest.fixture
    def reads(self, register_act, approve):
        """Read one change after the n-th of five, counted from the first of them."""
        start = selectors.CHANGES.head()
        for _ in range(5):
            services.receive_event(values=row(), act=register_act)
        school = approve("017-000", "name")
        Delivery.objects.update(read_until=start)

        def read(after, count=1):
            services.disclose_changes(receipt=start + after, limit=count, act=school)
            found = Delivery.objects.get()
            if found.skipped_until is None:
                return None
            return (found.skipped_after - start, found.skipped_until - start)

        return read

    def test_what_was_jumped_over_is_known_until_it_is_read(self, reads):
        assert reads(0) is None
        assert reads(3) == (1, 3)
        assert reads(4) == (1, 3)
        assert reads(1) == (2, 3)
        assert reads(2) is None

    def test_reading_again_from_before_it_covers_it(self, reads):
        assert reads(3) == (0, 3)
        assert reads(0, count=5) is None

    def test_a_later_snapshot_covers_it(self, reads, monkeypatch):
        monkeypatch.setattr("resident_basic.services.snapshots.Standstill", StandingHere)
        assert reads(3) == (0, 3)
        school = replace(approvals.receiving("017-000", Act(at=approvals.NOON, path="api")))
        b"".join(services.open_snapshot(act=school))
        assert Delivery.objects.get().skipped_until is None

    def test_the_page_says_what_to_do(self, reads, staff_client):
        reads(3)
        delivery = Delivery.objects.get()
        browser = staff_client(roles=("連携運用担当",))
        listed = browser.get(reverse("admin:resident_basic_delivery_changelist"))
        page = browser.get(reverse("admin:resident_basic_delivery_change", args=[delivery.pk]))

        assert "読み飛ばしあり" in listed.content.decode()
        assert f"after={delivery.skipped_after}" in page.content.decode()
        assert "異動情報" in page.content.decode()
