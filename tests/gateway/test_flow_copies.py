"""副本, their flags, comparison, versions and end, through the services, the workers and the far end."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from gateway import services, tasks
from gateway.models import (
    Copy,
    CopyDifference,
    CopyError,
    CopyInspection,
    Exchange,
    PublicationEnd,
    Reconciliation,
)
from gateway.services import copies
from sapporo_base.acts import InvalidRequest, NotNow, NotPermitted
from sapporo_base.models import LinkageRecord
from tests.factories import StaffFactory
from tests.gateway.far_end import CHILD_ALLOWANCE
from tests.gateway.flows import acquire, copy, forward, now_act
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db


@pytest.fixture
def taro(far_end, clock):
    """Another person with a 符号, under 児童手当's number J2."""
    person = numbered(now_act(), number="J2", code="027-000", serial=2).integrated_number
    acquire(clock)
    return person


def staff_act(**changes):
    return now_act(staff=StaffFactory(), reason="確認のため", **changes)


def there(far_end):
    held = far_end.state()["copies"].get(CHILD_ALLOWANCE)
    return held["count"] if held else 0


def reconciled():
    tasks.reconcile_copies(CHILD_ALLOWANCE)
    return Reconciliation.objects.order_by("-pk").first()


class TestOnTheirWay:
    def test_one_copy_goes_online_and_several_go_as_a_file(self, hanako, taro):
        forward(copy())
        tasks.work_bulk()
        forward(copy(amount="15000"), copy("J2"))
        tasks.work_bulk()

        sent = Exchange.objects.filter(work="register_copies").order_by("pk")
        assert list(sent.values_list("interface_id", "item_count")) == [
            ("IF_DBM_10111", 1),
            ("IF_DBM_20113", 2),
        ]
        assert set(Copy.objects.values_list("state", flat=True)) == {"forwarded"}
        assert reconciled().state == "equal"

    def test_one_is_deleted_online(self, hanako, far_end):
        forward(copy())
        tasks.work_bulk()
        forward(copy(withdrawn=True))
        tasks.work_bulk()

        assert there(far_end) == 0
        assert Exchange.objects.get(work="delete_copies").interface_id == "IF_DBM_10111"
        assert Copy.objects.get().state == "deleted"

    def test_of_one_person_never_two_messages_are_under_way(self, hanako, clock):
        forward(copy())
        copies.prepare_copy_exchanges(act=now_act())
        clock.shift(timedelta(seconds=1))
        forward(copy(key="2027-02"), copy(withdrawn=True))

        assert copies.prepare_copy_exchanges(act=now_act()) == 0

        tasks.work_bulk()
        tasks.work_bulk()
        assert sorted(Copy.objects.values_list("state", flat=True)) == ["deleted", "forwarded"]

    def test_staff_send_one_at_once_and_before_the_masses(self, hanako, far_end):
        forward(copy())
        (row,) = Copy.objects.all()

        services.send_copy_now(copy=row, act=staff_act())
        tasks.work_interactive()

        row.refresh_from_db()
        assert row.state == "forwarded"
        assert there(far_end) == 1
        assert Exchange.objects.get(work="register_copies").lane == "interactive"

    def test_one_that_is_under_way_is_not_sent_beside_it(self, hanako):
        forward(copy())
        copies.prepare_copy_exchanges(act=now_act())

        with pytest.raises(NotNow, match="送信中"):
            services.send_copy_now(copy=Copy.objects.get(), act=staff_act())


class TestVersions:
    def test_what_the_platform_held_is_kept_with_its_span(self, hanako, clock):
        forward(copy(amount="10000"))
        tasks.work_bulk()
        first = Copy.objects.get().forwarded_at
        clock.shift(timedelta(days=1))
        forward(copy(amount="15000"))
        tasks.work_bulk()

        (version,) = Copy.objects.get().versions.all()
        assert version.items["支給"][0]["支給額"] == "10000"
        assert version.held_from == first
        assert version.held_until > first + timedelta(days=1) - timedelta(minutes=1)

    def test_what_never_reached_the_platform_was_no_version(self, hanako, clock):
        forward(copy(amount="10000"))
        forward(copy(amount="15000"))
        tasks.work_bulk()

        assert Copy.objects.get().versions.count() == 0

    def test_what_changed_while_it_was_under_way_was_held_for_a_while(self, hanako, clock):
        forward(copy(amount="10000"))
        copies.prepare_copy_exchanges(act=now_act())
        forward(copy(amount="15000"))
        tasks.work_bulk()
        tasks.work_bulk()

        (version,) = Copy.objects.get().versions.all()
        assert version.items["支給"][0]["支給額"] == "10000"
        assert version.held_from <= version.held_until
        assert Copy.objects.get().state == "forwarded"

    def test_a_deleted_copy_ends_its_version(self, hanako):
        forward(copy())
        tasks.work_bulk()
        forward(copy(withdrawn=True))
        tasks.work_bulk()

        (version,) = Copy.objects.get().versions.all()
        assert version.held_until is not None


class TestDifferences:
    @pytest.mark.parametrize(
        ("what", "kind"),
        [("lose", "missing_there"), ("spoil", "differs"), ("invent", "unknown_here")],
    )
    def test_each_is_named_mended_and_found_no_more(self, hanako, far_end, what, kind):
        forward(copy())
        tasks.work_bulk()
        far_end.control("tamper", what=what)
        assert reconciled().difference_count == 1
        (found,) = CopyDifference.objects.all()
        assert (found.kind, found.state) == (kind, "open")

        planned = services.mend_differences(ids=[found.pk], act=staff_act(), dry_run=True)
        found.refresh_from_db()
        assert found.state == "open"
        done = services.mend_differences(ids=[found.pk], act=staff_act())
        tasks.work_bulk()

        assert planned == done
        found.refresh_from_db()
        assert found.state == "mended"
        assert reconciled().state == "equal"
        assert there(far_end) == 1

    def test_many_are_mended_at_once(self, hanako, taro, far_end):
        forward(copy(), copy("J2"))
        tasks.work_bulk()
        far_end.control("tamper", what="lose", count=1)
        far_end.control("tamper", what="invent", count=1)
        reconciled()

        ids = list(CopyDifference.objects.values_list("pk", flat=True))
        done = services.mend_differences(ids=ids, act=staff_act())
        tasks.work_bulk()

        assert (done.sent_again, done.deleted_there, done.left) == (1, 1, 0)
        assert reconciled().state == "equal"

    def test_what_is_under_way_is_no_difference(self, hanako):
        forward(copy())
        tasks.work_bulk()
        forward(copy(amount="15000"))

        found = reconciled()

        assert (found.state, found.in_flight, found.difference_count) == ("equal", 1, 0)
        assert not CopyDifference.objects.exists()

    def test_one_that_vanished_by_itself_says_so(self, hanako, far_end):
        forward(copy())
        tasks.work_bulk()
        Copy.objects.update(digest=b"x" * 32)
        reconciled()
        digest = far_end.client.copies_held(CHILD_ALLOWANCE, hanako[-2:])[0].digest
        Copy.objects.update(digest=digest)

        assert reconciled().state == "equal"
        assert CopyDifference.objects.get().state == "gone"


class TestPublicationEnds:
    ENDS_ON = date(2026, 12, 31)

    def drafted(self):
        return services.draft_publication_end(
            information_code=CHILD_ALLOWANCE,
            layout_version="0001",
            ends_on=self.ENDS_ON,
            act=staff_act(),
        )

    def test_two_people_end_a_version_here_and_there(self, hanako, far_end):
        forward(copy())
        tasks.work_bulk()

        services.decide_publication_end(end=self.drafted(), act=staff_act())
        tasks.work_bulk()

        end = PublicationEnd.objects.get()
        assert (end.state, end.ended_count) == ("done", 1)
        assert Copy.objects.get().published_until == self.ENDS_ON
        assert Copy.objects.get().state == "forwarded"
        assert reconciled().state == "equal"

    def test_who_drafted_does_not_decide_not_even_in_the_database(self, hanako):
        forward(copy())
        end = self.drafted()

        with pytest.raises(NotPermitted, match="別の職員"):
            services.decide_publication_end(end=end, act=now_act(staff=end.drafted_by))
        end.decided_by = end.drafted_by
        with pytest.raises(IntegrityError), transaction.atomic():
            end.save()

    def test_it_is_taken_back_before_the_platform_carries_it_out(self, hanako, far_end):
        far_end.control("settings", end_delay=3600)
        forward(copy())
        tasks.work_bulk()
        end = services.decide_publication_end(end=self.drafted(), act=staff_act())
        tasks.work_bulk()
        end.refresh_from_db()
        assert end.state == "registered"

        services.cancel_publication_end(end=end, act=staff_act())
        tasks.work_bulk()

        end.refresh_from_db()
        assert end.state == "cancelled"
        assert Copy.objects.get().published_until == copies.OPEN_END

    def test_a_late_copy_of_the_version_ends_with_it_or_is_named(self, hanako):
        forward(copy())
        tasks.work_bulk()
        services.decide_publication_end(end=self.drafted(), act=staff_act())
        tasks.work_bulk()

        forward(copy(key="2027-02"))
        late = copies.CopyData(
            business_number="J1",
            dataset="0001",
            key="2027-04",
            items={"受給者区分": "1"},
            published_from=date(2027, 4, 1),
        )
        forward(late)

        assert Copy.objects.get(key="2027-02").published_until == self.ENDS_ON
        assert CopyError.objects.get().code == "publication_ended"

    def test_nothing_to_end_is_said(self, hanako):
        with pytest.raises(InvalidRequest, match="対象"):
            self.drafted()


class TestInspections:
    def looked(self, kind, row=None):
        asked = services.inspect_copy(copy=row or Copy.objects.get(), kind=kind, act=staff_act())
        tasks.work_interactive()
        asked.refresh_from_db()
        return asked

    @pytest.fixture
    def one_copy(self, hanako, far_end):
        forward(copy())
        tasks.work_bulk()
        far_end.control("ask", item=26, integrated_number=hanako)

    def test_staff_see_what_the_platform_holds_would_answer_and_has_told(self, one_copy):
        detail, search, told, flags = (
            self.looked(kind).answer for kind in ("detail", "search", "recipients", "flags")
        )

        assert detail["digest"] == Copy.objects.get().digest.hex()
        assert search["items"]["受給者区分"] == "1"
        assert told["recipients"][0]["asker"].startswith("北海道知事")
        assert flags["no_automatic_answer"] is False

    def test_each_look_is_recorded_and_its_content_is_dropped_after_a_day(self, one_copy, clock):
        asked = self.looked("detail")
        assert LinkageRecord.objects.filter(kind="platform_copy_inspected").count() == 1

        clock.shift(timedelta(hours=25))
        assert tasks.discard_inspections() == 1

        asked.refresh_from_db()
        assert (asked.state, asked.answer) == ("discarded", {})
        assert LinkageRecord.objects.filter(kind="platform_copies_discarded").count() == 1

    def test_who_was_told_of_many_comes_by_file(self, one_copy):
        asked = services.inspect_recipients(copies=list(Copy.objects.all()), act=staff_act())
        tasks.work_bulk()

        assert Exchange.objects.get(work="inspect").interface_id == "IF_DBM_60423"
        (one,) = CopyInspection.objects.filter(pk__in=[a.pk for a in asked])
        assert [r["asker"][:5] for r in one.answer["recipients"]] == ["北海道知事"]

    def test_nobody_looks_without_being_signed_in(self, one_copy):
        with pytest.raises(NotPermitted):
            services.inspect_copy(copy=Copy.objects.get(), kind="detail", act=now_act())
