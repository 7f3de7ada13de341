"""A rejected row is mended by a person and received by the same path; nothing newer is overwritten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.db import connection

from integrated_address.models import IndividualNumber
from resident_basic import services
from resident_basic.models import ResidentVersion
from resident_basic.rules.items import register_layout
from sapporo_base.acts import InvalidRequest, NotFound, NotNow
from sapporo_base.models import BatchRun, LinkageRecord, RejectedRow
from tests.factories import StaffFactory
from tests.resident_basic.factories import a_file, a_resident_number, an_individual_number, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(act):
    """The act of who handles rejected rows, an hour after the file."""
    staff = StaffFactory(roles=("連携運用担当",))
    return replace(act, staff=staff, path="admin", at=act.at + timedelta(hours=1))


@pytest.fixture
def reject(act, tmp_path):
    """Receive a file with this one row, which is rejected."""

    def rejected(*rows):
        services.receive_residents(path=a_file(tmp_path / "f.csv", *rows), act=act)
        return RejectedRow.objects.earliest("pk")

    return rejected


def opened(rejected, operator):
    return services.open_row_to_mend(rejected=rejected, reason="訂正のため", act=operator)


def mend(rejected, operator, individual_number=None, **changes):
    values = {**services.open_row_to_mend(rejected=rejected, reason="訂正", act=operator).values}
    return services.mend_rejected_row(
        rejected=rejected,
        values=values | changes,
        individual_number=individual_number,
        reason="住基に確認",
        act=operator,
    )


class TestMending:
    def test_a_mended_row_is_received_and_says_by_whom_and_why(self, reject, operator):
        rejected = reject(row(sex="7"))
        counts = mend(rejected, operator, sex="2")

        rejected.refresh_from_db()
        assert counts.new_residents == 1
        assert ResidentVersion.objects.get().batch_number == rejected.batch_id
        assert (rejected.state, rejected.settled_by, rejected.settled_reason) == (
            "mended",
            operator.staff.staff_number,
            "住基に確認",
        )
        assert LinkageRecord.objects.get(kind="rejected_row_mended").items == ["sex"]
        assert LogEntry.objects.get_for_object(rejected).filter(changes__has_key="state").exists()

    def test_all_that_is_wrong_is_named_at_once(self, reject, operator):
        found = opened(reject(row(sex="7", processed_time="25:00:00")), operator)

        assert set(found.wrong) == {"sex", "processed_time"}
        with pytest.raises(InvalidRequest) as refused:
            mend(found.rejected, operator, sex="2")
        assert list(refused.value.fields) == ["processed_time"]
        found.rejected.refresh_from_db()
        assert found.rejected.state == "open"

    def test_the_individual_number_stays_sealed_and_arrives(self, reject, operator):
        number = an_individual_number()
        rejected = reject(row(sex="7", individual_number=number))
        found = opened(rejected, operator)

        assert found.has_number
        assert number not in repr(found)
        mend(rejected, operator, sex="2")
        assert IndividualNumber.objects.count() == 1

    def test_a_wrong_individual_number_must_be_typed_anew(self, reject, operator):
        wrong, right = "999900000000", an_individual_number()
        rejected = reject(row(individual_number=wrong))
        assert opened(rejected, operator).wrong.keys() == {"individual_number"}

        with pytest.raises(InvalidRequest) as kept:
            mend(rejected, operator)
        with pytest.raises(InvalidRequest) as still_wrong:
            mend(rejected, operator, individual_number="999900000001")
        mend(rejected, operator, individual_number=right)

        assert list(kept.value.fields) == list(still_wrong.value.fields) == ["individual_number"]
        assert "999900000001" not in repr(still_wrong.value.fields)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM auditlog_logentry e WHERE e::text LIKE %s", [f"%{right}%"]
            )
            assert cursor.fetchone() == (0,)

    def test_a_row_whose_other_fault_came_first_keeps_no_wrong_number(self, reject, operator):
        found = opened(reject(row(sex="7", individual_number="999900000000")), operator)

        assert found.wrong.keys() == {"sex", "individual_number"}

    def test_a_second_row_of_a_file_is_mended_to_its_own_history(self, reject, operator):
        number = an_individual_number()
        one = row(individual_number=number)
        rejected = reject(one, one)
        assert opened(rejected, operator).has_number

        mend(rejected, operator, history_number="2", event_id="E-SECOND")

        assert ResidentVersion.objects.filter(superseded_at__isnull=True).count() == 2

    def test_a_row_that_could_not_be_cut_says_so(self, act, tmp_path, operator):
        path = a_file(tmp_path / "f.csv", row())
        path.write_text(
            path.read_text(encoding="utf-8").replace("札幌　花子,", "札幌　花子", 1),
            encoding="utf-8",
            newline="",
        )
        services.receive_residents(path=path, act=act)

        found = opened(RejectedRow.objects.get(), operator)

        assert not found.is_cut
        assert set(found.values) <= set(register_layout().names)


class TestWhatIsNewer:
    @pytest.mark.parametrize("processed", ["09:00:00", "11:00:00"])
    def test_a_history_received_since_is_never_overwritten(
        self, reject, operator, act, tmp_path, processed
    ):
        one = row(sex="7", name="札幌　旧子")
        rejected = reject(one)
        later = replace(act, at=act.at + timedelta(minutes=10))
        again = one | {"sex": "2", "name": "札幌　新子", "processed_time": processed}
        services.receive_residents(path=a_file(tmp_path / "g.csv", again), act=later)

        with pytest.raises(NotNow):
            mend(rejected, operator, sex="2")

        assert ResidentVersion.objects.get().name == "札幌　新子"
        rejected.refresh_from_db()
        assert rejected.state == "open"

    def test_an_older_history_takes_its_place_below_the_newer(
        self, reject, operator, act, tmp_path
    ):
        number = a_resident_number()
        rejected = reject(row(resident_number=number, sex="7"))
        second = row(resident_number=number, history_number=2, changed_on="2026-10-20")
        services.receive_residents(path=a_file(tmp_path / "g.csv", second), act=act)

        mend(rejected, operator, sex="2")

        assert ResidentVersion.objects.get(is_latest=True).history_number == 2

    def test_it_is_mended_once(self, reject, operator):
        rejected = reject(row(sex="7"))
        mend(rejected, operator, sex="2")
        with pytest.raises(NotNow):
            mend(rejected, operator, sex="1")


def test_the_same_file_again_opens_nothing_that_was_settled(reject, operator, act, tmp_path):
    rejected = reject(row(sex="7"), row(sex="8"))
    mend(rejected, operator, sex="2")

    again = services.receive_residents(path=tmp_path / "f.csv", act=act)

    assert again.rejected == 2
    assert RejectedRow.objects.count() == 2
    assert RejectedRow.objects.filter(state="open").count() == 1
    assert "以前の受領で登録済み" in BatchRun.objects.latest("pk").message


def test_a_reason_is_needed_to_open_it(reject, operator):
    with pytest.raises(InvalidRequest):
        services.open_row_to_mend(rejected=reject(row(sex="7")), reason=" ", act=operator)


def test_a_row_of_another_register_is_not_mended_here(reject, operator):
    rejected = reject(row(sex="7"))
    BatchRun.objects.update(kind="receive_taxes")
    rejected.refresh_from_db()
    with pytest.raises(NotFound):
        opened(RejectedRow.objects.get(), operator)
