"""A file that may not be what it seems is held; a full set is reconciled; nobody is deleted."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from resident_basic import services
from resident_basic.models import (
    HistoryGap,
    Reception,
    ReconciliationDifference,
    Resident,
    ResidentVersion,
)
from resident_basic.rules.receptions import Tolerance, kind_of
from sapporo_base.acts import InvalidRequest, NotPermitted
from sapporo_base.models import BatchRun, RejectedRow
from tests.factories import StaffFactory
from tests.resident_basic.factories import a_file, a_resident_number, an_individual_number, row

pytestmark = pytest.mark.django_db

PEOPLE = 40


@pytest.fixture(autouse=True)
def _a_small_city(settings):
    """Ask from more than two people or a tenth of the city on."""
    settings.RESIDENT_FILE_SUSPICIOUS_SHARE = 0.1
    settings.RESIDENT_FILE_SUSPICIOUS_FLOOR = 2


@pytest.fixture
def operator():
    return StaffFactory(roles=("連携運用担当",))


@pytest.fixture
def receive(act, tmp_path):
    """Receive rows as a file of that name; `days` after the first."""

    def received(name, *rows, days=0, **options):
        then = replace(act, at=act.at + timedelta(days=days), staff=options.pop("by", None))
        return services.receive_residents(path=a_file(tmp_path / name, *rows), act=then, **options)

    return received


@pytest.fixture
def city(receive):
    """A city of forty, received as a full set of November 1st."""
    rows = [row(household_number=a_resident_number()) for _ in range(PEOPLE)]
    receive("juki_full_20261101.csv", *rows)
    return rows


def newer(one, **values):
    return (
        one
        | {
            "event_id": f"N{one['resident_number'][-12:]}",
            "history_number": str(int(one["history_number"]) + 1),
            "change_reason": "41",
            "changed_on": "2026-11-02",
            "processed_on": "2026-11-02",
            "town": "南二条西",
        }
        | values
    )


def corrected(one, **values):
    return one | {"processed_time": "10:00:00", "name": "札幌　華子"} | values


class TestNames:
    @pytest.mark.parametrize(
        ("name", "scope", "day"),
        [
            ("juki_full_20261101.csv", "full", "2026-11-01"),
            ("juki_daily_20261104.csv", "daily", "2026-11-04"),
            ("juki_daily_20261104_2.txt", "daily", "2026-11-04"),
            ("juki_daily_20261340.csv", "other", "None"),
            ("juki_daily_202611041.csv", "other", "None"),
            ("residents.csv", "other", "None"),
        ],
    )
    def test_the_name_of_a_file_says_what_it_holds(self, name, scope, day):
        kind = kind_of(name)
        assert (kind.scope, str(kind.day)) == (scope, day)

    @pytest.mark.parametrize(
        ("count", "of", "exceeded"),
        [(100, 10_000, False), (101, 10_000, True), (5, 20, False), (11, 20, True)],
    )
    def test_a_share_counts_above_a_floor(self, count, of, exceeded):
        assert Tolerance(share=0.01, floor=10).exceeded(count, of) is exceeded


class TestSuspiciousFiles:
    @pytest.mark.parametrize(
        ("rows_of", "words"),
        [
            (lambda city: city[:20], ["20人(50.0%)が全件にいません", "20行(50.0%)少ない"]),
            (lambda city: [corrected(one) for one in city], ["40人(100.0%)の内容が変わります"]),
            (
                lambda city: [*city, *(row() for _ in range(10))],
                ["10行(25.0%)多い"],
            ),
        ],
    )
    def test_a_full_set_that_would_change_too_much_is_held_and_stores_nothing(
        self, city, receive, rows_of, words
    ):
        before = list(ResidentVersion.objects.order_by("pk").values())
        with pytest.raises(services.SuspiciousFile) as held:
            receive("juki_full_20261108.csv", *rows_of(city))

        assert all(any(word in found for found in held.value.findings) for word in words)
        assert list(ResidentVersion.objects.order_by("pk").values()) == before
        run = BatchRun.objects.latest("pk")
        assert (run.state, words[0] in run.message) == ("held", True)
        assert not RejectedRow.objects.exists()

    @pytest.mark.parametrize("name", ["juki_daily_20261104.csv", "juki_full_20261101.csv"])
    def test_a_file_from_before_the_last_daily_file_is_held(self, city, receive, name):
        receive("juki_daily_20261105.csv", newer(city[0]))

        with pytest.raises(services.SuspiciousFile) as held:
            receive(name, *city[:-1], newer(city[1]))

        assert "2026-11-05の異動差分を既に受領しています" in held.value.message

    def test_who_may_receive_files_lets_it_through_with_a_reason(self, city, receive, operator):
        receipt = receive(
            "juki_full_20261108.csv", *city[:20], confirm_reason="住基側で確認済み", by=operator
        )

        assert receipt.findings
        noted = Reception.objects.latest("pk")
        assert (noted.asked_by, noted.confirmed_reason) == (operator, "住基側で確認済み")
        assert BatchRun.objects.latest("pk").staff_number == operator.staff_number

    def test_nobody_lets_it_through_without_a_name_or_the_right(self, city, receive):
        with pytest.raises(InvalidRequest):
            receive("juki_full_20261108.csv", *city[:20], confirm_reason="確認済み")
        with pytest.raises(NotPermitted):
            receive(
                "juki_full_20261108.csv",
                *city[:20],
                confirm_reason="確認済み",
                by=StaffFactory(roles=("窓口担当",)),
            )
        assert Reception.objects.count() == 1

    def test_the_same_old_file_again_changes_nothing_and_asks_nothing(self, city, receive):
        receive("juki_daily_20261104.csv", newer(city[1]))
        receive("juki_daily_20261105.csv", newer(city[0]))

        again = receive("juki_daily_20261104.csv", newer(city[1]))

        assert (again.counts.unchanged, again.counts.new_versions) == (1, 0)

    def test_the_command_says_the_numbers_and_ends_with_two(self, city, tmp_path):
        path = a_file(tmp_path / "juki_full_20261108.csv", *city[:20])

        with pytest.raises(CommandError) as refused:
            call_command("receive_residents", path, stdout=StringIO())

        assert refused.value.returncode == 2
        assert "20人(50.0%)が全件にいません" in str(refused.value)
        assert "--confirm" in str(refused.value)

    def test_the_command_confirms_by_a_member_of_staff(self, city, tmp_path, operator):
        path = a_file(tmp_path / "juki_full_20261108.csv", *city[:20])
        shown = StringIO()

        call_command(
            "receive_residents",
            path,
            confirm="住基側で確認済み",
            by=operator.staff_number,
            stdout=shown,
        )

        assert "全件に不在 | 20" in shown.getvalue()


class TestReconciliation:
    def test_who_is_absent_from_a_full_set_stays_and_is_listed_until_seen_again(
        self, city, receive
    ):
        gone = city[0]["resident_number"]
        receive("juki_full_20261108.csv", *city[1:], days=7)

        difference = ReconciliationDifference.objects.get()
        assert (difference.kind, difference.resident_number) == ("absent", gone)
        assert ResidentVersion.objects.filter(resident_number=gone, is_latest=True).exists()

        receive("juki_full_20261115.csv", *city[1:], days=14)
        assert ReconciliationDifference.objects.get().closed_at is None
        receive("juki_full_20261122.csv", *city, days=21)
        assert ReconciliationDifference.objects.get().closed_at is not None

    def test_an_event_for_the_absent_closes_the_difference(self, city, receive, register_act):
        receive("juki_full_20261108.csv", *city[1:])
        services.receive_event(values=newer(city[0], change_reason="21"), act=register_act)

        assert ReconciliationDifference.objects.get().closed_at is not None

    def test_what_the_daily_files_missed_is_received_counted_and_named(self, city, receive):
        full = [corrected(city[0]), newer(city[1]), row(), *city[2:]]
        receipt = receive("juki_full_20261108.csv", *full)

        assert sorted(ReconciliationDifference.objects.values_list("kind", flat=True)) == [
            "content",
            "new",
            "version",
        ]
        assert not ReconciliationDifference.objects.filter(closed_at__isnull=True).exists()
        assert receipt.report[-1]["rows"] == [
            ["全件に不在", 0],
            ["異動差分で未着の住民", 1],
            ["異動差分で未着の履歴", 1],
            ["内容の相違", 1],
        ]

    def test_who_has_left_and_who_is_rejected_are_not_absent(self, city, receive):
        left = {"moving_out_planned_on": "2026-11-02", "removed_on": "2026-11-02"}
        receive("juki_daily_20261104.csv", newer(city[0], resident_status="2", **left))
        receive("juki_full_20261108.csv", city[1] | {"sex": "7"}, *city[2:])

        assert not ReconciliationDifference.objects.exists()

    def test_the_first_full_set_differs_from_nothing(self, city):
        assert not ReconciliationDifference.objects.exists()
        assert not HistoryGap.objects.exists()


class TestRehearsals:
    def test_it_tells_what_would_change_and_writes_the_run_alone(self, city, receive):
        number = an_individual_number()
        protected = row(
            resident_number=city[3]["resident_number"],
            history_number=2,
            support_measure="1",
            town="秘密町",
        )
        rows = [newer(city[0]), corrected(city[1]), row(individual_number=number), protected]
        receipt = receive(
            "juki_daily_20261104.csv", *rows, row(sex="7"), row(sex="8"), dry_run=True
        )
        reasons, examples, rejects = receipt.report

        assert reasons["rows"] == [["01 国内転入", 1, 1, 1, 3], ["41 転居", 0, 1, 0, 1]]
        assert examples["rows"][0] == [
            1,
            city[0]["resident_number"],
            "転居",
            "異動事由、異動年月日、住所_町字",
        ]
        assert examples["rows"][1][3] == "氏名"
        assert [one[3] for one in examples["rows"][2:]] == [
            "新しい住民(全項目)",
            "(支援措置のため表示しません)",
        ]
        assert rejects["rows"] == [["性別", "コード表にない値である。", 2, "5、6"]]
        assert not any(word in repr(receipt) for word in (number, "秘密町", "華子"))
        assert Resident.objects.count() == PEOPLE
        assert not RejectedRow.objects.exists()
        assert BatchRun.objects.latest("pk").report["sections"] == list(receipt.report)

    def test_what_was_processed_earlier_would_change_nothing_and_is_counted_so(self, city, receive):
        receive("juki_daily_20261104.csv", corrected(city[0]))

        receipt = receive("juki_daily_20261105.csv", city[0], dry_run=True)

        assert (receipt.counts.corrections, receipt.counts.outdated) == (0, 1)
        assert receipt.report[0]["rows"] == []

    def test_it_tells_why_a_file_would_be_held(self, city, receive):
        receipt = receive("juki_full_20261108.csv", *city[:20], dry_run=True)

        assert any("全件にいません" in finding for finding in receipt.findings)
        assert not ReconciliationDifference.objects.exists()

    def test_the_command_shows_it_and_ends_well(self, city, tmp_path):
        path = a_file(tmp_path / "juki_daily_20261104.csv", newer(city[0]), row(sex="7"))
        shown = StringIO()

        call_command("receive_residents", path, dry_run=True, stdout=shown)

        assert "41 転居 | 0 | 1 | 0 | 1" in shown.getvalue()
        assert "性別 | コード表にない値である。 | 1 | 2" in shown.getvalue()
