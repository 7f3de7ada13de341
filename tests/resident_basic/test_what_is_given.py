"""What a 利用申請 lets a system have: reduced, by form and path, and nothing once it ended."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from resident_basic import selectors, services
from resident_basic.rules import applications as rules
from resident_basic.rules.applications import Phase
from resident_basic.rules.items import resident_items
from resident_basic.selectors.masses import snapshot_rows
from sapporo_base.acts import JAPAN, Act
from sapporo_base.models import LinkageRecord
from tests.factories import StaffFactory, system
from tests.resident_basic import approvals
from tests.resident_basic.approvals import on
from tests.resident_basic.factories import a_resident_number, row

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
SCHOOL = "017-000"
NOBODY = a_resident_number()


def receiving(code=SCHOOL, day=DAY):
    """Return an act of a receiving system on a day."""
    return replace(on(day), path="api", staff=None, system=system(code))


REDUCED = {
    "born_on": "year",
    "became_resident_on": "year_month",
    "postal_code": "area",
}
EXPECTED = {
    "born_on": "1990",
    "became_resident_on": "2020-04",
    "postal_code": "060",
}


class TestReductions:
    @pytest.fixture
    def hanako(self, register_act):
        one = row(postal_code="0608611", became_resident_on="2020-04-01")
        services.receive_event(values=one, act=register_act)
        services.publish_changes()
        return one["resident_number"]

    def given(self, hanako):
        """Return what leaves by each path, by item."""
        services.publish_changes()
        act = receiving()
        (single,) = services.disclose_residents(numbers=[hanako], act=act)
        (then,) = services.disclose_residents(numbers=[hanako], act=act, as_of=DAY)
        (change,) = services.disclose_changes(receipt=0, limit=10, act=act).changes
        with transaction.atomic():
            staged = services.stage_changes(name="reduced", receipt=0, limit=10, act=act)
            names = sorted(staged.items)
            columns = ", ".join(f'"{name}"' for name in names)
            (values,) = staged.staging.select(f"SELECT {columns} FROM {{staging}}")
        return [single.items, then.items, change.items, dict(zip(names, values, strict=True))]

    def test_hold_on_every_path(self, hanako):
        approvals.approved(SCHOOL, *REDUCED, reductions=REDUCED)

        for items in self.given(hanako):
            assert {name: items[name] for name in REDUCED} == EXPECTED
            assert "1990-04" not in repr(items)

    def test_hold_in_a_mass_delivery(self, hanako):
        approvals.approved(SCHOOL, *REDUCED, reductions=REDUCED)
        approval = selectors.approved_items(system=system(SCHOOL), day=DAY, form=rules.SNAPSHOT)
        rows = snapshot_rows(approval)
        with connection.cursor() as cursor:
            cursor.execute(rows.query)
            ((line,),) = cursor.fetchall()
        given = dict(
            zip(rows.columns, line if isinstance(line, list) else json.loads(line), strict=True)
        )

        assert {name: given[name] for name in REDUCED} == EXPECTED
        assert "1990-04" not in str(line)

    def test_ward_only_is_told_by_the_code_of_the_place(self, hanako, register_act):
        services.receive_event(
            values=row(
                resident_number=hanako,
                history_number=2,
                previous_municipality_code="011029",
                previous_residential_address="北海道札幌市北区北二十四条西６丁目１番１号",
            ),
            act=register_act,
        )
        places = ("municipality", "previous_residential_address")
        approvals.approved(SCHOOL, *places, reductions=dict.fromkeys(places, "ward"))
        services.publish_changes()
        (single,) = services.disclose_residents(numbers=[hanako], act=receiving())

        assert single.items == {
            "municipality": "北海道札幌市中央区",
            "previous_residential_address": "北海道札幌市北区",
        }

    def test_every_reduction_has_its_words_in_sql(self):
        for item in resident_items().values():
            for reduction in item.reductions:
                approvals.approved(SCHOOL, item.name, reductions={item.name: reduction})
        assert services.disclose_residents(numbers=[NOBODY], act=receiving()) == []


def end(application, cause):
    """Bring an approval to its end by a cause; return the day on which it counts."""
    if cause in {"revoked", "taken_back"}:
        services.withdraw_application(
            application=application, reason="試験", act=on(DAY), withdrawal=cause
        )
        return DAY
    return {
        "expired": date(2029, 4, 1),
        "certification_overdue": date(2028, 2, 1),
        "not_begun": date(2026, 3, 31),
    }[cause]


PATHS = {
    "list and detail": lambda act: services.disclose_residents(numbers=[NOBODY], act=act),
    "as of a day": lambda act: services.disclose_residents(numbers=[NOBODY], act=act, as_of=DAY),
    "feed": lambda act: services.disclose_changes(receipt=0, limit=10, act=act),
    "consumer in this process": lambda act: services.stage_changes(
        name="stopped", receipt=0, limit=10, act=act
    ),
    "file": lambda act: services.permit_delivery(act, "file_disclosed", form=rules.FILE),
    "list of files": lambda act: services.list_files(act=act),
    "snapshot": lambda act: services.permit_delivery(
        act, "snapshot_disclosed", form=rules.SNAPSHOT
    ),
    "webhook": lambda act: services.permit_delivery(act, "webhook_called", form=rules.WEBHOOK),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "cause", ["expired", "revoked", "taken_back", "certification_overdue", "not_begun"]
)
def test_what_ended_stops_every_path_at_once_and_says_why(path, cause):
    application = approvals.approved(SCHOOL, "name", valid_until=date(2029, 4, 1))
    PATHS[path](receiving())
    day = end(application, cause)

    with pytest.raises(services.NoApproval) as refusal:
        PATHS[path](receiving(day=day))
    assert refusal.value.fields == {"cause": cause, "application": application.pk}
    cures = {one.code: one.cure for one in rules.CAUSES.values()}
    assert refusal.value.message.endswith(cures[cause])


@pytest.mark.parametrize("begin", [services.open_snapshot, services.open_hashes])
@pytest.mark.parametrize("cause", ["expired", "revoked", "certification_overdue"])
def test_no_mass_delivery_begins_after_the_end(begin, cause):
    application = approvals.approved(SCHOOL, "name", valid_until=date(2029, 4, 1))
    day = end(application, cause)

    with pytest.raises(services.NoApproval) as refusal:
        begin(act=receiving(day=day))
    assert refusal.value.fields["cause"] == cause


@pytest.mark.parametrize("path", PATHS)
def test_an_approval_counts_only_for_its_forms(path):
    approvals.approved(SCHOOL, "name", delivery_forms=["api"])
    if path in {"file", "list of files", "snapshot", "webhook"}:
        with pytest.raises(services.NoApproval) as refusal:
            PATHS[path](receiving())
        assert refusal.value.fields["cause"] == "form_not_approved"
    else:
        PATHS[path](receiving())


class TestOverHttp:
    """The ladder of one endpoint: never applied → approved → ended, each time with its cause."""

    CHANGES = "/api/v1/resident-basic/changes/"

    @pytest.fixture
    def browser(self, client_of):
        return client_of(system(SCHOOL), "030:changes:read", "030:residents:read")

    def test_an_approval_opens_and_its_end_closes_the_feed(self, browser, register_act):
        services.receive_event(values=row(), act=register_act)
        now = timezone.now()
        assert browser.get(self.CHANGES).json()["fields"] == {"cause": "never_applied"}

        application = approvals.approved(SCHOOL, "name", at=now)
        assert browser.get(self.CHANGES).json()["changes"][0]["items"] == {"name": "札幌　花子"}

        services.withdraw_application(
            application=application,
            reason="廃止",
            act=Act(at=now, path="admin", staff=StaffFactory()),
        )
        answer = browser.get(self.CHANGES)
        assert answer.status_code == 403
        assert answer.json()["code"] == "no_approval"
        assert answer.json()["fields"] == {"cause": "taken_back", "application": application.pk}

    def test_a_stopped_system_sees_that_it_is_stopped(self, browser):
        now = timezone.now()
        application = approvals.approved(SCHOOL, "name", at=now)
        delivery = "/api/v1/resident-basic/delivery/"
        assert browser.get(delivery).json()["stopped"] is None

        services.withdraw_application(
            application=application,
            reason="廃止",
            act=Act(at=now, path="admin", staff=StaffFactory()),
        )
        assert browser.get(delivery).json()["stopped"] == "taken_back"

    def test_who_never_applied_is_told_so_when_it_acknowledges(self, browser):
        answer = browser.post(
            "/api/v1/resident-basic/acknowledgements/", {"receipt": 0}, format="json"
        )
        assert (answer.status_code, answer.json()["fields"]["cause"]) == (403, "never_applied")
        assert not selectors.consumers().exists()

    def test_one_that_expired_or_was_not_certified_gives_no_resident(self, browser):
        long_ago = timezone.now() - timedelta(days=500)
        begins = long_ago.astimezone(JAPAN).date()
        body = {"resident_numbers": [NOBODY]}
        for lasts, cause in ((490, "expired"), (1500, "certification_overdue")):
            approvals.approved(
                SCHOOL,
                "name",
                at=long_ago,
                valid_from=begins,
                valid_until=begins + timedelta(days=lasts),
            )
            answer = browser.post("/api/v1/resident-basic/residents/", body, format="json")
            assert (answer.status_code, answer.json()["fields"]["cause"]) == (403, cause)


def test_who_never_applied_is_told_so_and_it_is_recorded():
    with pytest.raises(services.NoApproval) as refusal:
        services.disclose_residents(numbers=[NOBODY], act=receiving())

    assert refusal.value.fields == {"cause": "never_applied"}
    record = LinkageRecord.objects.get(result="refused")
    assert "利用申請がありません" in record.detail


def test_a_system_that_ended_is_given_nothing():
    approvals.approved(SCHOOL, "name")
    ended = system(SCHOOL)
    ended.valid_until = DAY
    ended.save()

    with pytest.raises(services.NoApproval) as refusal:
        services.disclose_residents(numbers=[NOBODY], act=receiving())
    assert refusal.value.fields == {"cause": "system_ended"}


def test_every_phase_that_gives_nothing_has_its_words():
    assert {phase for phase in Phase if not phase.is_in_force} == set(rules.CAUSES)
