"""Business systems hand files over and fetch results: every row answered, nothing twice, nothing lost."""

import csv
import json
import os
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from gateway import services
from gateway.models import Copy, ExchangedFile, FileExchangeSetting, Inquiry
from gateway.services.files import FileExchangePlan, folders, receiving, results
from sapporo_base.acts import InvalidRequest
from sapporo_base.models import LinkageRecord
from tests.factories import system
from tests.gateway.far_end import CHILD_ALLOWANCE, TAX
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db

HEAD = (
    "要求キー,業務番号,事務コード,事務手続コード,特定個人情報名コード,情報提供者,課税年度,"
    "照会開始日,照会終了日,レーン,不開示"
)
COPY_HEAD = (
    "業務番号,データセット,キー,公開開始日,公開終了日,登録削除,受給者区分,認定年月日,支給開始年月,"
    "支給終了年月,消滅事由,支給対象年月,支給月額,対象児童数,第3子以降の児童数,支払年月日,支払額"
)


def asked(key, number="J1", procedure="JM99000000000074", provider="131041"):
    return f"{key},{number},{procedure},JT99000000000074,{TAX},{provider},2024,,,,"


def copied(key, number="J1", kind="一般受給者"):
    return f"{number},0001,{key},2026-12-01,,,{kind},2026-11-01,2026-12,,,2026-12,10000,1,0,,"


@pytest.fixture
def folder(settings, tmp_path):
    settings.EXCHANGE_FOLDER = tmp_path / "exchange"
    return settings.EXCHANGE_FOLDER / "027-000"


@pytest.fixture
def inquiries(folder, act):
    """児童手当, whose J1 is a numbered person, leaves inquiries in CP932."""
    numbered(act, number="J1", code="027-000", serial=1)
    return services.set_up_file_exchange(
        system=system("027-000"),
        kind="inquiries",
        prefix="INQ",
        plan=FileExchangePlan(
            layout_code="inquiry_file",
            encoding="cp932",
            result_layout_code="inquiry_results_file",
        ),
        act=act,
    )


@pytest.fixture
def copies(folder, act):
    numbered(act, number="J1", code="027-000", serial=1)
    return services.set_up_file_exchange(
        system=system("027-000"),
        kind="copies",
        prefix="CPY",
        information_code=CHILD_ALLOWANCE,
        plan=FileExchangePlan(layout_code="child_allowance_copy", encoding="utf-8-sig"),
        act=act,
    )


def leave(folder, act, name, *rows, head=HEAD, encoding="cp932", seconds_ago=60):
    text = "\r\n".join([head, *rows, f"T,{len(rows)}"]) + "\r\n"
    path = folder / "in" / name
    path.write_bytes(text.encode(encoding))
    written = act.at.timestamp() - seconds_ago
    os.utime(path, (written, written))
    return path


def receipt_of(folder, name):
    (path,) = folder.glob(f"receipts/*_{name}.json")
    return json.loads(path.read_text())


def errors_of(folder, name, encoding="cp932"):
    (path,) = folder.glob(f"errors/*_{name}.csv")
    return list(csv.reader(path.read_text(encoding).splitlines()))[1:]


class TestInquiries:
    def test_are_accepted_row_by_row_and_answered_by_receipt_and_error_file(
        self, folder, inquiries, act
    ):
        leave(
            folder,
            act,
            "INQ1.csv",
            asked("k1"),
            asked("k2", number="X"),
            asked("k1"),
            asked("k3", procedure="JM99000000000011"),
            asked("k4", provider="1"),
            asked("", number="J1"),
        )
        done = services.exchange_files(act=act)

        assert (done.received, done.rejected) == (1, 5)
        assert list(Inquiry.objects.values_list("request_key", flat=True)) == ["k1"]
        receipt = receipt_of(folder, "INQ1.csv")
        assert (receipt["rows"], receipt["accepted"], receipt["rejected"]) == (6, 1, 5)
        assert len(receipt["sha256"]) == 64
        assert [(row, item) for row, item, _ in errors_of(folder, "INQ1.csv")] == [
            ("2", "業務番号"),
            ("3", "要求キー"),
            ("4", "事務コード"),
            ("5", "情報提供者"),
            ("6", "要求キー"),
        ]
        assert "JM99000000000011" in errors_of(folder, "INQ1.csv")[2][2]
        assert not list(folder.glob("in/*"))
        assert LinkageRecord.objects.get(kind="file_received").result == "partly"

    def test_the_same_file_again_changes_nothing(self, folder, inquiries, act):
        for name in ("INQ1.csv", "INQ2.csv"):
            leave(folder, act, name, asked("k1"))
            services.exchange_files(act=act)

        assert Inquiry.objects.count() == 1
        again = receipt_of(folder, "INQ2.csv")
        assert again["state"] == "repeated"
        assert again["first_received_as"].endswith("_INQ1.csv")

    @pytest.mark.parametrize(
        ("name", "seconds_ago"),
        [("INQ1.csv", 3), ("INQ1.csv.part", 60), ("INQ1.part.csv", 60), (".INQ1.csv", 60)],
        ids=["written to just now", "named part", "named part within", "hidden"],
    )
    def test_an_unfinished_file_waits(self, folder, inquiries, act, name, seconds_ago):
        path = leave(folder, act, name, asked("k1"), seconds_ago=seconds_ago)
        services.exchange_files(act=act)

        assert path.exists()
        assert not ExchangedFile.objects.exists()

    def test_a_file_that_was_cut_is_refused_whole(self, folder, inquiries, act):
        path = leave(folder, act, "INQ1.csv", asked("k1"), asked("k2"))
        path.write_bytes(path.read_bytes()[:-30])
        os.utime(path, (act.at.timestamp() - 60,) * 2)
        services.exchange_files(act=act)

        assert receipt_of(folder, "INQ1.csv")["state"] == "refused"
        assert not Inquiry.objects.exists()

    def test_links_and_names_that_lead_elsewhere_are_passed_over(
        self, folder, inquiries, act, tmp_path
    ):
        outside = tmp_path / "INQ_outside.csv"
        outside.write_text("x")
        (folder / "in" / "INQ1.csv").symlink_to(outside)
        services.exchange_files(act=act)

        assert outside.read_text() == "x"
        assert not ExchangedFile.objects.exists()
        assert not folders.is_name("../INQ1.csv")
        assert not folders.is_name("INQ..1.csv")

    def test_a_folder_that_was_turned_into_a_link_is_not_written_to(
        self, folder, inquiries, act, tmp_path
    ):
        leave(folder, act, "INQ1.csv", asked("k1"))
        (folder / "receipts").rmdir()
        (tmp_path / "elsewhere").mkdir()
        (folder / "receipts").symlink_to(tmp_path / "elsewhere")
        done = services.exchange_files(act=act)

        assert "別の場所" in done.troubles[0]
        assert not list((tmp_path / "elsewhere").iterdir())

    def test_a_stopped_setting_takes_nothing(self, folder, inquiries, act):
        services.change_file_exchange(
            setting=inquiries,
            plan=FileExchangePlan(
                layout_code="inquiry_file",
                encoding="cp932",
                result_layout_code="inquiry_results_file",
                is_active=False,
            ),
            act=act,
        )
        leave(folder, act, "INQ1.csv", asked("k1"))
        assert services.exchange_files(act=act).received == 0


class TestCopies:
    def test_go_out_by_their_layout_and_errors_name_row_and_item(self, folder, copies, act):
        leave(
            folder,
            act,
            "CPY1.csv",
            copied("1"),
            copied("2", number="X"),
            copied("3", kind="1234 5678 9018"),
            head=COPY_HEAD,
            encoding="utf-8-sig",
        )
        services.exchange_files(act=act)

        copy = Copy.objects.get(information_code=CHILD_ALLOWANCE)
        assert copy.items["支給月額"] == "10000"
        assert [
            (row, item) for row, item, _ in errors_of(folder, "CPY1.csv", encoding="utf-8-sig")
        ] == [("2", "業務番号"), ("3", "受給者区分")]

    def test_no_value_and_no_individual_number_is_in_what_is_answered(self, folder, copies, act):
        leave(
            folder,
            act,
            "CPY1.csv",
            copied("3", kind="1234 5678 9018"),
            head=COPY_HEAD,
            encoding="utf-8-sig",
        )
        services.exchange_files(act=act)
        for path in [*folder.glob("receipts/*"), *folder.glob("errors/*")]:
            assert "1234 5678 9018" not in path.read_text("utf-8-sig")

    def test_without_a_ground_of_its_own_nothing_can_be_set_up(self, folder, act):
        with pytest.raises(InvalidRequest) as refused:
            services.set_up_file_exchange(
                system=system("024-000"),
                kind="copies",
                prefix="CPY",
                information_code=CHILD_ALLOWANCE,
                plan=FileExchangePlan(layout_code="child_allowance_copy", encoding="utf-8"),
                act=act,
            )
        assert "根拠" in refused.value.fields["information_code"]

    def test_whose_ground_has_ended_is_refused_and_that_is_recorded(
        self, folder, copies, act, monkeypatch
    ):
        copies.information_code = "TM99000000000098"
        copies.save()
        leave(folder, act, "CPY1.csv", copied("1"), head=COPY_HEAD, encoding="utf-8-sig")
        services.exchange_files(act=act)

        assert "根拠がありません" in receipt_of(folder, "CPY1.csv")["why"]
        assert LinkageRecord.objects.filter(kind="copies_refused", result="refused").exists()


class TestResults:
    @pytest.fixture
    def ended(self, folder, inquiries, act):
        leave(folder, act, "INQ1.csv", asked("k1"), asked("k2"))
        services.exchange_files(act=act)
        for one in Inquiry.objects.all():
            services.cancel_inquiry(system=one.system, inquiry_id=one.pk, act=act)

    def test_come_once_each_in_the_layout_of_the_receiver(self, folder, ended, act):
        assert services.exchange_files(act=act).results == 1
        assert services.exchange_files(act=act).results == 0
        (path,) = folder.glob("out/*.csv")
        rows = list(csv.DictReader(path.read_text("cp932").splitlines()))
        assert [(row["要求キー"], row["業務番号"], row["状態"]) for row in rows[:2]] == [
            ("k1", "J1", "取りやめ"),
            ("k2", "J1", "取りやめ"),
        ]
        number = Inquiry.objects.first().integrated_number
        assert number not in path.read_text("cp932")


class TestStops:
    """A stop at any step: the next look goes on, and nothing comes twice."""

    @pytest.mark.parametrize(
        "step", ["take", "_receive", "_receipt", "write_whole"], ids=lambda step: f"before {step}"
    )
    def test_while_a_file_comes_in(self, folder, inquiries, act, monkeypatch, step):
        leave(folder, act, "INQ1.csv", asked("k1"), asked("k2", number="X"))
        where = folders if step in {"take", "write_whole"} else receiving
        with monkeypatch.context() as stop:
            stop.setattr(where, step, _killed)
            with pytest.raises(KeyboardInterrupt):
                services.exchange_files(act=act)
        services.exchange_files(act=act)
        services.exchange_files(act=act)

        assert list(Inquiry.objects.values_list("request_key", flat=True)) == ["k1"]
        receipt = receipt_of(folder, "INQ1.csv")
        assert (receipt["accepted"], receipt["rejected"]) == (1, 1)
        assert ExchangedFile.objects.count() == 1

    @pytest.mark.parametrize("step", ["write_records", "file_sha256"])
    def test_while_results_go_out(self, folder, inquiries, act, monkeypatch, step):
        leave(folder, act, "INQ1.csv", asked("k1"))
        services.exchange_files(act=act)
        one = Inquiry.objects.get()
        services.cancel_inquiry(system=one.system, inquiry_id=one.pk, act=act)
        with monkeypatch.context() as stop:
            stop.setattr(results, step, _killed)
            with pytest.raises(KeyboardInterrupt):
                services.exchange_files(act=act)
        services.exchange_files(act=act)
        services.exchange_files(act=act)

        (path,) = folder.glob("out/*")
        assert path.read_text("cp932").count("k1") == 1
        assert not list(folder.glob("out/.*"))


def _killed(*args, **kwargs):
    raise KeyboardInterrupt


class TestDisposal:
    def test_files_go_after_their_days_and_the_rows_stay(self, folder, inquiries, act, at):
        leave(folder, act, "INQ1.csv", asked("k1"), asked("k2", number="X"))
        services.exchange_files(act=act)
        assert services.dispose_exchanged_files(act=at(act, days=29)) == 0
        assert services.dispose_exchanged_files(act=at(act, days=31)) == 1

        assert not [path for path in folder.rglob("*") if path.is_file()]
        assert ExchangedFile.objects.get().disposed_at
        assert LinkageRecord.objects.filter(kind="exchanged_file_disposed").count() == 1

    @pytest.fixture
    def at(self):
        from dataclasses import replace

        return lambda act, **later: replace(act, at=act.at + timedelta(**later))


class TestCommand:
    def test_says_what_it_did_and_fails_where_rows_were_wrong(self, folder, inquiries, act, capsys):
        path = leave(folder, act, "INQ1.csv", asked("k1"), asked("k2", number="X"))
        os.utime(path, (1_700_000_000,) * 2)
        with pytest.raises(CommandError) as failed:
            call_command("exchange_files", system="027-000")
        assert failed.value.returncode == 1
        assert "受領: 1件" in capsys.readouterr().out

    def test_a_system_that_does_not_exist_is_named(self):
        with pytest.raises(CommandError, match="999-000"):
            call_command("exchange_files", system="999-000")


class TestSettings:
    def test_a_layout_without_what_inquiries_need_is_refused_by_item(self, folder, act):
        with pytest.raises(InvalidRequest) as refused:
            services.set_up_file_exchange(
                system=system("027-000"),
                kind="inquiries",
                prefix="INQ",
                plan=FileExchangePlan(
                    layout_code="accounts",
                    encoding="utf-8",
                    result_layout_code="inquiry_results_file",
                ),
                act=act,
            )
        assert "request_key" in refused.value.fields["layout_code"]
        assert not FileExchangeSetting.objects.exists()
