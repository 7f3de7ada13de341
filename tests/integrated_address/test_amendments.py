"""番号訂正 and periods: drafted by one, decided by another, and what was known stays readable."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from integrated_address import selectors, services
from integrated_address.models import BusinessNumber, IndividualNumber, NumberAmendment
from sapporo_base import sealing
from sapporo_base.acts import InvalidRequest, NotFound, NotNow, NotPermitted
from sapporo_base.models import LinkageRecord
from tests.factories import StaffFactory, fictitious_individual_number, system
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(act):
    """The act of a member of staff ten days later."""
    return replace(act, staff=StaffFactory(), at=act.at + timedelta(days=10), reason="届出による")


@pytest.fixture
def chief(clerk):
    """The act of another member of staff, a day after."""
    return replace(clerk, staff=StaffFactory(), at=clerk.at + timedelta(days=1), reason="確認済")


@pytest.fixture
def hanako(act):
    """A person with a 個人番号 and a 符号."""
    person = numbered(act, number="100", serial=1).integrated_number
    services.request_linkage_codes(act=act)
    services.record_code_states(states=[(person, "acquired", "")], act=act)
    return person


def draft(person, act, kind="on_request", serial=2, on=None):
    return services.draft_number_change(
        integrated_number=person,
        kind=kind,
        individual_number=fictitious_individual_number(serial) if serial else "",
        effective_on=on or act.day,
        act=act,
    )


def number_of(act):
    opened = services.disclose_individual_numbers(
        system=system("001-000"), business_numbers=["100"], act=act
    )
    return opened.get("100")


class TestIndividualNumber:
    def test_nothing_changes_before_a_second_person_decides(self, hanako, clerk):
        one = draft(hanako, clerk)

        assert number_of(clerk) == fictitious_individual_number(1)
        with pytest.raises(NotPermitted, match="別の職員"):
            services.decide_amendment(amendment_id=one.pk, is_granted=True, act=clerk)

    @pytest.mark.parametrize("kind", ["on_request", "ex_officio"])
    def test_a_change_ends_the_number_that_was(self, hanako, clerk, chief, kind):
        one = draft(hanako, clerk, kind)
        services.decide_amendment(amendment_id=one.pk, is_granted=True, act=chief)

        assert number_of(chief) == fictitious_individual_number(2)
        known = IndividualNumber.objects.filter(superseded_at=None).order_by("valid_from")
        assert [(held.valid_until, held.cause) for held in known] == [
            (clerk.day, "numbered"),
            (None, kind),
        ]

    def test_a_correction_says_that_the_number_was_never_theirs(self, hanako, clerk, chief, act):
        one = draft(hanako, clerk, "corrected")
        services.decide_amendment(amendment_id=one.pk, is_granted=True, act=chief)

        (known,) = IndividualNumber.objects.filter(superseded_at=None)
        assert (known.valid_from, known.cause) == (act.day, "corrected")
        assert IndividualNumber.objects.filter(superseded_at=chief.at).count() == 1

    def test_a_number_that_was_registered_by_mistake_is_taken_away(self, hanako, clerk, chief):
        one = draft(hanako, clerk, "removed", serial=None)
        services.decide_amendment(amendment_id=one.pk, is_granted=True, act=chief)

        assert number_of(chief) is None
        assert selectors.code_states_of([hanako]) == {}
        assert numbered(chief, number="200", serial=1).is_new

    def test_another_number_needs_another_code(self, hanako, clerk, chief):
        one = draft(hanako, clerk)
        services.decide_amendment(amendment_id=one.pk, is_granted=True, act=chief)

        assert selectors.code_states_of([hanako]) == {hanako: "not_requested"}
        assert services.request_linkage_codes(act=chief) == 1

    def test_refused_nothing_changes_and_the_number_is_forgotten(self, hanako, clerk, chief):
        one = draft(hanako, clerk)
        services.decide_amendment(amendment_id=one.pk, is_granted=False, act=chief)

        one.refresh_from_db()
        assert (one.state, one.ciphertext) == ("refused", None)
        assert number_of(chief) == fictitious_individual_number(1)
        with pytest.raises(NotNow):
            services.decide_amendment(amendment_id=one.pk, is_granted=True, act=chief)

    def test_what_is_wrong_is_refused_in_words(self, hanako, clerk, act):
        numbered(act, number="200", serial=5)
        with pytest.raises(services.IndividualNumberIsAnothers):
            draft(hanako, clerk, serial=5)
        for wrong in (
            lambda: draft(hanako, clerk, serial=1),
            lambda: draft(hanako, clerk, on=clerk.day + timedelta(days=1)),
            lambda: draft(hanako, clerk, on=act.day - timedelta(days=1)),
            lambda: draft(hanako, replace(clerk, reason="")),
        ):
            with pytest.raises(InvalidRequest):
                wrong()
        draft(hanako, clerk)
        with pytest.raises(services.AmendmentWaits):
            draft(hanako, clerk, serial=3)

    def test_the_database_too_wants_two(self, hanako, clerk):
        one = draft(hanako, clerk)
        with (
            pytest.raises(IntegrityError, match="decided_by_a_second_person"),
            transaction.atomic(),
        ):
            NumberAmendment.objects.filter(pk=one.pk).update(
                state="done",
                ciphertext=None,
                decided_at=clerk.at,
                decided_by=one.drafted_by,
            )

    def test_the_draft_keeps_no_plain_number(self, hanako, clerk):
        one = draft(hanako, clerk)

        number = fictitious_individual_number(2)
        assert number.encode() not in bytes(one.ciphertext)
        assert sealing.number_ring().open(bytes(one.ciphertext)).decode() == number
        assert number not in str(list(LinkageRecord.objects.values()))


class TestWrongLink:
    @pytest.fixture
    def jiro(self, act):
        """Another person."""
        return numbered(act, number="200", serial=2).integrated_number

    @pytest.fixture
    def link(self, hanako, act):
        """A number of 国民健康保険 that was linked to 花子 by mistake."""
        return services.link_business_number(
            integrated_number=hanako, system=system("024-000"), number="K1", act=act
        )

    def whose(self):
        found = selectors.integrated_numbers_of(system=system("024-000"), business_numbers=["K1"])
        return found.get("K1")

    def move(self, link, target, on, clerk, chief):
        one = services.draft_link_correction(
            link_id=link.pk, target=target, effective_on=on, act=clerk
        )
        return services.decide_amendment(amendment_id=one.pk, is_granted=True, act=chief)

    def test_from_its_beginning_it_was_never_the_first_persons(self, link, jiro, clerk, chief):
        self.move(link, jiro, link.valid_from, clerk, chief)

        assert self.whose() == jiro
        known = BusinessNumber.objects.filter(number="K1", superseded_at=None)
        assert [(one.addressee_id, one.valid_from) for one in known] == [(jiro, link.valid_from)]

    def test_from_a_day_on_it_is_the_second_persons(self, link, hanako, jiro, clerk, chief):
        self.move(link, jiro, clerk.day, clerk, chief)

        known = BusinessNumber.objects.filter(number="K1", superseded_at=None)
        assert [(one.addressee_id, one.valid_until) for one in known.order_by("valid_from")] == [
            (hanako, clerk.day),
            (jiro, None),
        ]

    def test_it_waits_for_a_second_person(self, link, hanako, jiro, clerk):
        one = services.draft_link_correction(
            link_id=link.pk, target=jiro, effective_on=clerk.day, act=clerk
        )
        assert self.whose() == hanako
        with pytest.raises(NotPermitted):
            services.decide_amendment(amendment_id=one.pk, is_granted=True, act=clerk)

    def test_what_changed_meanwhile_is_not_overrun(self, link, jiro, clerk, chief):
        one = services.draft_link_correction(
            link_id=link.pk, target=jiro, effective_on=clerk.day, act=clerk
        )
        services.end_link(system=system("024-000"), number="K1", on=clerk.day, act=clerk)
        with pytest.raises(NotNow, match="起案した後"):
            services.decide_amendment(amendment_id=one.pk, is_granted=True, act=chief)

    def test_to_the_same_person_or_nobody_it_is_refused(self, link, hanako, clerk):
        for target, error in ((hanako, InvalidRequest), ("100000000000019", NotFound)):
            with pytest.raises(error):
                services.draft_link_correction(
                    link_id=link.pk, target=target, effective_on=clerk.day, act=clerk
                )


class TestPeriods:
    def test_an_ended_number_may_be_given_to_another_and_not_opened_again(self, act):
        first = numbered(act, number="N1", code="024-000", serial=1).integrated_number
        later = replace(act, at=act.at + timedelta(days=30))
        services.end_link(system=system("024-000"), number="N1", on=later.day, act=later)
        second = numbered(later, number="N1", code="024-000", serial=2).integrated_number

        assert first != second
        with pytest.raises(services.NumberBelongsToAnother):
            services.reopen_link(system=system("024-000"), number="N1", act=later)

    def test_the_flag_of_an_ended_link_goes_to_the_register(self, act):
        numbered(act, number="N1", code="024-000", state="")
        numbered(act, number="100", state="")
        BusinessNumber.objects.filter(number="100").update(integrated_flag=False)
        BusinessNumber.objects.filter(number="N1").update(integrated_flag=True)
        services.end_link(system=system("024-000"), number="N1", on=act.day, act=act)

        flagged = BusinessNumber.objects.get(
            integrated_flag=True, valid_until=None, superseded_at=None
        )
        assert flagged.number == "100"

    def test_a_link_that_is_opened_again_bears_the_flag_again(self, act):
        numbered(act, number="N1", code="024-000", state="")
        services.end_link(system=system("024-000"), number="N1", on=act.day, act=act)
        services.reopen_link(system=system("024-000"), number="N1", act=act)

        assert BusinessNumber.objects.get(valid_until=None, superseded_at=None).integrated_flag

    @pytest.mark.parametrize("way", ["reopened", "corrected"])
    def test_a_flag_that_another_link_got_meanwhile_stays_there(self, act, way):
        numbered(act, number="N1", code="024-000", state="")
        ended = services.end_link(system=system("024-000"), number="N1", on=act.day, act=act)
        numbered(act, number="T1", code="010-000", state="")
        if way == "reopened":
            services.reopen_link(system=system("024-000"), number="N1", act=act)
        else:
            services.correct_period(link_id=ended.pk, valid_from=act.day, valid_until=None, act=act)

        in_use = BusinessNumber.objects.filter(valid_until=None, superseded_at=None)
        assert dict(in_use.values_list("number", "integrated_flag")) == {"N1": False, "T1": True}

    def test_ended_before_it_began_or_never_is_refused(self, act):
        numbered(act, number="N1", code="024-000")
        with pytest.raises(InvalidRequest):
            services.end_link(
                system=system("024-000"), number="N1", on=act.day - timedelta(days=1), act=act
            )
        with pytest.raises(NotFound):
            services.end_link(system=system("024-000"), number="N2", on=act.day, act=act)

    def test_a_period_is_corrected_and_the_wrong_one_stays_readable(self, act):
        numbered(act, number="N1", code="024-000")
        wrong = BusinessNumber.objects.get(number="N1")
        since = act.day - timedelta(days=400)
        services.correct_period(
            link_id=wrong.pk,
            valid_from=since,
            valid_until=None,
            act=replace(act, at=act.at + timedelta(days=1)),
        )

        assert BusinessNumber.objects.get(number="N1", superseded_at=None).valid_from == since
        assert BusinessNumber.objects.get(pk=wrong.pk).superseded_at

    def test_a_period_of_somebody_else_is_refused(self, act):
        numbered(act, number="N1", code="024-000", serial=1)
        later = replace(act, at=act.at + timedelta(days=30))
        services.end_link(system=system("024-000"), number="N1", on=later.day, act=later)
        numbered(later, number="N1", code="024-000", serial=2)
        link = BusinessNumber.objects.get(number="N1", valid_until=None, superseded_at=None)
        with pytest.raises(services.PeriodIsTaken):
            services.correct_period(
                link_id=link.pk, valid_from=act.day, valid_until=None, act=later
            )
