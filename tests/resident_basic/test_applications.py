"""A 利用申請 from its draft to its end: who decides, what is granted, what stops it, what is kept."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from resident_basic import selectors, services
from resident_basic.models import ApplicationNotice, ApplicationStep, ApprovedItem, UseApplication
from resident_basic.rules import applications as rules
from resident_basic.rules.applications import Phase
from resident_basic.rules.items import resident_items
from resident_basic.selectors.masses import snapshot_rows
from sapporo_base.acts import JAPAN, Act, InvalidRequest, NotNow
from sapporo_base.models import LinkageRecord
from tests.factories import StaffFactory, system
from tests.resident_basic import approvals
from tests.resident_basic.factories import a_resident_number, row

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
SCHOOL = "017-000"
NOBODY = a_resident_number()


def on(day, staff=None):
    """Return an act of somebody at noon of a day."""
    return Act(
        at=datetime(day.year, day.month, day.day, 12, tzinfo=JAPAN),
        path="admin",
        staff=staff or StaffFactory(),
    )


def receiving(code=SCHOOL, day=DAY):
    """Return an act of a receiving system on a day."""
    return replace(on(day), path="api", staff=None, system=system(code))


def refused_by(constraint):
    """Expect the database to refuse by name."""
    return pytest.raises(IntegrityError, match=constraint)


class TestDrafting:
    def test_what_is_missing_is_named_before_it_is_submitted(self):
        draft = approvals.drafted(SCHOOL, subjects="", expected_count=None, retention="")

        with pytest.raises(InvalidRequest) as refusal:
            services.submit_application(application=draft, act=on(DAY))

        assert set(refusal.value.fields) == {"subjects", "expected_count", "retention", "items"}

    def test_an_item_without_its_reason_is_named_in_words(self):
        draft = approvals.drafted(SCHOOL, items=[services.ItemRequest("name", " ")])

        with pytest.raises(InvalidRequest, match="必要とする理由のない項目があります: 氏名"):
            services.submit_application(application=draft, act=on(DAY))

    @pytest.mark.parametrize(
        ("wrong", "refusal"),
        [
            ({"items": [services.ItemRequest("shoe_size", "x")]}, services.NotAnItem),
            ({"items": [services.ItemRequest("name", "x", "year")]}, services.NotAnItem),
            (
                {
                    "items": [
                        services.ItemRequest("municipality", "x", "ward"),
                        services.ItemRequest("town", "x"),
                    ]
                },
                services.Contradiction,
            ),
            ({"individual_number": True}, services.IndividualNumberNotUsed),
            ({"valid_until": approvals.BEGINS}, InvalidRequest),
        ],
    )
    def test_what_can_not_be_is_refused_at_once(self, wrong, refusal):
        with pytest.raises(refusal):
            approvals.drafted(SCHOOL, **wrong)

    def test_a_ground_of_other_systems_carries_nothing(self):
        with pytest.raises(services.NotItsGround):
            approvals.drafted("010-000", "name")

    def test_a_draft_is_edited_until_it_is_submitted(self):
        draft = approvals.drafted(SCHOOL, "name", "sex")
        services.edit_application(
            application=draft,
            contents=approvals.contents("name", "born_on", reductions={"born_on": "year"}),
            act=on(DAY),
        )
        assert list(draft.requested_items.order_by("item").values_list("item", "reduction")) == [
            ("born_on", "year"),
            ("name", ""),
        ]
        services.submit_application(application=draft, act=on(DAY))
        with pytest.raises(NotNow):
            services.edit_application(
                application=draft, contents=approvals.contents("name"), act=on(DAY)
            )


class TestDeciding:
    def test_who_drafted_or_submitted_does_not_decide(self):
        application = approvals.submitted(SCHOOL, "name")
        own = on(DAY, staff=application.drafted_by)

        for decide in (services.approve_application, services.return_application):
            with pytest.raises(services.OwnApplication):
                decide(application=application, reason="x", act=own)
        with refused_by("who_drafted_or_submitted_does_not_decide"):
            UseApplication.objects.filter(pk=application.pk).update(
                decided_by=application.drafted_by
            )

    def test_it_is_approved_with_less_than_was_asked(self):
        application = approvals.approved(
            "024-000",
            "name",
            "sex",
            "born_on",
            reductions={"born_on": "year_month"},
            individual_number=True,
            protected_people=True,
            grant=services.Grant(
                items={"sex": None, "born_on": "year"},
                valid_until=date(2028, 4, 1),
                individual_number=False,
                forms=["api"],
            ),
            reason="目的に照らして過大である",
        )
        approval = selectors.approved_items(system=system("024-000"), day=DAY)

        assert approval.items == {"name", "born_on"}
        assert approval.reductions == {"born_on": "year"}
        assert (approval.individual_number, approval.protected_people) == (False, True)
        assert (application.valid_until, application.granted_until) == (
            approvals.ENDS,
            date(2028, 4, 1),
        )
        assert selectors.obstacle_of(system=system("024-000"), day=DAY, form="file").code == (
            "form_not_approved"
        )

    @pytest.mark.parametrize(
        "grant",
        [
            services.Grant(items={"born_on": ""}),
            services.Grant(items={"sex": ""}),
            services.Grant(valid_until=date(2100, 1, 1)),
            services.Grant(valid_from=date(2020, 1, 1)),
            services.Grant(protected_people=True),
            services.Grant(forms=["webhook"]),
            services.Grant(forms=[]),
        ],
    )
    def test_nothing_beyond_what_was_asked_is_granted(self, grant):
        with pytest.raises(services.WiderThanAsked):
            approvals.approved(
                SCHOOL,
                "name",
                "born_on",
                reductions={"born_on": "year"},
                delivery_forms=["api"],
                grant=grant,
                reason="x",
            )

    def test_a_change_needs_a_reason(self):
        with pytest.raises(InvalidRequest, match="申請と異なる内容で承認する理由"):
            approvals.approved(SCHOOL, "name", "sex", grant=services.Grant(items={"sex": None}))

    def test_it_is_returned_corrected_and_approved(self):
        application = approvals.submitted(SCHOOL, "name", "sex")
        decider, drafter = StaffFactory(), application.drafted_by
        services.return_application(
            application=application, reason="性別は不要では", act=on(DAY, staff=decider)
        )
        services.edit_application(
            application=application,
            contents=approvals.contents("name"),
            act=on(DAY, staff=drafter),
        )
        services.submit_application(application=application, act=on(DAY, staff=drafter))
        services.approve_application(application=application, act=on(DAY, staff=decider))

        assert list(application.steps.order_by("pk").values_list("kind", flat=True)) == [
            *("drafted", "submitted", "returned", "edited", "submitted", "approved")
        ]
        assert LinkageRecord.objects.filter(kind="application_returned").get().reason == (
            "性別は不要では"
        )

    def test_a_refusal_says_why(self):
        application = approvals.submitted(SCHOOL, "name")
        with pytest.raises(InvalidRequest):
            services.refuse_application(application=application, reason=" ", act=on(DAY))
        services.refuse_application(application=application, reason="目的外", act=on(DAY))

        assert selectors.obstacle_of(system=system(SCHOOL), day=DAY).code == "refused"


class TestTheDatabaseGuards:
    def test_the_way_of_states(self):
        draft = approvals.drafted(SCHOOL, "name")
        with refused_by("a_use_application_goes_its_way"), transaction.atomic():
            UseApplication.objects.filter(pk=draft.pk).update(
                state="approved", decided_by=StaffFactory(), decided_at=on(DAY).at
            )
        draft.pk, draft.state = None, "submitted"
        with refused_by("a_use_application_begins_as_a_draft"):
            draft.save(force_insert=True)

    @pytest.mark.parametrize(
        ("changed", "constraint"),
        [
            ({"purpose": "別の目的"}, "what_was_submitted_stays_as_it_was"),
            ({"granted_until": date(2030, 1, 1)}, "granting_is_part_of_approving"),
        ],
    )
    def test_what_was_submitted_and_granted_stays(self, changed, constraint):
        application = approvals.approved(SCHOOL, "name")
        with refused_by(constraint):
            UseApplication.objects.filter(pk=application.pk).update(**changed)

    def test_individual_number_for_a_system_that_does_not_use_it_from_the_start(self):
        draft = approvals.drafted(SCHOOL, "name")
        with refused_by("individual_number_only_for_systems_that_use_it"):
            UseApplication.objects.filter(pk=draft.pk).update(individual_number=True)

    @pytest.mark.parametrize(
        ("changed", "constraint"),
        [
            ({"reduction": ""}, "an_approved_item_ends_and_stays"),
            ({"valid_until": date(2100, 1, 1)}, "an_approved_item_ends_and_stays"),
        ],
    )
    def test_an_approved_item_only_ends(self, changed, constraint):
        approvals.approved(SCHOOL, "born_on", reductions={"born_on": "year"})
        with refused_by(constraint):
            ApprovedItem.objects.filter(item="born_on", reduction="year").update(**changed)

    @pytest.mark.parametrize(
        ("item", "constraint"),
        [
            ({"item": "sex"}, "an_item_is_approved_no_wider_than_it_was_requested"),
            (
                {"item": "name", "valid_until": date(2099, 5, 1)},
                "an_item_is_approved_within_the_granted_period",
            ),
        ],
    )
    def test_no_item_slips_in_beside_the_decision(self, item, constraint):
        application = approvals.approved(
            SCHOOL, "name", "born_on", grant=services.Grant(items={"name": None}), reason="x"
        )
        whole = {
            "application": application,
            "reason": "x",
            "valid_from": application.granted_from,
            "valid_until": application.granted_until,
        }
        with refused_by(constraint):
            ApprovedItem.objects.create(**(whole | item))

    def test_no_finer_place_stands_beside_ward_only(self):
        application = approvals.approved(
            SCHOOL,
            "municipality",
            "town",
            grant=services.Grant(items={"municipality": "ward", "town": None}),
            reason="区で足りる",
        )
        with refused_by("ward_only_has_no_finer_place_beside_it"):
            ApprovedItem.objects.create(
                application=application,
                item="town",
                reason="x",
                valid_from=application.granted_from,
                valid_until=application.granted_until,
            )

    def test_items_are_not_added_after_submission(self):
        application = approvals.submitted(SCHOOL, "name")
        with refused_by("items_are_requested_while_drafting"):
            application.requested_items.update(reduction="year")

    def test_the_steps_are_never_changed(self):
        approvals.drafted(SCHOOL, "name")
        with pytest.raises(IntegrityError, match="append-only"):
            ApplicationStep.objects.update(reason="後から")


class TestYearlyCertification:
    BEGINS = date(2026, 4, 1)
    DUE = date(2027, 11, 24)  # a year after the decision

    @pytest.fixture
    def application(self):
        return approvals.approved(SCHOOL, "name", "sex", valid_until=date(2031, 4, 1))

    @pytest.mark.parametrize(
        ("day", "phase", "is_given"),
        [
            (DUE - timedelta(61), Phase.ACTIVE, True),
            (DUE - timedelta(60), Phase.CERTIFICATION_DUE, True),
            (DUE, Phase.CERTIFICATION_LATE, True),
            (DUE + timedelta(29), Phase.CERTIFICATION_LATE, True),
            (DUE + timedelta(30), Phase.STOPPED, False),
            (date(2031, 4, 1), Phase.EXPIRED, False),
        ],
    )
    def test_a_missed_day_is_borne_with_for_its_grace_and_then_stops(
        self, application, day, phase, is_given
    ):
        assert selectors.phase(application, day=day) is phase
        given = selectors.approved_items(system=system(SCHOOL), day=day)
        assert bool(given.disclosed) is is_given

    def test_the_grace_is_the_citys_to_set(self, application, settings):
        settings.CERTIFICATION_GRACE_DAYS = 0
        assert selectors.phase(application, day=self.DUE) is Phase.STOPPED
        assert not selectors.approved_items(system=system(SCHOOL), day=self.DUE).disclosed

    def test_what_is_not_needed_any_more_ends_at_once_and_the_rest_goes_on(self, application):
        section = StaffFactory()
        done = services.recertify(
            application=application,
            given_up=["sex"],
            remark="性別は不要となった",
            act=on(self.DUE, staff=section),
        )
        later = selectors.approved_items(system=system(SCHOOL), day=self.DUE + timedelta(60))

        assert later.items == {"name"}
        assert (done.due_on, done.next_due_on) == (self.DUE, date(2028, 11, 24))
        assert done.certified_by == section
        assert selectors.phase(
            application.__class__.objects.get(pk=application.pk), day=self.DUE
        ) is (Phase.ACTIVE)
        with pytest.raises(NotNow, match="時期ではありません"):
            services.recertify(application=application, act=on(self.DUE))

    def test_a_late_one_takes_the_delivery_up_again(self, application):
        late = self.DUE + timedelta(100)
        with pytest.raises(services.NoApproval) as refusal:
            services.disclose_residents(numbers=[NOBODY], act=receiving(day=late))
        assert refusal.value.fields == {
            "cause": "certification_overdue",
            "application": application.pk,
        }
        services.recertify(application=application, act=on(late))
        assert services.disclose_residents(numbers=[NOBODY], act=receiving(day=late)) == []

    def test_all_items_are_not_given_up_but_the_application_taken_back(self, application):
        with pytest.raises(InvalidRequest, match="取り下げてください"):
            services.recertify(application=application, given_up=["name", "sex"], act=on(self.DUE))

    def test_it_was_in_force_then_whatever_came_later(self, application):
        missed = self.DUE + timedelta(40)
        services.recertify(application=application, given_up=["sex"], act=on(missed))
        services.withdraw_application(
            application=application, reason="廃止", act=on(date(2028, 6, 1))
        )

        def then(day):
            return selectors.approval_as_of(system=system(SCHOOL), day=day).items

        assert then(DAY - timedelta(1)) == set()  # not decided yet
        assert then(DAY) == {"name", "sex"}
        assert then(self.DUE + timedelta(35)) == set()  # stopped at that time
        assert then(missed) == {"name"}
        assert then(date(2028, 5, 31)) == {"name"}
        assert then(date(2028, 6, 1)) == set()

    def test_the_section_is_reminded_once_for_each_day(self, application):
        for day in (self.DUE - timedelta(10), self.DUE - timedelta(9), self.DUE + timedelta(50)):
            services.remind_sections(act=on(day))

        notices = ApplicationNotice.objects.filter(application=application).order_by("pk")
        assert [(one.kind, one.about_on) for one in notices] == [
            ("due", self.DUE),
            ("stopped", self.DUE),
        ]

    def test_who_has_applied_for_the_time_after_is_not_told_of_the_end(self, application):
        near = date(2031, 3, 1)
        services.recertify(application=application, act=on(date(2030, 12, 1)))
        renewal = services.renew_application(application=application, act=on(near))
        assert selectors.applications_to_certify(day=near) == [(application, Phase.EXPIRING)]

        services.submit_application(application=renewal, act=on(near))

        assert selectors.applications_to_certify(day=near) == []
        assert services.remind_sections(act=on(near)) == 0

    def test_it_stands_on_the_list_of_what_is_due(self, application):
        due = selectors.applications_to_certify(
            day=self.DUE + timedelta(50), systems=[system(SCHOOL)]
        )
        assert due == [(application, Phase.STOPPED)]
        assert selectors.applications_to_certify(day=DAY, systems=[system(SCHOOL)]) == []


class TestEnding:
    def test_it_is_revoked_or_taken_back_with_a_reason(self):
        application = approvals.approved(SCHOOL, "name")
        with pytest.raises(InvalidRequest):
            services.withdraw_application(application=application, reason="", act=on(DAY))
        services.withdraw_application(
            application=application, reason="目的外の利用", act=on(DAY), withdrawal="revoked"
        )
        assert selectors.obstacle_of(system=system(SCHOOL), day=DAY).code == "revoked"
        assert application.steps.filter(kind="revoked", reason="目的外の利用").exists()

    def test_what_is_not_approved_can_not_be_revoked(self):
        with pytest.raises(NotNow):
            services.withdraw_application(
                application=approvals.submitted(SCHOOL, "name"),
                reason="x",
                act=on(DAY),
                withdrawal="revoked",
            )

    def test_a_renewal_copies_what_was_granted_without_what_was_given_up(self):
        application = approvals.approved(
            SCHOOL,
            "name",
            "sex",
            "born_on",
            valid_until=date(2028, 4, 1),
            grant=services.Grant(items={"born_on": "year"}),
            reason="年で足りる",
        )
        services.recertify(application=application, given_up=["sex"], act=on(date(2027, 11, 24)))
        renewal = services.renew_application(application=application, act=on(date(2028, 2, 1)))

        assert renewal.state == "draft"
        assert renewal.renews == application
        assert renewal.valid_from == date(2028, 4, 1)
        assert dict(renewal.requested_items.values_list("item", "reduction")) == {
            "name": "",
            "born_on": "year",
        }
        assert selectors.previous_approval(renewal) == application


class TestSeveralAtOnce:
    def test_the_widest_value_wins(self):
        approvals.approved(SCHOOL, "born_on", reductions={"born_on": "year"})
        approvals.approved(SCHOOL, "born_on", reductions={"born_on": "year_month"})

        approval = selectors.approved_items(system=system(SCHOOL), day=DAY)
        assert approval.reductions == {"born_on": "year_month"}

        approvals.approved(SCHOOL, "born_on")
        assert selectors.approved_items(system=system(SCHOOL), day=DAY).whole == {"born_on"}


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
    if path in {"file", "snapshot", "webhook"}:
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
