"""
The gateway's flows against the far end itself: 符号, copies, inquiries, others' inquiries, closed
hours.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from gateway import services, tasks
from gateway.models import (
    Circuit,
    Copy,
    CopyError,
    Exchange,
    Inquiry,
    OperatingWindow,
    PlatformNumber,
    PlatformState,
    Provision,
    Reconciliation,
)
from gateway.selectors import opening
from gateway.services import copies, exchanges
from integrated_address import selectors as addressees
from sapporo_base.acts import NotNow, NotPermitted
from sapporo_base.models import LinkageRecord
from tests.factories import StaffFactory, system
from tests.gateway.far_end import CHILD_ALLOWANCE
from tests.gateway.flows import (
    BEFORE_2024,
    START,
    accept,
    acquire,
    asked,
    copy,
    forward,
    now_act,
    results,
    work_for_a_while,
)
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db


class TestCodes:
    def test_a_new_number_is_told_and_its_code_acquired(self, hanako):
        number = PlatformNumber.objects.get(pk=hanako)
        assert (number.state, number.code_state) == ("registered", "acquired")
        assert addressees.code_states_of([hanako]) == {hanako: "acquired"}

    def test_a_failure_is_written_back_with_its_cause(self, far_end, clock):
        far_end.control("settings", codes_nobody_one_in=1)
        person = numbered(now_act(), number="J9", code="027-000", serial=9).integrated_number
        acquire(clock)
        assert addressees.code_states_of([person]) == {person: "failed"}
        assert "該当する" in PlatformNumber.objects.get(pk=person).reason

    def test_no_individual_number_is_kept_or_sent_in_the_open(self, hanako, far_end):
        from tests.factories import fictitious_individual_number

        plain = fictitious_individual_number(1)
        journal = (far_end.folder / "journal.jsonl").read_text()
        assert plain not in journal
        with connection.cursor() as cursor:
            for model in (PlatformNumber, Exchange, Inquiry):
                cursor.execute(
                    f"SELECT count(*) FROM {model._meta.db_table} t WHERE t::text LIKE %s",
                    [f"%{plain}%"],
                )
                assert cursor.fetchone()[0] == 0


class TestCopies:
    def test_are_forwarded_and_both_sides_agree(self, hanako):
        assert forward(copy()).changed == 1
        tasks.work_bulk()
        assert Copy.objects.get().state == "forwarded"
        comparison = tasks.reconcile_copies(CHILD_ALLOWANCE)
        assert (comparison["is_equal"], comparison["count_there"]) == (True, 1)

    def test_what_did_not_change_is_not_sent_again(self, hanako):
        forward(copy())
        tasks.work_bulk()
        counts = forward(copy())
        assert (counts.changed, counts.unchanged) == (0, 1)
        assert not Copy.objects.filter(state="waiting").exists()

    def test_a_change_and_a_deletion_reach_the_platform(self, hanako):
        forward(copy())
        tasks.work_bulk()
        forward(copy(amount="15000"), copy(key="2027-02"))
        tasks.work_bulk()
        assert tasks.reconcile_copies(CHILD_ALLOWANCE)["count_there"] == 2
        forward(copy(withdrawn=True, amount="15000"))
        tasks.work_bulk()
        comparison = tasks.reconcile_copies(CHILD_ALLOWANCE)
        assert (comparison["is_equal"], comparison["count_there"]) == (True, 1)

    def test_what_can_not_be_converted_waits_in_a_list_and_the_rest_goes(self, hanako):
        broken = replace(copy(key="2027-02"), items={"備考": "改行\u0007あり"})
        counts = forward(copy(), copy("J404"), broken)
        assert (counts.changed, counts.errors) == (1, 2)
        assert set(CopyError.objects.values_list("code", flat=True)) == {
            "not_numbered",
            "character",
        }
        numbered(now_act(), number="J404", code="027-000", serial=7)
        forward(copy("J404"))
        assert CopyError.objects.get(business_number="J404").mended_at

    def test_go_out_without_a_worker_when_an_operator_says_so(self, hanako, capsys):
        forward(copy())
        call_command("drain_gateway", "--until-empty")
        assert Copy.objects.get().state == "forwarded"
        assert "電文を" in capsys.readouterr().out

    def test_a_difference_at_the_platform_is_found(self, hanako):
        forward(copy())
        tasks.work_bulk()
        Copy.objects.update(digest=b"x" * 32)
        assert not tasks.reconcile_copies(CHILD_ALLOWANCE)["is_equal"]
        (found,) = Reconciliation.objects.get().differences.all()
        assert (found.copy, found.kind, found.state) == (Copy.objects.get(), "differs", "open")

    def test_one_that_only_one_side_knows_is_named(self, hanako):
        forward(copy(), copy(key="2027-02"))
        tasks.work_bulk()
        lost = Copy.objects.get(key="2027-02")
        Copy.objects.filter(pk=lost.pk).update(key="2027-04", digest=b"x" * 32)
        tasks.reconcile_copies(CHILD_ALLOWANCE)
        found = Reconciliation.objects.get().differences.order_by("key")
        assert [(one.kind, one.copy, one.key) for one in found] == [
            ("unknown_here", None, "2027-02"),
            ("missing_there", lost, "2027-04"),
        ]

    def test_none_goes_out_before_its_number_is_registered(self, hanako):
        PlatformNumber.objects.update(state="to_register", due_at=START + timedelta(days=1))
        forward(copy())
        exchanges_before = Exchange.objects.count()
        assert copies.prepare_copy_exchanges(act=now_act()) == 0
        assert (Copy.objects.get().state, Exchange.objects.count()) == ("waiting", exchanges_before)

    def test_none_goes_out_before_the_flag_that_protects_its_person(self, hanako):
        services.set_answer_flags(
            system=system("027-000"),
            business_numbers=["J1"],
            no_automatic_answer=True,
            act=now_act(),
        )
        forward(copy())
        assert copies.prepare_copy_exchanges(act=now_act()) == 0
        tasks.work_bulk()
        tasks.work_bulk()
        assert Copy.objects.get().state == "forwarded"


class TestInquiries:
    def test_an_answer_comes_back_under_the_askers_own_number(self, hanako):
        (accepted,) = accept(asked())
        assert accepted.id
        tasks.work_interactive()
        (result,) = results()
        assert (result.state, result.business_number) == ("answered", "J1")
        assert result.items["総所得金額等"] == "5200000"
        record = LinkageRecord.objects.get(kind="inquiry_ended")
        assert record.provided_at
        assert "総所得金額等" in record.items
        assert record.legal_basis_code == "inquire-74-tax-2024"

    def test_nobody_else_gets_the_answer(self, hanako):
        accept(asked())
        tasks.work_interactive()
        assert results("024-000") == []

    def test_the_same_request_again_is_the_same_inquiry(self, hanako):
        first, again = accept(asked()), accept(asked())
        assert first[0].id == again[0].id
        assert Inquiry.objects.count() == 1

    def test_without_a_ground_it_is_refused_by_name_and_recorded(self, hanako):
        (refused,) = accept(replace(asked(), information_code="TM99000000000027"))
        assert (refused.state, refused.code) == ("refused", "no_ground")
        assert LinkageRecord.objects.get(kind="inquiry_refused").result == "refused"
        assert not Inquiry.objects.exists()

    def test_the_ground_is_the_one_of_its_day(self, act, far_end):
        numbered(act, number="J1", code="027-000", serial=1)
        accept(asked(), act=replace(now_act(), at=BEFORE_2024))
        assert Inquiry.objects.get().legal_basis.code == "inquire-74-tax"

    def test_who_has_no_number_or_no_individual_number_is_said(self, far_end):
        numbered(now_act(), number="J2", code="027-000", serial=None)
        answers = accept(asked("a", number="J404"), asked("b", number="J2"))
        assert [answer.code for answer in answers] == ["not_numbered", "no_individual_number"]

    def test_a_missing_code_is_acquired_and_the_inquiry_waits_by_itself(self, far_end, clock):
        numbered(now_act(), number="J1", code="027-000", serial=1)
        accept(asked())
        assert Inquiry.objects.get().state == "waiting_code"
        work_for_a_while(clock)
        tasks.work_interactive()
        assert results()[0].state == "answered"

    def test_by_file_in_masses(self, hanako, clock):
        accept(
            *(
                asked(f"k{n}", lane="batch", fiscal_year=year)
                for n, year in enumerate((2023, 2024, 2019))
            )
        )
        for _ in range(3):
            tasks.work_bulk()
        told = {result.request_key: result for result in results()}
        assert told["k0"].items["総所得金額等"] == "4100000"
        assert [told[key].state for key in ("k0", "k1", "k2")] == [
            "answered",
            "answered",
            "no_record",
        ]
        assert Exchange.objects.filter(work="ask", lane="batch").count() == 1

    def test_pages_of_results_neither_repeat_nor_skip(self, hanako):
        accept(*(asked(f"k{n}") for n in range(5)))
        tasks.work_interactive()
        seen, receipt = [], 0
        for _ in range(5):
            page = services.inquiry_results(
                system=system("027-000"), receipt=receipt, limit=2, act=now_act()
            )
            seen += [result.request_key for result in page.results]
            receipt = page.receipt
        assert sorted(seen) == [f"k{n}" for n in range(5)]

    def test_taken_back_before_it_went_out(self, far_end):
        numbered(now_act(), number="J1", code="027-000", serial=1)
        (accepted,) = accept(asked())
        services.cancel_inquiry(system=system("027-000"), inquiry_id=accepted.id, act=now_act())
        assert results()[0].state == "cancelled"

    def test_not_taken_back_once_it_is_out(self, hanako):
        (accepted,) = accept(asked())
        tasks.work_interactive()
        with pytest.raises(NotNow):
            services.cancel_inquiry(system=system("027-000"), inquiry_id=accepted.id, act=now_act())

    def test_a_paused_system_waits_and_says_so(self, hanako):
        pause = services.pause_queue(
            lane="interactive", system=system("027-000"), reason="点検", act=now_act()
        )
        (accepted,) = accept(asked())
        assert accepted.estimated_at is None
        assert "点検" in accepted.notice
        tasks.work_interactive()
        assert Inquiry.objects.get().state == "waiting"
        services.resume_queue(pause=pause, act=now_act())
        tasks.work_interactive()
        assert results()[0].state == "answered"


class TestClosed:
    def test_work_waits_while_the_platform_is_closed_and_goes_out_by_itself(
        self, hanako, far_end, clock
    ):
        far_end.control("close")
        accept(asked())
        forward(copy())
        tasks.work_interactive()
        tasks.work_bulk()
        assert results() == []
        assert not PlatformState.objects.get().is_open
        assert Exchange.objects.exclude(state="done").count() == 2
        far_end.control("open")
        tasks.check_platform()
        tasks.work_interactive()
        tasks.work_bulk()
        assert results()[0].state == "answered"
        assert Copy.objects.get().state == "forwarded"

    def test_nothing_is_sent_outside_the_hours_of_the_calendar(self, hanako, clock):
        for day in range(7):
            OperatingWindow.objects.create(
                day=day, opens_minute=480, closes_minute=1080, valid_from=date(2020, 1, 1)
            )
        clock.move_to(START + timedelta(hours=8))  # 20:00 in Japan
        accept(asked())
        tasks.work_interactive()
        assert results() == []
        tomorrow = opening(group="SKI", at=timezone.now())
        assert tomorrow.at.isoformat() == "2026-11-25T08:00:00+09:00"
        assert Exchange.objects.get(work="ask").due_at == tomorrow.at
        clock.move_to(START + timedelta(hours=20, minutes=1))  # 08:01
        tasks.work_interactive()
        assert results()[0].state == "answered"

    def test_after_some_failures_the_circuit_opens_and_no_storm_follows(
        self, hanako, far_end, clock
    ):
        far_end.control("faults", kind="server_error", count=50)
        accept(asked())
        for _ in range(8):
            tasks.work_interactive()
            clock.shift(timedelta(minutes=1))
        circuit = Circuit.objects.get(pk="SKI")
        assert circuit.failures >= 5
        assert circuit.broken_until
        assert Exchange.objects.get(work="ask").state == "ready"


class TestCrash:
    def test_a_message_sent_before_a_crash_is_not_taken_twice(self, hanako, far_end, clock):
        accept(asked())
        act = now_act()
        services.inquiries.prepare_inquiry_exchanges(lane="interactive", act=act)
        (exchange,) = exchanges.claim_exchanges(lanes=["interactive"], at=timezone.now())
        far_end.client.register_inquiries(
            [tasks.inquiries.as_inquiry(row) for row in services.inquiries.inquiries_in(exchange)]
        )
        # Killed here: the platform has it, we do not know. The lease expires.
        clock.shift(timedelta(minutes=3))
        tasks.work_interactive()
        assert results()[0].state == "answered"
        assert Inquiry.objects.get().reason == ""

    def test_who_lost_the_lease_settles_nothing(self, hanako, clock):
        accept(asked())
        services.inquiries.prepare_inquiry_exchanges(lane="interactive", act=now_act())
        (slow,) = exchanges.claim_exchanges(lanes=["interactive"], at=timezone.now())
        clock.shift(timedelta(minutes=3))
        (quick,) = exchanges.claim_exchanges(lanes=["interactive"], at=timezone.now())
        assert quick.pk == slow.pk
        assert exchanges.note_receipt(slow, "r1", at=timezone.now()) is False
        assert exchanges.note_receipt(quick, "r1", at=timezone.now()) is True


class TestProvision:
    def test_two_people_answer_what_may_not_be_answered_by_itself(self, hanako, far_end):
        forward(copy())
        tasks.work_bulk()
        services.set_answer_flags(
            system=system("027-000"),
            business_numbers=["J1"],
            no_automatic_answer=True,
            act=now_act(),
        )
        tasks.work_bulk()
        far_end.control("ask", item=30, integrated_number=hanako)
        assert tasks.look_for_provisions() == 1
        provision = Provision.objects.get()
        one, other = StaffFactory(), StaffFactory()
        services.answer_provision(
            provision=provision,
            answer="no_record",
            items={},
            reason="確認済",
            act=now_act(staff=one),
        )
        with pytest.raises(NotPermitted, match="別の職員"):
            services.permit_provision(provision=provision, act=now_act(staff=one))
        services.permit_provision(provision=provision, act=now_act(staff=other))
        tasks.work_interactive()
        provision.refresh_from_db()
        assert provision.state == "sent"

    def test_what_the_platform_answered_by_itself_is_recorded_here_once(self, hanako, far_end):
        forward(copy())
        tasks.work_bulk()
        far_end.control("ask", item=26, integrated_number=hanako)
        far_end.control("ask", item=999, integrated_number=hanako)
        for _ in range(2):
            assert tasks.fetch_exchange_records()
            tasks.work_bulk()
        kept = LinkageRecord.objects.filter(kind="platform_record_provided").order_by("pk")
        assert [record.result for record in kept] == ["done", "refused"]
        assert kept[0].provided_at
