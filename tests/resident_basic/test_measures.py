"""支援措置: terms of a year, families, two people to an end, and who may look for a while."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from resident_basic import selectors, services
from resident_basic.models import LookAlarm, SupportMeasure, SupportTerm, TemporaryLift
from resident_basic.rules.protection import (
    Phase,
    extension_opens,
    last_day,
    next_term,
    phase,
)
from sapporo_base.acts import InvalidRequest, NotNow, NotPermitted
from sapporo_base.models import LinkageRecord
from tests.factories import StaffFactory
from tests.protection import BUILDING, member_of_staff, plant, text_of
from tests.resident_basic.approvals import approved, receiving
from tests.resident_basic.factories import a_resident_number, row
from tests.resident_basic.measures import DECIDED, PROVISIONAL, at, begin


@pytest.fixture
def planted(act, tmp_path):
    """Planted for one test: beside transactional ones nothing stands."""
    return plant(act, tmp_path)


class TestTerms:
    @pytest.mark.parametrize(
        ("since", "ends"),
        [
            (date(2020, 4, 1), date(2021, 3, 31)),
            (date(2020, 1, 1), date(2020, 12, 31)),
            (date(2020, 2, 29), date(2021, 2, 28)),
            (date(2019, 3, 1), date(2020, 2, 29)),
        ],
    )
    def test_a_term_is_a_year_with_its_last_day(self, since, ends):
        assert last_day(since) == ends

    @pytest.mark.parametrize(
        ("until", "opens"),
        [
            (date(2021, 3, 31), date(2021, 3, 1)),
            (date(2020, 12, 31), date(2020, 12, 1)),
            (date(2021, 1, 14), date(2020, 12, 15)),
            (date(2021, 3, 30), date(2021, 3, 1)),
        ],
    )
    def test_it_may_be_extended_from_a_month_before_its_end(self, until, opens):
        assert extension_opens(until) == opens

    def test_an_extension_follows_without_a_gap_or_begins_anew_after_the_end(self):
        until = date(2021, 3, 31)

        assert next_term(until, on=date(2021, 3, 10)) == (date(2021, 4, 1), date(2022, 3, 31))
        assert next_term(until, on=date(2021, 5, 6)) == (date(2021, 5, 6), date(2022, 5, 5))

    @pytest.mark.parametrize(
        ("provisional", "until", "on", "found"),
        [
            (True, None, date(2021, 1, 1), Phase.PROVISIONAL),
            (False, date(2021, 3, 31), date(2021, 2, 28), Phase.RUNNING),
            (False, date(2021, 3, 31), date(2021, 3, 1), Phase.ENDING),
            (False, date(2021, 3, 31), date(2021, 3, 31), Phase.ENDING),
            (False, date(2021, 3, 31), date(2021, 4, 1), Phase.EXPIRED),
            (True, date(2021, 3, 31), date(2021, 4, 1), Phase.EXPIRED),
            (False, None, date(2021, 4, 1), Phase.RUNNING),
        ],
    )
    def test_where_it_stands_on_a_day(self, provisional, until, on, found):
        assert phase(is_provisional=provisional, until=until, on=on) is found


@pytest.mark.django_db
class TestMeasures:
    def test_family_of_the_household_or_the_place_is_protected_together(self, family, act):
        mother, child, lodger, stranger = family

        assert {one.resident_number for one in selectors.family_candidates(mother)} == {
            child,
            lodger,
        }
        measure = begin(mother, act, family=[child])

        assert selectors.protected_among(family) == {mother, child}
        (together,) = selectors.open_family_of(measure)
        assert together.subject_kind == SupportMeasure.SubjectKind.FAMILY
        assert (together.since, together.until) == (measure.since, measure.until)
        with pytest.raises(InvalidRequest, match="同じ世帯"):
            begin(lodger, act, family=[stranger])

    def test_family_may_join_later_for_the_present_term(self, family, act):
        mother, child, lodger, stranger = family
        measure = begin(mother, act, since=date(2026, 3, 1), family=[child])

        added = services.add_family_to_measure(
            measure=measure, family=[child, lodger], reason="追加の申出", act=act
        )

        assert added == [lodger]
        joined = SupportMeasure.objects.get(resident_number=lodger)
        assert (joined.since, joined.until) == (measure.since, measure.until)
        assert len(selectors.open_family_of(measure)) == 2
        with pytest.raises(InvalidRequest, match="同じ世帯"):
            services.add_family_to_measure(
                measure=measure, family=[stranger], reason="追加の申出", act=act
            )

    def test_a_decision_gives_the_provisional_one_its_year(self, family, act):
        mother, child, *_ = family
        measure = begin(mother, act, kind=PROVISIONAL, family=[child])
        (together,) = selectors.open_family_of(measure)
        assert measure.until is None

        services.decide_support_measure(
            measure=measure,
            family=[together.pk],
            since=date(2026, 12, 1),
            reason="必要性を確認",
            act=at(act, 2026, 12, 1),
        )

        for one in SupportMeasure.objects.all():
            assert (one.kind, one.since, one.until) == (
                DECIDED,
                date(2026, 12, 1),
                date(2027, 11, 30),
            )
        causes = measure.terms.order_by("pk").values_list("cause", "kind")
        assert list(causes) == [("entered", PROVISIONAL), ("decided", DECIDED)]

    def test_it_is_extended_in_its_last_month_and_after_it_but_not_before(self, family, act):
        measure = begin(family[0], act, since=date(2026, 1, 1))

        def extend(*day):
            services.extend_support_measure(measure=measure, reason="延長の申出", act=at(act, *day))
            measure.refresh_from_db()

        with pytest.raises(NotNow, match="1か月前"):
            extend(2026, 11, 30)
        extend(2026, 12, 1)
        assert (measure.since, measure.until) == (date(2027, 1, 1), date(2027, 12, 31))
        extend(2028, 2, 1)
        assert (measure.since, measure.until) == (date(2028, 2, 1), date(2029, 1, 31))
        assert measure.terms.count() == 3

    def test_protection_outlives_its_last_day(self, family, act):
        begin(family[0], act, since=date(2020, 4, 1))

        assert selectors.protected_among(family) == {family[0]}
        assert selectors.phase_counts(day=date(2026, 11, 24))[Phase.EXPIRED] == 1
        with pytest.raises(IntegrityError, match="two_people_end"), transaction.atomic():
            SupportMeasure.objects.update(ended_at=act.at, ended_by="T1", ended_because="no_need")

    def test_one_proposes_the_end_and_another_decides_it_for_the_family_too(self, family, act):
        mother, child, *_ = family
        measure = begin(mother, act, family=[child])
        (together,) = selectors.open_family_of(measure)
        one, other = at(act, 2026, 12, 1), at(act, 2026, 12, 2)
        services.propose_end_of_support_measure(
            measure=measure, family=[together.pk], because="withdrawn", reason="取下げ", act=one
        )

        assert selectors.protected_among(family) == {mother, child}
        with pytest.raises(NotPermitted, match="別の職員"):
            services.end_support_measure(measure=measure, act=one)
        ended = services.end_support_measure(measure=measure, act=other)

        assert len(ended) == 2
        assert not selectors.protected_among(family)

    def test_a_proposal_is_taken_back_and_protection_goes_on(self, family, act):
        measure = begin(family[0], act)
        proposing = at(act, 2026, 12, 1)
        services.propose_end_of_support_measure(
            measure=measure, because="mistake", reason="誤り", act=proposing
        )

        services.withdraw_end_of_support_measure(measure=measure, act=proposing)

        measure.refresh_from_db()
        assert measure.end_proposed_at is None
        with pytest.raises(NotNow, match="起案されていません"):
            services.end_support_measure(measure=measure, act=at(act, 2026, 12, 2))

    def test_only_the_register_ends_it_alone(self, family, act, receive_rows):
        mother = family[0]
        begin(mother, act)

        receive_rows(
            row(
                resident_number=mother,
                history_number=2,
                change_reason="42",
                processed_on="2026-11-25",
                support_measure="3",
                support_subject="1",
            )
        )

        assert not selectors.protected_among([mother])
        assert SupportMeasure.objects.get().ended_because == "received"

    def test_who_moves_out_is_protected_provisionally_from_then_on(self, family, act, receive_rows):
        mother = family[0]
        begin(mother, act, since=date(2026, 11, 1))

        receive_rows(
            row(
                resident_number=mother,
                history_number=2,
                change_reason="21",
                changed_on="2026-11-25",
                processed_on="2026-11-25",
                resident_status="2",
                removed_on="2026-11-25",
                moved_out_on="2026-11-25",
            )
        )

        measure = SupportMeasure.objects.get()
        assert measure.ended_at is None
        assert (measure.kind, measure.since, measure.until) == (
            PROVISIONAL,
            date(2026, 11, 25),
            None,
        )
        assert measure.terms.order_by("-pk")[0].cause == SupportTerm.Cause.MOVED_OUT

    def test_what_the_register_tells_has_its_year_its_family_and_its_terms(self, receive_rows, act):
        mother, child, household = (a_resident_number() for _ in range(3))
        told = {"household_number": household, "support_from": "2026-10-01"}
        receive_rows(
            row(resident_number=mother, support_measure="1", support_subject="1", **told),
            row(resident_number=child, support_measure="1", support_subject="2", **told),
        )

        measure = SupportMeasure.objects.get(resident_number=mother)
        assert measure.until == date(2027, 9, 30)
        assert [one.resident_number for one in selectors.open_family_of(measure)] == [child]
        assert SupportTerm.objects.filter(cause="received").count() == 2

    def test_an_older_term_of_the_register_does_not_undo_an_extension(self, receive_rows, act):
        mother = a_resident_number()
        told = {"support_measure": "1", "support_from": "2025-12-10"}
        receive_rows(row(resident_number=mother, **told))
        measure = SupportMeasure.objects.get()
        services.extend_support_measure(measure=measure, reason="延長", act=at(act, 2026, 11, 24))

        receive_rows(
            row(
                resident_number=mother,
                history_number=2,
                change_reason="42",
                processed_on="2026-11-25",
                **told,
            )
        )

        measure.refresh_from_db()
        assert measure.until == date(2027, 12, 9)


@pytest.mark.django_db
class TestDetails:
    def test_an_application_says_what_is_asked_and_who_confirmed_it(self, planted, act):
        facts = services.ApplicationFacts(
            applied_on=act.day, ground="spouse", offices=["copy_here", "annex_here"]
        )
        services.record_support_application(measure=planted.measure, facts=facts, act=act)

        confirmed = replace(facts, confirmed_on=act.day)
        with pytest.raises(InvalidRequest):
            services.record_support_application(measure=planted.measure, facts=confirmed, act=act)
        services.record_support_application(
            measure=planted.measure, facts=replace(confirmed, body="police"), act=act
        )
        assert selectors.application_of(planted.measure).body == "police"

    def test_the_opponent_is_shown_with_right_and_reason_alone_and_recorded_first(
        self, planted, act, staff_client
    ):
        services.record_support_opponent(
            measure=planted.measure,
            facts=services.OpponentFacts(name="相手　方男", residence="旭川市"),
            act=act,
        )
        page = reverse(
            "admin:resident_basic_supportmeasure_show_opponent", args=[planted.measure.pk]
        )
        staff = member_of_staff(with_right=True)
        browser = staff_client(staff=staff)
        browser.post(page, {"_look_reason": "1", "reason": "相談"})

        asked = text_of(browser.get(page))
        shown = text_of(browser.post(page, {"_confirmed": "1", "reason": "転送のため"}))

        assert "相手　方男" not in asked
        assert "相手　方男" in shown
        assert "旭川市" in shown
        record = LinkageRecord.objects.get(kind="support_opponent_opened")
        assert record.reason == "転送のため"
        staff.user_permissions.remove(staff.user_permissions.get(codename="view_supportopponent"))
        assert staff_client(staff=type(staff).objects.get(pk=staff.pk)).get(page).status_code == 403


@pytest.mark.django_db
class TestTemporaryLift:
    PAGE = "admin:resident_basic_resident_change"

    def lift(self, planted, act, staff, **said):
        return services.lift_temporarily(
            measure=planted.measure,
            staff_number=staff.staff_number,
            reason="本人の来庁による証明の交付",
            minutes=said.get("minutes", 15),
            act=replace(act, staff=said.get("granting") or StaffFactory()),
        )

    def test_a_colleague_opens_her_for_a_quarter_of_an_hour_and_nothing_else_changes(
        self, planted, act, staff_client
    ):
        clerk = member_of_staff()
        browser = staff_client(staff=clerk)
        page = reverse(self.PAGE, args=[planted.number])
        approved("017-000", "building")
        with time_machine.travel(act.at, tick=False) as clock:
            self.lift(planted, act, clerk)
            shown = text_of(browser.get(page))
            listed = text_of(
                browser.get(reverse("admin:resident_basic_resident_changelist"), {"q": "ヒミツ"})
            )
            elsewhere = browser.get(
                reverse(
                    "admin:integrated_address_integratedaddressee_change",
                    args=[planted.integrated_number],
                )
            )
            (told,) = services.disclose_residents(
                numbers=[planted.number], act=receiving("017-000", act)
            )
            services.raise_look_alarms(act=act)
            clock.shift(timedelta(minutes=16))
            later = browser.get(page)

        assert BUILDING in shown
        assert BUILDING not in listed
        assert elsewhere.status_code == 403
        assert told.items["building"] is None
        assert later.status_code == 403
        assert LookAlarm.objects.filter(
            outcome="shown", reason="一時解除: 本人の来庁による証明の交付"
        ).exists()

    def test_another_colleague_is_still_refused_and_it_can_be_taken_back(
        self, planted, act, staff_client
    ):
        clerk = member_of_staff()
        page = reverse(self.PAGE, args=[planted.number])
        with time_machine.travel(act.at, tick=False):
            self.lift(planted, act, clerk)

            assert staff_client(staff=member_of_staff()).get(page).status_code == 403
            services.end_temporary_lifts(
                measure=planted.measure, act=replace(act, at=act.at + timedelta(minutes=1))
            )
            assert staff_client(staff=clerk).get(page).status_code == 403

    def test_nobody_lifts_it_for_themselves_for_long_or_for_a_stranger(self, planted, act):
        clerk = StaffFactory()
        with pytest.raises(NotPermitted, match="自分"):
            self.lift(planted, act, clerk, granting=clerk)
        with pytest.raises(InvalidRequest):
            self.lift(planted, act, clerk, minutes=61)
        with pytest.raises(InvalidRequest):
            services.lift_temporarily(
                measure=planted.measure,
                staff_number="nobody",
                minutes=5,
                reason="試験",
                act=replace(act, staff=StaffFactory()),
            )
        assert not TemporaryLift.objects.exists()
