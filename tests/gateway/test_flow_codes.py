"""
符号取得状況 with the platform: told of deletions and not of deaths, compared every night, mended.
"""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from gateway import services, tasks
from gateway.models import (
    CodeDifference,
    CodeReconciliation,
    Copy,
    Inquiry,
    OperatingWindow,
    PlatformNumber,
)
from gateway.services.alarms import code_reconciliation_alarms
from integrated_address import selectors as addressees
from integrated_address import services as addressee_services
from integrated_address.models import LinkageCodeStatus, LinkageCodeStep
from sapporo_base.acts import InvalidRequest, NotNow
from sapporo_base.models import LinkageRecord
from tests.factories import fictitious_individual_number, system
from tests.gateway.code_differences import mended, people_there, reconciled, the_difference
from tests.gateway.flows import (
    START,
    accept,
    acquire,
    asked,
    copy,
    forward,
    now_act,
    work_for_a_while,
)
from tests.integrated_address.factories import HANAKO, numbered

pytestmark = pytest.mark.django_db


@pytest.fixture
def taro(far_end):
    """A person who is numbered and told, and whose 符号 nobody has requested."""
    person = numbered(now_act(), number="J2", code="027-000", serial=2).integrated_number
    tasks.work_bulk()
    return person


def status_there(far_end, number):
    return people_there(far_end)[number].code_status(timezone.now().timestamp())


class TestEndOfAPerson:
    def test_a_deletion_reaches_the_platform_and_takes_the_copies_along(
        self, hanako, far_end, clock
    ):
        forward(copy())
        work_for_a_while(clock)

        addressee_services.delete_addressee(integrated_number=hanako, act=now_act(reason="誤付番"))
        work_for_a_while(clock)

        assert hanako not in people_there(far_end)
        assert PlatformNumber.objects.get(pk=hanako).state == "deleted"
        assert Copy.objects.get().state == "deleted"

    def test_a_death_does_not_reach_the_platform(self, hanako, far_end, clock):
        addressee_services.update_basics(
            system=system("027-000"),
            business_number="J1",
            basics=HANAKO,
            resident_state="3",
            act=now_act(),
        )
        addressee_services.number_person(
            system=system("001-000"),
            business_number="100",
            individual_number=fictitious_individual_number(1),
            basics=HANAKO,
            resident_state="3",
            act=now_act(),
        )
        work_for_a_while(clock)

        assert status_there(far_end, hanako) == "3"
        assert PlatformNumber.objects.get(pk=hanako).state == "registered"
        assert addressees.code_states_of([hanako]) == {hanako: "acquired"}

    def test_a_deleted_person_waits_for_no_code_and_neither_does_an_inquiry(self, taro):
        accept(asked(number="J2"))
        assert Inquiry.objects.get().state == "waiting_code"

        addressee_services.delete_addressee(integrated_number=taro, act=now_act(reason="誤付番"))
        tasks.read_feeds()

        assert Inquiry.objects.get().reason_code == "addressee_deleted"
        assert addressees.code_states_of([taro]) == {}
        assert LinkageCodeStep.objects.filter(addressee=taro).latest("pk").cause == (
            "団体内統合宛名の削除"
        )

    def test_who_was_never_told_is_deleted_without_a_complaint(self, taro, far_end, clock):
        far_end.control("tamper_numbers", what="lose", count=1)
        addressee_services.delete_addressee(integrated_number=taro, act=now_act(reason="誤付番"))
        work_for_a_while(clock)

        assert PlatformNumber.objects.get(pk=taro).state == "deleted"


class TestAnotherIndividualNumber:
    def test_a_request_after_it_has_the_old_code_forgotten_first(self, hanako, far_end, clock):
        forward(copy())
        work_for_a_while(clock)
        LinkageCodeStatus.objects.filter(pk=hanako).update(state="not_requested")

        acquire(clock)
        work_for_a_while(clock)

        assert people_there(far_end)[hanako].attempts == 1
        assert addressees.code_states_of([hanako]) == {hanako: "acquired"}
        assert Copy.objects.get().state == "forwarded"


class TestReconciliation:
    def test_both_sides_agree(self, hanako, taro):
        run = reconciled()
        assert (run.state, run.count_here, run.count_there) == ("equal", 2, 2)

    def test_what_is_on_its_way_is_no_difference(self, taro):
        addressee_services.request_linkage_codes(act=now_act())
        tasks.read_feeds()

        run = reconciled()
        assert (run.state, run.in_flight) == ("equal", 1)

    def test_a_number_that_the_platform_lost_is_registered_again(self, hanako, far_end, clock):
        forward(copy())
        work_for_a_while(clock)
        far_end.control("tamper_numbers", what="lose")

        clock.shift(timedelta(seconds=1))
        assert reconciled().state == "different"
        assert the_difference().kind == "unknown_there"
        assert mended(clock).registered == 1

        assert status_there(far_end, hanako) == "3"
        assert addressees.code_states_of([hanako]) == {hanako: "acquired"}
        assert Copy.objects.get().state == "forwarded"
        assert reconciled().state == "equal"
        assert CodeDifference.objects.get().state == "mended"

    def test_a_number_that_the_city_does_not_use_is_deleted_there(self, hanako, far_end, clock):
        far_end.control("tamper_numbers", what="invent")

        clock.shift(timedelta(seconds=1))
        reconciled()
        assert the_difference().kind == "unknown_here"
        assert mended(clock).deleted_there == 1

        assert list(people_there(far_end)) == [hanako]
        assert reconciled().state == "equal"

    def test_a_code_that_was_acquired_unnoticed_is_taken_over(self, hanako, clock):
        accept(asked())
        Inquiry.objects.update(state="waiting_code")
        LinkageCodeStatus.objects.filter(pk=hanako).update(state="requested")

        clock.shift(timedelta(seconds=1))
        reconciled()
        assert the_difference().kind == "acquired_there"
        services.mend_code_differences(
            ids=services.open_code_differences(), act=now_act(reason="照合の結果")
        )

        assert addressees.code_states_of([hanako]) == {hanako: "acquired"}
        assert Inquiry.objects.get().state == "waiting"
        assert CodeDifference.objects.get().state == "mended"
        assert "引き継ぎました" in LinkageCodeStep.objects.latest("pk").cause

    def test_a_request_that_the_platform_forgot_is_made_again(self, hanako, far_end, clock):
        far_end.control("tamper_numbers", what="forget")

        clock.shift(timedelta(seconds=1))
        reconciled()
        assert the_difference().kind == "not_requested_there"
        assert mended(clock).requested_again == 1

        assert addressees.code_states_of([hanako]) == {hanako: "acquired"}
        steps = LinkageCodeStep.objects.filter(addressee=hanako, state="requested_again")
        assert "未要求だったため(照合の結果)" in steps.get().cause

    def test_a_failure_that_nobody_heard_of_is_taken_over_with_its_cause(
        self, taro, far_end, clock
    ):
        far_end.control("settings", codes_nobody_one_in=1)
        acquire(clock)
        LinkageCodeStatus.objects.filter(pk=taro).update(state="acquired", cause="")

        clock.shift(timedelta(seconds=1))
        reconciled()
        assert the_difference().kind == "failed_there"
        assert mended(clock).taken_over == 1

        assert "該当する" in LinkageCodeStatus.objects.get(pk=taro).cause

    def test_the_code_of_an_earlier_individual_number_is_forgotten_there(
        self, hanako, far_end, clock
    ):
        LinkageCodeStatus.objects.filter(pk=hanako).update(state="not_requested")

        clock.shift(timedelta(seconds=1))
        reconciled()
        assert the_difference().kind == "out_of_date_there"
        assert mended(clock).registered_anew == 1

        assert status_there(far_end, hanako) == "1"
        assert reconciled().state == "equal"

    def test_what_mended_itself_is_no_difference_any_more(self, hanako, clock):
        LinkageCodeStatus.objects.filter(pk=hanako).update(state="requested")
        clock.shift(timedelta(seconds=1))
        reconciled()
        LinkageCodeStatus.objects.filter(pk=hanako).update(state="acquired")

        reconciled()
        assert CodeDifference.objects.get().state == "gone"

    def test_more_numbers_than_one_file_holds_are_compared_range_by_range(
        self, hanako, taro, monkeypatch
    ):
        from gateway.platform import profile
        from gateway.simulator.desks import numbers as desk

        monkeypatch.setattr(profile, "NUMBERS_AT_ONCE", 1)
        monkeypatch.setattr(desk, "NUMBERS", 1)

        run = reconciled()
        assert (run.state, run.count_here, run.count_there) == ("equal", 2, 2)

    def test_a_platform_that_is_closed_breaks_it_off_and_says_so(self, hanako, far_end):
        far_end.control("close")

        run = reconciled()
        assert run.state == "broken"
        assert "受け取れませんでした" in run.reason

    def test_outside_the_hours_nothing_is_asked(self, hanako, far_end, clock):
        for day in range(7):
            OperatingWindow.objects.create(
                day=day, opens_minute=480, closes_minute=1080, valid_from=date(2020, 1, 1)
            )
        clock.move_to(START + timedelta(hours=8))  # 20:00 in Japan
        asked_before = len(far_end.platform.state.receipts)

        run = reconciled()
        assert run.state == "broken"
        assert "稼働時間外" in run.reason
        assert len(far_end.platform.state.receipts) == asked_before

    def test_what_nobody_mended_raises_an_alarm(self, hanako, far_end, clock):
        assert code_reconciliation_alarms(at=timezone.now()) == []
        far_end.control("tamper_numbers", what="invent")
        clock.shift(timedelta(seconds=1))
        reconciled()

        (raised,) = code_reconciliation_alarms(at=timezone.now())
        assert "1件" in raised.words

    def test_days_without_a_comparison_raise_an_alarm(self, far_end):
        CodeReconciliation.objects.create(
            started_at=timezone.now() - timedelta(days=4),
            ended_at=timezone.now() - timedelta(days=4),
            state="equal",
        )
        (raised,) = code_reconciliation_alarms(at=timezone.now())
        assert "照合できません" in raised.title

    def test_two_do_not_run_at_once(self, far_end):
        CodeReconciliation.objects.create(started_at=timezone.now())
        with pytest.raises(NotNow):
            tasks.reconcile_codes()

    def test_one_that_was_killed_does_not_stop_the_next(self, far_end):
        CodeReconciliation.objects.create(started_at=timezone.now() - timedelta(hours=4))
        tasks.reconcile_codes()

        assert set(CodeReconciliation.objects.values_list("state", flat=True)) == {
            "broken",
            "equal",
        }

    def test_mending_needs_a_reason_and_is_recorded(self, hanako, far_end, clock):
        far_end.control("tamper_numbers", what="forget")
        clock.shift(timedelta(seconds=1))
        reconciled()
        ids = services.open_code_differences()

        with pytest.raises(InvalidRequest):
            services.mend_code_differences(ids=ids, act=now_act())
        services.mend_code_differences(ids=ids, act=now_act(reason="照合の結果"))

        record = LinkageRecord.objects.get(kind="code_differences_mended")
        assert record.detail == "再要求1件"
        assert services.mend_code_differences(ids=ids, act=now_act(reason="再度")).left == 1

    def test_the_command_shows_before_it_mends(self, hanako, far_end, clock, capsys):
        far_end.control("tamper_numbers", what="invent", count=2)
        clock.shift(timedelta(seconds=1))

        with pytest.raises(CommandError, match="2件残っています"):
            call_command("reconcile_codes", "--mend", "unknown_here", "--dry-run")
        assert "プラットフォームから削除2件" in capsys.readouterr().out
        assert CodeDifference.objects.filter(state="open").count() == 2

        call_command("reconcile_codes", "--mend", "unknown_here", "--reason", "照合の結果")
        assert CodeDifference.objects.filter(state="mending").count() == 2
