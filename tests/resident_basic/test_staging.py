"""A full set that the register knows in the main: the known rows are found early, the rest is judged."""

from dataclasses import replace
from datetime import timedelta

import pytest

from resident_basic import services
from resident_basic.models import ReconciliationDifference, ResidentVersion
from resident_basic.rules import intake
from resident_basic.services import staging
from sapporo_base.models import RejectedRow
from tests.resident_basic.factories import a_file, a_resident_number, an_individual_number, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _every_file_is_worth_comparing(monkeypatch, settings):
    monkeypatch.setattr(staging, "_ROWS_WORTH_COMPARING", 1)
    settings.RESIDENT_FILE_SUSPICIOUS_FLOOR = 100


@pytest.fixture
def read_closely(monkeypatch):
    """The numbers of the rows that were decoded and judged."""
    rows = []

    def pack(chunk):
        rows.extend(chunk.rows)
        rows.extend(reject.row for reject in chunk.rejects)
        return intake.pack(chunk)

    monkeypatch.setattr(staging, "pack", pack)
    return rows


@pytest.fixture
def city():
    return [
        row(household_number=a_resident_number(), individual_number=an_individual_number())
        for _ in range(20)
    ]


@pytest.fixture
def receive(act, tmp_path, read_closely):
    """Receive a full set of the week; what was read closely before is forgotten."""

    def received(*rows, week=0, **options):
        read_closely.clear()
        path = a_file(tmp_path / f"juki_full_202611{8 + week:02d}.csv", *rows)
        then = replace(act, at=act.at + timedelta(days=7 * week))
        return services.receive_residents(path=path, act=then, **options)

    return received


def corrected(one, **values):
    return one | {"processed_time": "10:00:00", "name": "札幌　華子"} | values


def known(one):
    return ResidentVersion.objects.get(
        resident_number=one["resident_number"], superseded_at__isnull=True
    )


class TestKnownRows:
    def test_only_what_differs_is_read_closely(self, receive, city, read_closely):
        receive(*city)
        receipt = receive(*city[:7], corrected(city[7]), *city[8:], week=1)

        assert read_closely == [8]
        assert (receipt.counts.corrections, receipt.counts.unchanged) == (1, 19)
        assert known(city[7]).name == "札幌　華子"

    def test_a_file_of_which_much_differs_is_read_whole(self, receive, city, read_closely):
        receive(*city)
        receipt = receive(*map(corrected, city), week=1)

        assert len(read_closely) == 20
        assert receipt.counts.corrections == 20

    def test_a_row_that_is_wrong_is_judged_each_time(self, receive, city):
        wrong = row(sex="x")
        first = receive(*city, wrong)
        second = receive(*city[:-1], corrected(city[-1]), wrong, week=1)

        assert (first.rejected, second.rejected) == (1, 1)
        assert list(RejectedRow.objects.values_list("row_number", "item")) == [(21, "性別")] * 2

    def test_under_other_codes_every_row_is_judged_anew(
        self, receive, city, read_closely, monkeypatch
    ):
        receive(*city)
        monkeypatch.setattr(staging, "fingerprint_key", lambda _: b"other codes")
        receipt = receive(*city, week=1)

        assert len(read_closely) == 20
        assert (receipt.counts.corrections, receipt.counts.unchanged) == (0, 20)
        read_closely.clear()
        receive(*city, week=2)
        assert read_closely == []

    def test_a_changed_individual_number_is_noticed(self, receive, city, read_closely):
        receive(*city)
        receive(*city[:-1], city[-1] | {"individual_number": an_individual_number()}, week=1)

        assert read_closely == [20]

    def test_a_rehearsal_counts_them_too(self, receive, city):
        receive(*city)
        receipt = receive(*city[:-1], corrected(city[-1]), week=1, dry_run=True)

        assert (receipt.counts.unchanged, receipt.counts.corrections) == (19, 1)

    def test_who_is_there_unchanged_is_not_absent(self, receive, city):
        receive(*city)
        receive(*city[1:], week=1)
        absent = ReconciliationDifference.objects.get()
        receive(*city, week=2)

        assert absent.resident_number == city[0]["resident_number"]
        absent.refresh_from_db()
        assert absent.closed_at is not None


class TestRowsThatAreThereTwice:
    def test_the_second_of_two_known_ones_is_rejected(self, receive, city):
        receive(*city)
        receipt = receive(*city, city[0], week=1)

        assert (receipt.rejected, receipt.counts.unchanged) == (1, 20)
        assert RejectedRow.objects.get().row_number == 21

    def test_one_that_differs_behind_a_known_one_is_rejected(self, receive, city):
        receive(*city)
        receipt = receive(*city, corrected(city[0]), week=1)

        assert (receipt.rejected, receipt.counts.corrections) == (1, 0)
        assert RejectedRow.objects.get().row_number == 21
        assert known(city[0]).name == "札幌　花子"

    def test_a_known_one_behind_one_that_differs_is_rejected(self, receive, city):
        receive(*city)
        receipt = receive(corrected(city[0]), *city, week=1)

        assert (receipt.rejected, receipt.counts.corrections, receipt.counts.unchanged) == (
            1,
            1,
            19,
        )
        assert RejectedRow.objects.get().row_number == 2
        assert known(city[0]).name == "札幌　華子"
