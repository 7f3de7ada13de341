"""情報提供 by two people, and 情報提供等記録 beside ours, through services, workers and the far end."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from gateway import services, tasks
from gateway.models import Exchange, ExchangeRecord, FeedReceipt, Inquiry, Provision
from sapporo_base.acts import NotNow, NotPermitted
from sapporo_base.models import LegalBasis, LinkageRecord, LinkageRecordSubject
from tests.factories import StaffFactory, system
from tests.gateway.flows import accept, asked, copy, forward, now_act

pytestmark = pytest.mark.django_db


@pytest.fixture
def held_back(hanako, far_end):
    """A person with a copy who stands under 自動応答不可."""
    forward(copy())
    tasks.work_bulk()
    services.set_answer_flags(
        system=system("027-000"), business_numbers=["J1"], no_automatic_answer=True, act=now_act()
    )
    tasks.work_bulk()
    return hanako


def ask(far_end, number, item=26, count=1):
    for _ in range(count):
        far_end.control("ask", item=item, integrated_number=number)
    tasks.look_for_provisions()
    return list(Provision.objects.order_by("pk"))


def answer(provision, *, by, kind="provide", items=None):
    return services.answer_provision(
        provision=provision,
        answer=kind,
        items={"受給者区分": "1"} if items is None else items,
        reason="根拠を確認した",
        act=now_act(staff=by),
    )


def by(staff=None, reason=""):
    return now_act(staff=staff or StaffFactory(), reason=reason)


def fetched():
    tasks.fetch_exchange_records()
    tasks.work_bulk()
    return ExchangeRecord.objects.order_by("sequence")


class TestDesk:
    def test_who_waits_is_shown_with_the_day_by_which_an_answer_is_due(self, held_back, far_end):
        (provision,) = ask(far_end, held_back)

        assert provision.answer_due_at == provision.asked_at + timedelta(days=3)
        assert provision.copy_items["受給者区分"] == "1"

    def test_what_was_answered_is_what_the_platform_sent(self, held_back, far_end):
        (provision,) = ask(far_end, held_back)
        answer(provision, by=StaffFactory())
        services.permit_provision(provision=provision, act=by())
        tasks.work_interactive()
        tasks.work_bulk()

        provision.refresh_from_db()
        assert (provision.state, provision.sent_differs) == ("sent", False)
        assert provision.sent_items == {"受給者区分": "1"}
        assert far_end.http.get(f"/control/ask/{provision.provision_id}").json()["items"] == {
            "受給者区分": "1"
        }

    def test_several_are_permitted_at_once_and_go_as_a_file(self, held_back, far_end):
        rows = ask(far_end, held_back, count=2)
        for row in rows:
            answer(row, by=StaffFactory(), kind="refuse", items={})

        services.permit_provisions(ids=[row.pk for row in rows], act=by())
        for _ in range(3):
            tasks.work_interactive()
            tasks.work_bulk()

        assert set(Provision.objects.values_list("state", "sent_differs")) == {("sent", False)}
        steps = Exchange.objects.filter(work__in=["answer", "permit", "fetch_provided"])
        assert list(steps.order_by("pk").values_list("interface_id", flat=True)) == [
            "IF_TKY_20323",
            "IF_TKY_20523",
            "IF_TKY_11923",
        ]

    def test_more_than_a_message_holds_come_by_file(self, held_back, far_end):
        for _ in range(101):
            far_end.control("ask", item=26, integrated_number=held_back)
        assert tasks.look_for_provisions() == 0

        tasks.work_bulk()
        tasks.work_bulk()

        assert Provision.objects.count() == 101

    def test_an_answer_is_returned_with_a_reason_and_registered_anew(self, held_back, far_end):
        (provision,) = ask(far_end, held_back)
        clerk, chief = StaffFactory(), StaffFactory()
        answer(provision, by=clerk)
        with pytest.raises(NotPermitted):
            services.return_provision(provision=provision, act=by(clerk, "自分"))

        services.return_provision(provision=provision, act=by(chief, "項目が多い"))

        provision.refresh_from_db()
        assert (provision.state, provision.return_reason) == ("waiting", "項目が多い")
        with pytest.raises(NotNow):
            services.permit_provision(provision=provision, act=by(chief))
        answer(provision, by=clerk)
        services.permit_provision(provision=provision, act=by(chief))

    def test_four_eyes_hold_in_the_database(self, held_back, far_end):
        (provision,) = ask(far_end, held_back)
        clerk = StaffFactory()
        answer(provision, by=clerk)

        for fields in (
            {"permitted_by": clerk},
            {"permitted_by": StaffFactory(), "answered_by": None},
            {"state": "sent"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Provision.objects.filter(pk=provision.pk).update(**fields)

    def test_one_that_was_taken_back_waits_no_more(self, held_back, far_end):
        (provision,) = ask(far_end, held_back)
        far_end.control("withdraw", provision_id=provision.provision_id)

        tasks.look_for_provisions()

        provision.refresh_from_db()
        assert provision.state == "withdrawn"
        with pytest.raises(NotNow):
            answer(provision, by=StaffFactory())

    def test_one_taken_back_at_the_last_moment_is_not_said_to_be_sent(self, held_back, far_end):
        (provision,) = ask(far_end, held_back)
        answer(provision, by=StaffFactory())
        services.permit_provision(provision=provision, act=by())
        far_end.control("withdraw", provision_id=provision.provision_id)

        tasks.work_interactive()
        tasks.work_bulk()

        provision.refresh_from_db()
        assert provision.state == "withdrawn"

    def test_a_crash_between_answer_and_permission_sends_once(self, held_back, far_end, clock):
        (provision,) = ask(far_end, held_back)
        answer(provision, by=StaffFactory())
        services.permit_provision(provision=provision, act=by())
        # Killed after the platform took the answer and the permission, before we noted either.
        far_end.client.register_answer(provision.provision_id, "provide", {"受給者区分": "1"})
        far_end.client.permit_sending(provision.provision_id)

        tasks.work_interactive()
        tasks.work_bulk()

        provision.refresh_from_db()
        assert provision.state == "sent"
        assert [r.outcome for r in fetched()] == ["provided"]


class TestRecords:
    def test_what_the_platform_answered_from_copies_tells_who_got_what_about_a_person(
        self, hanako, far_end
    ):
        forward(copy())
        tasks.work_bulk()
        far_end.control("ask", item=26, integrated_number=hanako)

        (record,) = fetched()

        assert (record.side, record.comparison) == ("provider", "equal")
        about = LinkageRecordSubject.objects.filter(number=hanako).values("record_id")
        told = LinkageRecord.objects.get(kind="platform_record_provided", pk__in=about)
        assert (told.inquirer, told.provider) == ("北海道知事", "札幌市長")
        assert sorted(told.items) == ["受給者区分", "支給"]
        assert told.pk == record.linkage_record

    def test_the_same_file_twice_keeps_each_record_once(self, hanako, far_end):
        far_end.control("ask", item=26, integrated_number=hanako)
        assert fetched().count() == 1
        FeedReceipt.objects.filter(feed="platform exchange records").update(receipt=0)

        assert fetched().count() == 1
        assert LinkageRecord.objects.filter(kind="platform_record_provided").count() == 1

    def test_our_own_inquiry_and_the_platform_s_record_of_it_are_compared(self, hanako, far_end):
        accept(asked())
        for _ in range(3):
            tasks.work_interactive()
        (record,) = fetched()
        assert (record.side, record.comparison) == ("inquirer", "equal")

        Inquiry.objects.update(provider_code="0220113110101700")
        tasks.compare_exchange_records()

        record.refresh_from_db()
        assert (record.comparison, record.difference) == ("differs", "異なる項目: 情報提供者")

    def test_an_inquiry_that_we_never_made_is_found(self, hanako, far_end):
        accept(asked())
        for _ in range(3):
            tasks.work_interactive()
        Inquiry.objects.update(record_id="other")

        (record,) = fetched()

        assert record.comparison == "only_there"

    def test_one_that_the_platform_lacks_is_found_after_a_day(self, hanako, far_end, clock):
        accept(asked())
        for _ in range(3):
            tasks.work_interactive()
        assert tasks.compare_exchange_records() == 0
        clock.shift(timedelta(days=2))

        assert tasks.compare_exchange_records() == 1
        assert tasks.compare_exchange_records() == 1
        assert ExchangeRecord.objects.get().comparison == "missing_there"

        (record,) = fetched()
        assert record.comparison == "equal"

    def test_a_provision_without_ground_or_copy_is_found(self, hanako, far_end):
        forward(copy())
        tasks.work_bulk()
        far_end.control("ask", item=26, integrated_number=hanako)
        LegalBasis.objects.filter(kind="provide").delete()

        (record,) = fetched()

        assert record.comparison == "not_allowed"

    def test_a_difference_is_looked_into_once_and_the_reason_stays(self, hanako, far_end):
        forward(copy())
        tasks.work_bulk()
        far_end.control("ask", item=26, integrated_number=hanako)
        LegalBasis.objects.filter(kind="provide").delete()
        (record,) = fetched()

        services.confirm_record(record=record, act=by(reason="J-LISに照会し誤りと判明"))
        tasks.compare_exchange_records()

        record.refresh_from_db()
        assert (record.comparison, record.confirmed_because) == (
            "confirmed",
            "J-LISに照会し誤りと判明",
        )
        with pytest.raises(NotNow):
            services.confirm_record(record=record, act=by(reason="再度"))

    def test_records_are_marked_not_to_be_shown_and_shown_again(self, hanako, far_end):
        far_end.control("ask", item=26, integrated_number=hanako)
        (record,) = fetched()

        for withheld in (True, False):
            services.withhold_records(ids=[record.pk], withheld=withheld, act=by(reason="申出"))
            tasks.work_bulk()
            record.refresh_from_db()
            assert record.not_disclosed is withheld
            assert far_end.platform.state.records[0]["withheld"] is withheld
