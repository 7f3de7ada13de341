"""Files of the day: in the receiver's layout, in what was approved, once a day and the same again."""

import hashlib
import stat
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from guardian.shortcuts import assign_perm

from resident_basic import selectors, services
from resident_basic.models import Delivery, DeliveryFile, FileFinding, UseApplication
from resident_basic.rules.applications import API
from sapporo_base.acts import InvalidRequest
from sapporo_base.models import (
    CodeEntry,
    CodeTable,
    ConversionLoss,
    Layout,
    LinkageRecord,
    PersonalInformationFile,
    UnmappedCode,
)
from tests.factories import StaffFactory, system
from tests.resident_basic import approvals
from tests.resident_basic.factories import an_individual_number

pytestmark = pytest.mark.django_db
API_FILES = "/api/v1/resident-basic/files/"
DAY, NEXT_DAY = date(2026, 11, 24), date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def a_layout(code, *fields, **said):
    """Register a layout of a receiver: (name, label, type, length) of each field."""
    definition = {
        "code": code,
        "name": "日次ファイル",
        "version": 1,
        "valid_from": "2026-01-01",
        "form": "csv",
        "encoding": "utf-8",
        "header": True,
        "trailer": True,
        "fields": [
            {"name": name, "label": label, "type": kind, "length": length, "required": True}
            for name, label, kind, length in fields
        ],
    } | said
    Layout.objects.create(
        code=code,
        version=1,
        name="日次ファイル",
        valid_from=date(2026, 1, 1),
        definition=definition,
    )
    return code


@pytest.fixture
def layout(db):
    return a_layout(
        "school",
        ("receipt", "受領番号", "9", 12),
        ("resident_number", "児童番号", "X", 15),
        ("name", "氏名", "N", 100),
        ("born_on", "生年月日", "DATE", 10),
        ("sex", "性別", "X", 1),
        ("town", "町名", "N", 40),
    )


@pytest.fixture
def subscribe(act):
    def subscribed(code, layout_code, encoding="utf-8"):
        return services.subscribe_to_files(
            receiving=system(code),
            layout_code=layout_code,
            encoding=encoding,
            starts_after=selectors.CHANGES.head(),
            act=act,
        )

    return subscribed


@pytest.fixture
def made(act):
    """Make the files of a day; return the content of the only one."""

    def content(day=DAY):
        (file,) = services.make_day_files(day=day, act=act)
        return services.path_of(file).read_bytes()

    return content


class TestContent:
    def test_the_days_changes_stand_in_the_receivers_layout_and_nothing_else(
        self, layout, approve, subscribe, receive, made
    ):
        approve("017-000", "name", "born_on", "town")
        subscribe("017-000", layout)
        hanako = receive()
        receipt = selectors.CHANGES.head()

        head, line, trailer = made().decode().splitlines()
        assert head == "受領番号,児童番号,氏名,生年月日,性別,町名"
        assert line == f"{receipt},{hanako},札幌　花子,1990-04-05,,北一条西"
        assert trailer == "T,1"
        # What was not approved stays empty, is not demanded, and is named.
        assert DeliveryFile.objects.get().empty_columns == ["sex"]

    def test_a_reduced_item_stands_reduced(self, layout, approve, subscribe, receive, made):
        approve("017-000", "born_on", reductions={"born_on": "year"})
        subscribe("017-000", layout)
        receive()
        assert ",1990," in made().decode()

    def test_where_a_protected_person_lives_stays_empty(
        self, layout, approve, subscribe, receive, made
    ):
        approve("017-000", "name", "town")
        subscribe("017-000", layout)
        receive(support_measure="1", support_subject="1", support_from="2026-10-01")
        assert "北一条西" not in made().decode()

    def test_characters_that_the_receiver_lacks_are_replaced_or_listed(
        self, layout, approve, subscribe, receive, made
    ):
        approve("017-000", "name")
        subscribe("017-000", layout, encoding="cp932")
        receive(name="𠮷田　花子")
        unmappable = receive(name="札幌　\U00030000")

        lines = made().decode("cp932").splitlines()
        file = DeliveryFile.objects.get()
        assert "吉田　花子" in lines[1]
        assert (lines[-1], file.rows, file.unwritten, file.lost) == ("T,1", 1, 1, 2)
        finding = FileFinding.objects.get(kind="unwritten")
        assert (finding.resident_number, finding.item) == (unmappable, "氏名")
        assert "𠮷→吉" in FileFinding.objects.filter(kind="lost").order_by("receipt").first().words

    def test_codes_and_days_are_the_receivers_and_what_has_no_counterpart_is_counted(
        self, approve, subscribe, receive, made
    ):
        theirs = CodeTable.objects.create(
            code="their_sex", name="相手先の性別", stands_for=CodeTable.objects.get(code="sex")
        )
        CodeEntry.objects.create(
            table=theirs, code="F", name="女", counterpart="2", valid_from=date(2026, 1, 1)
        )
        fields = [
            {"name": "name", "label": "氏名", "type": "N", "length": 40, "characters": "jisx0208"},
            {"name": "sex", "label": "性別", "type": "X", "length": 1, "codes": "sex"}
            | {"code_map": "their_sex"},
            {"name": "born_on", "label": "生年月日", "type": "DATE", "length": 7}
            | {"date_form": "gyymmdd"},
        ]
        code = a_layout("mapped", header=False, trailer=False, fields=fields)
        approve("017-000", "name", "sex", "born_on")
        subscribe("017-000", code)
        receive(name="𠮷田　花子", sex="2")
        receive(sex="1")

        assert made().decode() == "吉田　花子,F,4020405\r\n"
        unmapped = UnmappedCode.objects.get()
        assert (unmapped.table_code, unmapped.direction, unmapped.code, unmapped.count) == (
            "their_sex",
            "outward",
            "1",
            1,
        )
        loss = ConversionLoss.objects.get()
        assert (loss.system.code, loss.item, loss.original) == ("017-000", "氏名", "𠮷")

    def test_a_fixed_layout_has_records_of_one_length(self, approve, subscribe, receive, made):
        code = a_layout(
            "fixed",
            ("resident_number", "番号", "X", 15),
            ("name", "氏名", "N", 40),
            form="fixed",
            unit="bytes",
            header=False,
        )
        approve("017-000", "name")
        subscribe("017-000", code, encoding="cp932")
        receive()
        record, trailer, _ = made().split(b"\r\n")
        assert (len(record), len(trailer)) == (55, 55)

    def test_the_mark_of_utf_8_is_written_where_asked(
        self, layout, approve, subscribe, receive, made
    ):
        approve("017-000", "name")
        subscribe("017-000", layout, encoding="utf-8-sig")
        assert made().startswith(b"\xef\xbb\xbf")

    def test_a_layout_with_an_item_that_nobody_has_is_refused(self, subscribe):
        code = a_layout("strange", ("blood_type", "血液型", "X", 1))
        with pytest.raises(InvalidRequest) as refusal:
            subscribe("017-000", code)
        assert "blood_type" in refusal.value.fields["layout_code"]


class TestLedger:
    def test_a_day_is_made_once_and_the_next_day_goes_on_where_it_ended(
        self, layout, approve, subscribe, receive, made, act
    ):
        approve("017-000", "name")
        subscribe("017-000", layout)
        first = receive()
        one = made()
        later = receive()
        assert made() == one
        assert first not in made(NEXT_DAY).decode()
        assert later in made(NEXT_DAY).decode()

        before, after = DeliveryFile.objects.order_by("day")
        assert before.until_receipt == after.after_receipt
        assert before.sha256 == hashlib.sha256(one).hexdigest()
        assert LinkageRecord.objects.filter(kind="file_disclosed").count() == 2

    def test_a_lost_file_is_made_again_byte_by_byte(
        self, layout, approve, subscribe, receive, made
    ):
        approve("017-000", "name")
        subscribe("017-000", layout)
        number = receive()
        one = made()
        receive(resident_number=number, history_number=2, name="札幌　良子")
        services.path_of(DeliveryFile.objects.get()).unlink()

        assert made() == one
        assert DeliveryFile.objects.get().remade_at is None

    def test_it_is_the_owners_alone_in_the_systems_own_folder(
        self, layout, approve, subscribe, receive, made, tmp_path
    ):
        approve("017-000", "name")
        subscribe("017-000", layout)
        receive()
        made()
        path = services.path_of(DeliveryFile.objects.get())
        assert path == tmp_path / "deliveries" / "017-000" / "017-000_20261124.csv"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert [one.name for one in path.parent.iterdir()] == [path.name]

    def test_one_system_without_approval_does_not_stop_the_others(
        self, layout, approve, subscribe, receive, act
    ):
        approve("017-000", "name")
        approve("024-000", "name", delivery_forms=(API,))
        subscribe("017-000", layout)
        subscribe("024-000", layout)
        receive()

        for _ in range(2):
            made = services.make_day_files(day=DAY, act=act)
            assert [one.system.code for one in made] == ["017-000"]
        assert LinkageRecord.objects.filter(kind="file_disclosed", result="refused").count() == 1

    def test_who_was_in_it_can_be_told(self, layout, approve, subscribe, receive, made):
        approve("017-000", "name", "domicile_of_origin")
        subscribe("017-000", layout)
        hanako = receive()
        made()
        (about,) = selectors.deliveries_about(hanako)
        # 本籍 was approved and has no place in the layout: it did not leave.
        assert (about.form, about.items) == ("日次ファイル", ("name",))

    def test_a_stopped_system_gets_no_more(self, layout, approve, subscribe, act):
        approve("017-000", "name")
        subscribe("017-000", layout)
        services.stop_files(receiving=system("017-000"))
        assert services.make_day_files(day=DAY, act=act) == []


class TestFetching:
    def test_only_the_system_itself_fetches_it(
        self, layout, approve, subscribe, receive, made, client_of
    ):
        approve("017-000", "name")
        approve("024-000", "name")
        subscribe("017-000", layout)
        receive()
        content = made()
        api = client_of(system("017-000"), "030:files:read")
        (told,) = api.get(API_FILES).json()
        answer = api.get(f"{API_FILES}{told['id']}/")

        assert answer.getvalue() == content
        assert answer["X-Content-SHA256"] == told["sha256"] == hashlib.sha256(content).hexdigest()
        assert DeliveryFile.objects.get().fetched_at
        other = client_of(system("024-000"), "030:files:read")
        assert other.get(API_FILES).json() == []
        assert other.get(f"{API_FILES}{told['id']}/").status_code == 404

    def test_the_individual_number_is_sealed_on_the_disk_and_plain_for_its_receiver(
        self, approve, subscribe, receive, made, client_of
    ):
        code = a_layout(
            "insurer", ("individual_number", "個人番号", "X", 12), ("name", "氏名", "N", 100)
        )
        approve("024-000", "name", individual_number=True)
        subscribe("024-000", code)
        number = an_individual_number()
        receive(individual_number=number)

        assert number.encode() not in made()
        file = DeliveryFile.objects.get()
        answer = client_of(system("024-000"), "030:files:read").get(f"{API_FILES}{file.pk}/")
        content = answer.getvalue()
        assert content.decode().splitlines()[1] == f"{number},札幌　花子"
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)

    def test_one_whose_key_was_retired_is_made_again(
        self, approve, subscribe, receive, made, settings
    ):
        code = a_layout("insurer", ("individual_number", "個人番号", "X", 12))
        health = approve("024-000", "name", individual_number=True)
        subscribe("024-000", code)
        receive()
        made()
        file = DeliveryFile.objects.get()
        settings.INDIVIDUAL_NUMBER_KEYS = {"new": b"n" * 32}
        opened = services.fetch_file(file_id=file.pk, act=health)
        assert hashlib.sha256(b"".join(opened.pieces)).hexdigest() == file.sha256

    def test_what_came_under_protection_since_is_not_handed_out(
        self, layout, approve, subscribe, receive, made, act
    ):
        school = approve("017-000", "name", "town")
        subscribe("017-000", layout)
        hanako = receive()
        assert "北一条西" in made().decode()
        services.start_support_measure(
            resident_number=hanako,
            kind="1",
            subject_kind="1",
            since=DAY,
            until=None,
            reason="試験",
            act=replace(act, at=act.at.replace(hour=4)),
        )
        file = DeliveryFile.objects.get()
        opened = services.fetch_file(
            file_id=file.pk, act=replace(school, at=act.at.replace(hour=5))
        )

        assert "北一条西" not in b"".join(opened.pieces).decode()
        assert opened.file.remade_at

    def test_a_withdrawn_approval_stops_what_was_already_made(
        self, layout, approve, subscribe, receive, made, act
    ):
        school = approve("017-000", "name")
        subscribe("017-000", layout)
        receive()
        made()
        services.withdraw_application(
            application=UseApplication.objects.get(system=school.system),
            reason="廃止",
            act=replace(act, staff=StaffFactory()),
        )
        with pytest.raises(services.NoApproval):
            services.fetch_file(file_id=DeliveryFile.objects.get().pk, act=school)


class TestCommand:
    def test_it_says_what_it_made_and_ends_with_1_where_rows_did_not_fit(
        self, layout, subscribe, receive
    ):
        approvals.approved("017-000", "name")
        subscribe("017-000", layout, encoding="cp932")
        receive()
        out = StringIO()
        call_command("deliver_files", on=DAY, stdout=out)
        assert "017-000_20261124.csv 1行" in out.getvalue()

        receive(name="札幌　\U00030000")
        with pytest.raises(CommandError) as refusal:
            call_command("deliver_files", system="017-000", on=NEXT_DAY, stdout=StringIO())
        assert refusal.value.returncode == 1

    @pytest.mark.parametrize("said", [{"system": "999-999"}, {"on": date(2999, 1, 1)}])
    def test_nonsense_does_nothing(self, said):
        with pytest.raises(CommandError) as refusal:
            call_command("deliver_files", **said)
        assert refusal.value.returncode == 2


class TestPages:
    @pytest.fixture
    def operator(self, staff_client):
        staff = StaffFactory(roles=("連携運用担当",))
        assign_perm(
            "sapporo_base.open_personalinformationfile",
            staff,
            PersonalInformationFile.objects.get(code="resident"),
        )
        return staff_client(staff=staff)

    def test_staff_set_a_file_up_and_see_what_did_not_fit(
        self, layout, approve, receive, operator, act
    ):
        approve("017-000", "name")
        delivery = Delivery.objects.get(system=system("017-000"))
        url = reverse("admin:resident_basic_delivery_set_up_files", args=[delivery.pk])
        said = {
            "layout_code": layout,
            "encoding": "cp932",
            "starts_after": str(selectors.CHANGES.head()),
        }
        assert operator.post(url, said | {"_confirmed": "1"}).status_code == 302
        number = receive(name="札幌　\U00030000")
        (file,) = services.make_day_files(day=DAY, act=act)

        listed = operator.get(reverse("admin:resident_basic_deliveryfile_changelist"))
        page = operator.get(reverse("admin:resident_basic_deliveryfile_change", args=[file.pk]))
        assert "出力できない 1行" in listed.content.decode()
        assert number[:5] in page.content.decode()
        assert "性別" in page.content.decode()
        assert LinkageRecord.objects.filter(kind="looked", subject_count=1).exists()

        url = reverse("admin:resident_basic_delivery_stop_files", args=[delivery.pk])
        assert operator.post(url, {"_confirmed": "1"}).status_code == 302
        assert not selectors.file_subscription(system("017-000")).is_active

    def test_who_may_only_look_is_offered_nothing(self, approve, staff_client):
        approve("017-000", "name")
        delivery = Delivery.objects.get(system=system("017-000"))
        viewer = staff_client("resident_basic.view_delivery")
        page = viewer.get(reverse("admin:resident_basic_delivery_change", args=[delivery.pk]))
        assert "日次ファイルを設定する" not in page.content.decode()
        url = reverse("admin:resident_basic_delivery_set_up_files", args=[delivery.pk])
        assert viewer.get(url).status_code == 403
