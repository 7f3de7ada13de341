"""A 利用申請 from its draft to its decision and its end: who decides, what is granted, what is kept."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from resident_basic import selectors, services
from resident_basic.models import ApplicationStep, ApprovedItem, UseApplication
from sapporo_base.acts import InvalidRequest, NotNow
from sapporo_base.models import LinkageRecord
from tests.factories import StaffFactory, system
from tests.resident_basic import approvals
from tests.resident_basic.approvals import on
from tests.resident_basic.factories import a_resident_number

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
SCHOOL = "017-000"
NOBODY = a_resident_number()


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
            "support_measure",
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

        assert approval.items == {"name", "born_on", "support_measure"}
        assert approval.reductions == {"born_on": "year"}
        assert (approval.individual_number, approval.protected_people) == (False, True)
        assert (application.valid_until, application.granted_until) == (
            approvals.ENDS,
            date(2028, 4, 1),
        )
        assert selectors.obstacle_of(system=system("024-000"), day=DAY, form="file").cause.code == (
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

        assert selectors.obstacle_of(system=system(SCHOOL), day=DAY).cause.code == "refused"


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


class TestEnding:
    def test_it_is_revoked_or_taken_back_with_a_reason(self):
        application = approvals.approved(SCHOOL, "name")
        with pytest.raises(InvalidRequest):
            services.withdraw_application(application=application, reason="", act=on(DAY))
        services.withdraw_application(
            application=application, reason="目的外の利用", act=on(DAY), withdrawal="revoked"
        )
        assert selectors.obstacle_of(system=system(SCHOOL), day=DAY).cause.code == "revoked"
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
