"""What a reception makes of the register, and what a receiver is given of it."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection

from resident_basic import services
from resident_basic.models import ResidentVersion, SupportMeasure
from sapporo_base.acts import Act, InvalidRequest
from sapporo_base.models import BatchRun, LinkageRecord, RejectedRow
from tests.factories import system
from tests.resident_basic.factories import a_file, an_individual_number, row

pytestmark = pytest.mark.django_db


def versions(number):
    return list(
        ResidentVersion.objects.filter(resident_number=number, superseded_at__isnull=True).order_by(
            "history_number"
        )
    )


class TestReception:
    def test_the_same_file_again_changes_nothing(self, act, tmp_path):
        path = a_file(tmp_path / "f.csv", row(individual_number=an_individual_number()), row())
        first = services.receive_residents(path=path, act=act)
        again = services.receive_residents(path=path, act=act)

        assert (first.counts.new_versions, first.counts.numbered) == (2, 2)
        assert (again.counts.new_versions, again.counts.unchanged) == (0, 2)

    def test_a_row_twice_in_a_file_is_rejected_once(self, act, tmp_path):
        one = row()
        receipt = services.receive_residents(path=a_file(tmp_path / "f.csv", one, one), act=act)

        assert (receipt.rejected, receipt.counts.new_versions) == (1, 1)
        assert RejectedRow.objects.get().row_number == 2

    def test_a_rehearsal_stores_no_resident(self, act, tmp_path):
        path = a_file(tmp_path / "f.csv", row())
        receipt = services.receive_residents(path=path, act=act, dry_run=True)

        assert receipt.counts.new_residents == 1
        assert not ResidentVersion.objects.exists()
        # What only a merge finds out is not told as "none".
        assert not {"gaps", "numbered", "protected"} & set(BatchRun.objects.get().counts)

    def test_a_file_cut_in_the_middle_is_refused_whole(self, act, tmp_path):
        path = a_file(tmp_path / "f.csv", row(), row())
        path.write_bytes(path.read_bytes()[:-10])

        with pytest.raises(services.FileNotReceived):
            services.receive_residents(path=path, act=act)
        assert not ResidentVersion.objects.exists()


class TestEvents:
    def test_history_numbers_out_of_order_end_right(self, register_act):
        first = row()
        number = first["resident_number"]
        third = row(resident_number=number, history_number=3, changed_on="2026-10-20")
        second = row(resident_number=number, history_number=2, changed_on="2026-10-10")
        services.receive_event(values=first, act=register_act)
        gap = services.receive_event(values=third, act=register_act)
        services.receive_event(values=second, act=register_act)

        assert gap.missing_history_numbers == (2,)
        assert [one.is_latest for one in versions(number)] == [False, False, True]
        assert [one.valid_until for one in versions(number)] == [
            date(2026, 10, 10),
            date(2026, 10, 20),
            None,
        ]

    def test_the_same_event_again_changes_nothing(self, register_act):
        one = row()
        assert services.receive_event(values=one, act=register_act).is_new
        assert not services.receive_event(values=one, act=register_act).is_new

    def test_the_same_event_with_other_content_is_refused(self, register_act):
        one = row()
        services.receive_event(values=one, act=register_act)
        with pytest.raises(services.EventDiffers):
            services.receive_event(values=one | {"name": "札幌　良子"}, act=register_act)

    def test_a_correction_keeps_what_was_known(self, register_act):
        one = row()
        services.receive_event(values=one, act=register_act)
        services.receive_event(
            values=one | {"event_id": "E9", "name": "札幌　良子"}, act=register_act
        )

        assert [v.name for v in versions(one["resident_number"])] == ["札幌　良子"]
        assert ResidentVersion.objects.filter(superseded_at__isnull=False).count() == 1

    def test_a_cancelled_move_was_never_true(self, register_act):
        one = row()
        number = one["resident_number"]
        services.receive_event(values=one, act=register_act)
        for history, reason in ((2, "21"), (3, "59")):
            services.receive_event(
                values=row(
                    resident_number=number,
                    history_number=history,
                    change_reason=reason,
                    changed_on="2026-10-10",
                ),
                act=register_act,
            )
        moved = versions(number)[1]
        assert moved.valid_from == moved.valid_until

    def test_a_wrong_item_is_named(self, register_act):
        with pytest.raises(InvalidRequest) as refusal:
            services.receive_event(values=row(sex="7"), act=register_act)
        assert list(refusal.value.fields) == ["sex"]


class TestDisclosure:
    def test_nobody_without_approval_is_given_anything(self, act):
        with pytest.raises(services.NoApproval):
            services.disclose_changes(
                receipt=0, limit=10, act=replace(act, system=system("017-000"))
            )
        assert LinkageRecord.objects.filter(result="refused").count() == 1

    def test_only_approved_items_leave_and_the_rest_is_named(self, register_act, approve):
        services.receive_event(values=row(), act=register_act)
        receiver = approve("017-000", "name", "born_on", reductions={"born_on": "year"})
        page = services.disclose_changes(receipt=0, limit=10, act=receiver)

        assert page.changes[0].items == {
            "name": "札幌　花子",
            "born_on": "1990",
            "born_on_unknown": "",
        }
        assert {"sex", "individual_number"} <= set(page.changes[0].withheld)

    def test_individual_number_goes_only_to_those_approved_for_it(self, register_act, approve):
        number = an_individual_number()
        services.receive_event(values=row(individual_number=number), act=register_act)
        health = approve("024-000", "name", individual_number=True)
        school = approve("017-000", "name")

        given = services.disclose_changes(receipt=0, limit=9, act=health).changes[0]
        assert given.items["individual_number"] == number
        assert number not in repr(services.disclose_changes(receipt=0, limit=9, act=school))

    def test_a_record_of_a_look_up_says_whether_an_individual_number_was_in_it(
        self, register_act, approve
    ):
        one = row(individual_number=an_individual_number())
        services.receive_event(values=one, act=register_act)
        for receiver in (
            approve("024-000", "name", individual_number=True),
            approve("017-000", "name"),
        ):
            services.disclose_residents(numbers=[one["resident_number"]], act=receiver)

        told = LinkageRecord.objects.filter(kind="resident_disclosed", result="done")
        assert dict(told.values_list("receiver_code", "opened_individual_number")) == {
            "024-000": True,
            "017-000": False,
        }

    def test_no_address_of_a_protected_person_leaves_without_the_right(self, register_act, approve):
        one = row(support_measure="1", support_subject="1", support_from="2026-10-01")
        services.receive_event(values=one, act=register_act)
        receiver = approve("017-000", "name", "town", "household_number")
        found = services.disclose_residents(numbers=[one["resident_number"]], act=receiver)[0]

        assert SupportMeasure.objects.get().ended_at is None
        assert (found.items["town"], found.is_suppressed) == (None, True)
        assert {"town", "household_number"} <= set(found.withheld)


def test_no_individual_number_stands_in_any_table_of_this_app(act, tmp_path):
    number = an_individual_number()
    path = a_file(tmp_path / "f.csv", row(individual_number=number))
    services.receive_residents(path=path, act=Act(at=act.at, path="file"))

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE 'resident\\_basic\\_%'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{number}%"])
            assert cursor.fetchone() == (0,)
