"""The pages of reception: a file is chosen, looked at, received; rejects are mended; gaps are seen."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm

from resident_basic import services, tasks
from resident_basic.models import HistoryGap, Reception, ReconciliationDifference, Resident
from sapporo_base.acts import InvalidRequest, NotFound
from sapporo_base.models import (
    BatchRun,
    LinkageRecord,
    PersonalInformationFile,
    RejectedRow,
)
from tests.factories import StaffFactory
from tests.resident_basic.factories import a_file, an_individual_number, row

pytestmark = pytest.mark.django_db

LIST = reverse("admin:resident_basic_reception_changelist")
CHOOSE = reverse("admin:resident_basic_reception_choose_file")
REJECTS = reverse("admin:sapporo_base_rejectedrow_changelist")
SAID = {"_confirmed": "1"}


@pytest.fixture(autouse=True)
def inbox(settings, tmp_path):
    """A drop folder of its own, and a small city's tolerance."""
    settings.RESIDENT_DROP_FOLDER = tmp_path / "inbox"
    settings.RESIDENT_DROP_FOLDER.mkdir()
    settings.RESIDENT_FILE_SUSPICIOUS_SHARE = 0.1
    settings.RESIDENT_FILE_SUSPICIOUS_FLOOR = 1
    return settings.RESIDENT_DROP_FOLDER


@pytest.fixture
def staff():
    return StaffFactory(roles=("連携運用担当",))


@pytest.fixture
def operator(staff, staff_client):
    """A browser of who operates the linkage and may open the file of residents."""
    file = PersonalInformationFile.objects.get(code="resident")
    assign_perm("sapporo_base.open_personalinformationfile", staff, file)
    return staff_client(staff=staff)


@pytest.fixture
def work():
    """Do what was asked for, as a worker would."""

    def worked():
        tasks.receive_ordered_files()
        return Reception.objects.latest("pk").batch.state

    return worked


def choose(browser, **data):
    return browser.post(CHOOSE, SAID | {"layout": "juki_resident", "encoding": ""} | data)


def page_of(reception):
    return reverse("admin:resident_basic_reception_change", args=[reception.pk])


def receive_page(reception):
    return reverse("admin:resident_basic_reception_receive", args=[reception.pk])


class TestReception:
    def test_a_file_of_the_folder_is_looked_at_and_then_received(
        self, operator, staff, inbox, work
    ):
        a_file(inbox / "juki_daily_20261104.csv", row(), row(sex="7"))
        assert "juki_daily_20261104.csv" in operator.get(CHOOSE).content.decode()

        asked = choose(operator, file_name="juki_daily_20261104.csv")
        looked_at = Reception.objects.get()
        assert asked["Location"] == page_of(looked_at)
        assert "順番を待っています" in operator.get(page_of(looked_at)).content.decode()
        assert work() == "rehearsed"
        shown = operator.get(page_of(looked_at)).content.decode()
        assert "国内転入" in shown
        assert "コード表にない値である" in shown
        assert not Resident.objects.exists()

        operator.post(receive_page(looked_at), SAID)
        assert work() == "rejected"
        assert tasks.receive_ordered_files() == 0

        assert Resident.objects.count() == 1
        assert BatchRun.objects.latest("pk").staff_number == staff.staff_number

    def test_a_suspicious_file_is_received_with_a_reason_only(
        self, operator, inbox, work, act, tmp_path
    ):
        rows = [row() for _ in range(6)]
        services.receive_residents(path=a_file(tmp_path / "juki_full_20261101.csv", *rows), act=act)
        a_file(inbox / "juki_full_20261108.csv", *rows[:2])
        choose(operator, file_name="juki_full_20261108.csv")
        work()
        looked_at = Reception.objects.latest("pk")
        assert "4人(66.7%)が全件にいません" in operator.get(page_of(looked_at)).content.decode()

        refused = operator.post(receive_page(looked_at), SAID)
        assert "確認した理由を入力してください" in refused.content.decode()
        operator.post(receive_page(looked_at), SAID | {"reason": "住基側で確認済み"})
        assert work() == "done"

        assert Reception.objects.latest("pk").confirmed_reason == "住基側で確認済み"
        assert ReconciliationDifference.objects.filter(closed_at__isnull=True).count() == 4

    def test_what_was_looked_at_is_what_is_received(self, operator, inbox, work):
        path = a_file(inbox / "juki_daily_20261104.csv", row())
        choose(operator, file_name=path.name)
        work()
        operator.post(receive_page(Reception.objects.get()), SAID)
        a_file(path, row(), row())

        assert work() == "failed"
        assert not Resident.objects.exists()
        shown = operator.get(page_of(Reception.objects.latest("pk"))).content.decode()
        assert "内容が変わっています" in shown

    def test_a_file_brought_along_is_put_into_the_folder_once(self, operator, inbox, tmp_path):
        content = a_file(tmp_path / "juki_daily_20261104.csv", row()).read_bytes()
        for status in (302, 409):
            upload = SimpleUploadedFile("juki_daily_20261104.csv", content)
            assert choose(operator, upload=upload).status_code == status
        assert (inbox / "juki_daily_20261104.csv").read_bytes() == content
        assert [one.name for one in inbox.iterdir()] == ["juki_daily_20261104.csv"]
        assert not (inbox / "juki_daily_20261104.csv").stat().st_mode & 0o007

    @pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "..", ".hidden.csv", "a.sh"])
    def test_no_name_leads_out_of_the_folder(self, inbox, name):
        (inbox.parent / "secret.csv").write_text("secret")
        with pytest.raises(InvalidRequest):
            services.file_in_folder(name)
        with pytest.raises(InvalidRequest):
            services.put_into_folder(name, [b"x"])

    def test_a_link_out_of_the_folder_is_no_file(self, inbox):
        (inbox.parent / "secret.csv").write_text("secret")
        (inbox / "juki_daily_20261104.csv").symlink_to(inbox.parent / "secret.csv")

        assert not services.waiting_files()
        with pytest.raises(NotFound):
            services.file_in_folder("juki_daily_20261104.csv")

    def test_a_file_at_which_the_worker_stops_is_taken_up_again_and_given_up_in_the_end(
        self, operator, inbox, monkeypatch
    ):
        a_file(inbox / "juki_daily_20261104.csv", row())
        choose(operator, file_name="juki_daily_20261104.csv")
        with monkeypatch.context() as broken:
            broken.setattr("resident_basic.services.intake._rehearse", None)
            for _ in range(5):
                with pytest.raises(TypeError):
                    tasks.receive_ordered_files()
        assert BatchRun.objects.get().state == "running"

        tasks.receive_ordered_files()

        assert BatchRun.objects.get().state == "failed"
        shown = operator.get(page_of(Reception.objects.get())).content.decode()
        assert "システム管理者に連絡してください" in shown

    def test_how_far_it_is_is_told_and_then_how_it_ended(self, operator, inbox, work):
        a_file(inbox / "juki_daily_20261104.csv", row())
        choose(operator, file_name="juki_daily_20261104.csv")
        address = reverse(
            "admin:resident_basic_reception_progress", args=[Reception.objects.get().pk]
        )
        assert "順番を待っています" in operator.get(address).content.decode()

        run = BatchRun.objects.create(
            kind="x", started_at="2026-11-24T03:00:00Z", checkpoint={"read": 50, "rows": 200}
        )
        Reception.objects.update(batch=run)
        assert "25%(50 / 200行)" in operator.get(address).content.decode()
        BatchRun.objects.update(state="done")
        assert operator.get(address).status_code == 204

    def test_the_merge_is_foretold_by_the_last_run_of_its_size(self, operator, inbox, work):
        a_file(inbox / "juki_daily_20261104.csv", row())
        choose(operator, file_name="juki_daily_20261104.csv")
        address = reverse(
            "admin:resident_basic_reception_progress", args=[Reception.objects.get().pk]
        )
        began = timezone.now() - timedelta(minutes=5)
        run = BatchRun.objects.create(
            kind="x", file_sha256="f", started_at=began, checkpoint={"read": 100, "rows": 200}
        )
        Reception.objects.update(batch=run)
        assert "登録の時間は未測定です" in operator.get(address).content.decode()

        past = {"kind": "x", "started_at": began, "ended_at": began, "state": "done"}
        BatchRun.objects.create(**past, report={"merge": {"rows": 100, "seconds": 600}})
        BatchRun.objects.create(**past, report={"merge": {"rows": 90_000, "seconds": 1}})
        # Five minutes for the other half, and twice the ten minutes of the half as large run.
        assert "登録まで残り約25分" in operator.get(address).content.decode()

        BatchRun.objects.filter(pk=run.pk).update(checkpoint={"read": 200, "rows": 200})
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('f', 1))")
        assert "登録しています 残り約" in operator.get(address).content.decode()
        BatchRun.objects.filter(report__merge__rows=100).delete()
        assert "登録しています(開始から" in operator.get(address).content.decode()

    def test_who_may_not_receive_files_is_offered_nothing(self, staff_client, inbox):
        looking = staff_client("resident_basic.view_reception")
        assert CHOOSE not in looking.get(LIST).content.decode()
        assert choose(looking, file_name="juki_daily_20261104.csv").status_code == 403
        assert staff_client().get(LIST).status_code == 403


class TestDisposal:
    """Received files leave the folder by themselves: they hold 個人番号."""

    @pytest.fixture
    def received(self, inbox, act):
        path = a_file(inbox / "juki_daily_20261104.csv", row(), row(sex="7"))
        services.receive_residents(path=path, act=act)
        return path

    def dispose(self, act, *, days):
        later = timezone.now() + timedelta(days=days)
        return services.dispose_received_files(before=later - timedelta(days=30), act=act)

    def test_what_was_received_goes_after_thirty_days_and_it_is_recorded(self, received, act):
        assert self.dispose(act, days=29) == []
        assert self.dispose(act, days=31) == [received.name]
        assert not received.exists()
        record = LinkageRecord.objects.get(kind="received_file_disposed")
        assert received.name in record.detail
        # What was rejected can be mended all the same.
        assert RejectedRow.objects.filter(state="open").count() == 1

    def test_what_nobody_received_or_what_changed_since_stays(self, received, inbox, act):
        a_file(inbox / "juki_daily_20261105.csv", row())
        a_file(received, row())
        assert self.dispose(act, days=31) == []

    def test_a_removal_that_fails_is_not_recorded(self, received, act, monkeypatch):
        def fails(path):
            raise PermissionError

        monkeypatch.setattr(Path, "unlink", fails)
        with pytest.raises(PermissionError):
            self.dispose(act, days=31)
        assert not LinkageRecord.objects.filter(kind="received_file_disposed").exists()


class TestMending:
    @pytest.fixture
    def number(self):
        return an_individual_number()

    @pytest.fixture
    def rejected(self, act, tmp_path, number):
        path = a_file(tmp_path / "f.csv", row(sex="7", individual_number=number, name="白石　緑"))
        services.receive_residents(path=path, act=act)
        return RejectedRow.objects.get()

    @pytest.fixture
    def page(self, rejected):
        return reverse("admin:resident_basic_mend_row", args=[rejected.pk])

    def test_a_reason_is_recorded_before_the_row_is_shown(self, operator, page, number):
        assert "白石　緑" not in operator.get(page).content.decode()
        shown = operator.post(page, SAID | {"reason": "住基に照会"})

        assert "白石　緑" in shown.content.decode()
        assert number not in shown.content.decode()
        assert "7(コード表にない値)" in shown.content.decode()
        assert "no-store" in shown["Cache-Control"]
        assert LinkageRecord.objects.get(kind="rejected_row_opened").reason == "住基に照会"

    def test_errors_stand_at_the_field_and_nothing_typed_is_lost(
        self, operator, rejected, page, number
    ):
        opened = services.row_to_mend(rejected, day=date(2026, 11, 24))
        typed = {**opened.values, "sex": "2", "town": "南九条西", "processed_time": "25:00:00"}
        said = typed | {"_mend": "1", "number_choice": "keep", "reason": "照会済み"}

        again = operator.post(page, said).content.decode()
        assert "時刻として読めない" in again
        assert "南九条西" in again

        assert operator.post(page, said | {"processed_time": "09:00:00"}).status_code == 302
        rejected.refresh_from_db()
        assert (rejected.state, Resident.objects.count()) == ("mended", 1)
        assert operator.get(page).status_code == 404

    def test_a_number_typed_anew_is_never_shown_again(self, operator, rejected, page):
        typed = an_individual_number()
        said = {
            **services.row_to_mend(rejected, day=date(2026, 11, 24)).values,
            "sex": "2",
            "_mend": "1",
        }
        said |= {"number_choice": "type", "individual_number": typed}

        again = operator.post(page, said).content.decode()
        assert "訂正の理由を入力してください" in again
        assert typed not in again
        assert operator.post(page, said | {"reason": "照会済み"}).status_code == 302

    def test_a_row_about_a_protected_person_needs_the_right(self, operator, act, tmp_path):
        path = a_file(tmp_path / "g.csv", row(sex="7", support_measure="1"))
        services.receive_residents(path=path, act=act)
        page = reverse("admin:resident_basic_mend_row", args=[RejectedRow.objects.latest("pk").pk])

        refused = operator.get(page)

        assert refused.status_code == 403
        assert "支援措置" in refused.content.decode()

    def test_without_the_right_the_page_names_it(self, staff_client, page):
        answer = staff_client("sapporo_base.view_rejectedrow").get(page)
        assert answer.status_code == 403
        assert "受領エラーを処理する権限" in answer.content.decode()

    def test_the_list_opens_with_what_waits_and_finds_what_was_settled(
        self, operator, staff, rejected
    ):
        drop = reverse("admin:sapporo_base_rejectedrow_drop_row", args=[rejected.pk])
        assert "性別" in operator.get(REJECTS).content.decode()
        assert operator.post(drop, SAID).status_code == 200
        operator.post(drop, SAID | {"reason": "送信元が再送"})

        rejected.refresh_from_db()
        assert (rejected.state, rejected.settled_by) == ("dropped", staff.staff_number)
        assert "コード表にない値" not in operator.get(REJECTS).content.decode()
        dropped = operator.get(REJECTS, {"state": "dropped"}).content.decode()
        assert staff.staff_number in dropped
        assert (
            "コード表にない値"
            in operator.get(REJECTS, {"item": "性別", "state": "all"}).content.decode()
        )


class TestWhatIsLeft:
    @pytest.fixture
    def gap(self, act, tmp_path):
        one = row()
        third = row(resident_number=one["resident_number"], history_number=3)
        services.receive_residents(path=a_file(tmp_path / "f.csv", one, third), act=act)
        return HistoryGap.objects.get()

    def test_a_gap_is_on_the_home_page_and_on_a_page_of_its_own(self, operator, gap):
        home = operator.get(reverse("admin:index")).content.decode()
        assert "欠番1件" in home
        assert gap.resident_number not in home

        listed = operator.get(reverse("admin:resident_basic_historygap_changelist"))
        assert gap.resident_number[:5] in listed.content.decode()
        assert LinkageRecord.objects.filter(kind="listed").exists()

    def test_a_gap_is_closed_with_a_reason(self, operator, staff, gap):
        close = reverse("admin:resident_basic_historygap_close_gap", args=[gap.pk])
        operator.post(close, SAID | {"reason": "既存住基に無い"})

        gap.refresh_from_db()
        assert gap.closed_by == staff.staff_number
        assert operator.get(close).status_code == 403

    def test_differences_are_listed_and_exported(self, operator, act, tmp_path):
        rows = [row() for _ in range(12)]
        services.receive_residents(path=a_file(tmp_path / "juki_full_20261101.csv", *rows), act=act)
        later = replace(act, reason="")
        services.receive_residents(
            path=a_file(tmp_path / "juki_full_20261108.csv", *rows[1:]), act=later
        )
        address = reverse("admin:resident_basic_reconciliationdifference_changelist")

        assert "全件に不在" in operator.get(address).content.decode()
        exported = operator.get(f"{address}export/")
        assert rows[0]["resident_number"] in exported.content.decode().replace(" ", "")
        assert LinkageRecord.objects.filter(kind="list_exported").exists()
