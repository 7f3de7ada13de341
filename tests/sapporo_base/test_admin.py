"""The staff's pages of the ground floor: what they show, refuse and record."""

from dataclasses import replace
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm

from sapporo_base import selectors, services
from sapporo_base.acts import Act, NotNow
from sapporo_base.admin import display
from sapporo_base.admin.bases import FieldCannotBeShown, ReadOnlyAdmin
from sapporo_base.admin.looks import RecordedLookMixin
from sapporo_base.models import (
    BatchRun,
    LinkageRecord,
    LinkageRecordSubject,
    PersonalInformationFile,
    RejectedRow,
    Staff,
    SystemCredential,
)
from tests.factories import StaffFactory, system

pytestmark = pytest.mark.django_db
VIEW = ("sapporo_base.view_personalinformationfile",)
RECORDS = "/admin/sapporo_base/linkagerecord/"


def _open_file(staff, *rights):
    services.set_rights(
        staff=staff,
        rights=[(right, "resident") for right in rights],
        act=Act(at=timezone.now(), path="command"),
    )


class PersonPage(RecordedLookMixin, ReadOnlyAdmin):
    """A page of a person; the table stands in for a register."""

    personal_file = "resident"
    look_items = ("氏名",)
    protected = False

    def look_subjects(self, obj):
        return [("resident", "000000000000017")]

    def is_protected(self, obj):
        return self.protected


@pytest.fixture
def person_page():
    return PersonPage(PersonalInformationFile, admin.site)


@pytest.fixture
def ask(person_page):
    """Open the page as this member of staff; the session is kept from one request to the next."""

    def opened(staff, data=None, session=None):
        factory = RequestFactory()
        request = factory.get("/") if data is None else factory.post("/", data)
        request.user = staff
        request.session = {} if session is None else session
        person = PersonalInformationFile.objects.get(code="resident")
        return person_page._first_asked(request, str(person.pk))

    return opened


class TestLooks:
    def test_a_look_is_recorded_with_its_person_and_in_the_linkage_history(self, ask):
        staff = StaffFactory(rights=VIEW)
        _open_file(staff, "open_personalinformationfile")

        assert ask(staff) is None

        record = LinkageRecord.objects.get(kind="looked")
        assert (record.staff_number, record.items) == (staff.staff_number, ["氏名"])
        assert LinkageRecordSubject.objects.get(record_id=record.pk).number == "000000000000017"
        assert LogEntry.objects.filter(action=LogEntry.Action.ACCESS, actor=staff).count() == 1

    def test_without_the_right_to_the_file_the_look_is_refused_and_recorded(self, ask):
        from sapporo_base.admin.rights import RightIsMissing

        with pytest.raises(RightIsMissing, match="住民基本台帳ファイル"):
            ask(StaffFactory(rights=VIEW))

        assert LinkageRecord.objects.get(kind="looked").result == LinkageRecord.Result.REFUSED

    def test_a_protected_person_needs_a_right_of_its_own(self, ask, person_page):
        from sapporo_base.admin.rights import RightIsMissing

        person_page.protected = True
        staff = StaffFactory(rights=VIEW)
        _open_file(staff, "open_personalinformationfile")

        with pytest.raises(RightIsMissing, match="支援措置"):
            ask(staff)

    def test_the_reason_for_a_protected_person_is_asked_once_and_recorded(self, ask, person_page):
        person_page.protected = True
        staff, session = StaffFactory(rights=VIEW), {}
        _open_file(staff, "open_personalinformationfile", "open_protected_person")

        assert ask(staff, session=session).template_name == "sapporo_base/ask_reason.html"
        assert not LinkageRecord.objects.filter(kind="looked").exists()
        sent_on = ask(staff, {"_look_reason": "1", "reason": "窓口での相談"}, session)
        assert sent_on.status_code == 302
        assert ask(staff, session=session) is None

        assert LinkageRecord.objects.get(kind="looked").reason == "窓口での相談"
        entry = LogEntry.objects.get(action=LogEntry.Action.ACCESS, actor=staff)
        assert entry.object_repr == "(支援措置対象者)"


class TestRefusals:
    def test_a_403_names_the_right_and_the_roles_that_hold_it(self, staff_client):
        answer = staff_client().get(RECORDS)

        assert answer.status_code == 403
        text = answer.content.decode()
        assert "「情報連携記録」を閲覧する権限" in text
        assert "監査担当" in text
        assert answer["X-Correlation-ID"] in text

    def test_a_404_is_in_the_house(self, client):
        answer = client.get("/nowhere")
        assert answer.status_code == 404
        assert "ページが見つかりません" in answer.content.decode()

    def test_a_500_needs_no_database(self, client, django_assert_num_queries):
        from sapporo_base.admin.troubles import server_error

        with django_assert_num_queries(0):
            answer = server_error(RequestFactory().get("/"))
        assert answer.status_code == 500
        assert "問い合わせ番号" in answer.content.decode()

    def test_a_stale_form_is_told_so(self):
        answer = Client(enforce_csrf_checks=True).post("/admin/login/", {})
        assert answer.status_code == 403
        assert "有効期限が切れました" in answer.content.decode()

    def test_a_number_of_individual_kind_is_taken_out_of_the_search(self, staff_client):
        from sapporo_base.sample_city import fictitious_individual_number

        number = fictitious_individual_number(90_000_001)
        answer = staff_client("sapporo_base.view_staff").get(
            "/admin/sapporo_base/staff/", {"q": number}
        )
        assert answer.status_code == 302
        assert number not in answer["Location"]


class TestStaff:
    def test_a_new_member_of_staff_can_sign_in(self, staff_client):
        browser = staff_client("sapporo_base.view_staff", "sapporo_base.add_staff")
        answer = browser.post(
            reverse("admin:sapporo_base_staff_add"),
            {
                "staff_number": "N0001",
                "name": "新人 一葉",
                "section": "戸籍住民課",
                "valid_from": "令和2年4月1日",
                "password1": "Kita3jo-Nishi6",
                "password2": "Kita3jo-Nishi6",
            },
        )
        assert answer.status_code == 302
        staff = Staff.objects.get(staff_number="N0001")
        assert staff.valid_from.isoformat() == "2020-04-01"
        assert Client().login(username="N0001", password="Kita3jo-Nishi6")

    def test_rights_on_files_are_given_and_taken_by_one_form(self, staff_client):
        browser = staff_client("sapporo_base.view_staff", "sapporo_base.change_staff")
        staff = StaffFactory()
        address = f"/admin/sapporo_base/staff/{staff.pk}/set_rights/"

        browser.post(
            address, {"_confirmed": "1", "file:resident": ["open_personalinformationfile"]}
        )
        assert selectors.rights_held(staff) == {("open_personalinformationfile", "resident")}
        browser.post(address, {"_confirmed": "1", "system:operate_businesssystem": ["027-000"]})
        assert selectors.rights_held(staff) == {("operate_businesssystem", "027-000")}
        browser.post(address, {"_confirmed": "1", "system:apply_businesssystem": ["017-000"]})
        assert selectors.rights_held(staff) == {("apply_businesssystem", "017-000")}
        assert LinkageRecord.objects.filter(kind="rights_changed").count() == 3

    def test_demo_staff_are_refused_outside_the_demo(self, settings, act):
        settings.DEMO = False
        with pytest.raises(NotNow, match="デモ環境"):
            services.prepare_demo_staff(act=act)


class TestCredentials:
    def test_the_secret_is_shown_once_and_not_stored_by_the_browser(self, staff_client):
        browser = staff_client(
            "sapporo_base.view_businesssystem", "sapporo_base.add_systemcredential"
        )
        answer = browser.post(
            f"/admin/sapporo_base/businesssystem/{system('027-000').pk}/issue_credential/",
            {
                "_confirmed": "1",
                "method": "client_secret_basic",
                "scopes": ["032:numbers:write"],
                "expires_on": "令和40年3月31日",
            },
        )
        credential = SystemCredential.objects.get()
        assert credential.client_id in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]


class TestInterruptedRuns:
    """A reception that was killed is still 処理中; whoever looks after the work is told."""

    PAGES = ("/admin/", "/admin/sapporo_base/batchrun/")

    def test_are_seen_with_what_to_do(self, staff_client, act):
        services.open_batch(act, "receive_taxes", file_name="tax.csv", file_sha256="a" * 64)
        browser = staff_client("sapporo_base.view_batchrun")
        for page in self.PAGES:
            html = browser.get(page).content.decode()
            assert "中断" in html
            assert "同じファイルを再度受領すると、続きから処理します" in html

    def test_are_none_while_somebody_works_on_them(self, staff_client, act):
        services.open_batch(act, "receive_taxes", file_name="tax.csv", file_sha256="b" * 64)
        browser = staff_client("sapporo_base.view_batchrun")
        with services.only_one_reception("b" * 64):
            for page in self.PAGES:
                assert "中断" not in browser.get(page).content.decode()


class TestRejectedRows:
    def test_stay_on_the_home_page_however_many_jobs_came_after(self, staff_client, act):
        batch = services.open_batch(act, "receive_accounts", file_name="a.csv")
        services.reject_rows(batch, [services.Reject(3, "氏名", "missing", "空です。", {})])
        for hours in range(1, 7):
            later = replace(act, at=act.at + timedelta(hours=hours))
            services.open_batch(later, "receive_accounts", file_name=f"later{hours}.csv")
        rights = ("sapporo_base.view_batchrun", "sapporo_base.view_rejectedrow")
        html = staff_client(*rights).get("/admin/").content.decode()

        assert "受領エラー(未処理)" in html
        assert "受領エラー 1件" in html
        assert ">a.csv<" not in html
        services.settle_rejected_row(
            RejectedRow.objects.get(), state="dropped", reason="送り直し", act=act
        )
        assert "受領エラー 1件" not in staff_client(*rights).get("/admin/").content.decode()

    def test_a_row_is_opened_with_a_reason_and_recorded(self, staff_client, act):
        batch = services.open_batch(act, "receive_accounts", file_name="a.csv")
        services.reject_rows(
            batch,
            [services.Reject(3, "氏名", "missing", "空です。", {"氏名": "", "住所": "北1条"})],
        )
        row = RejectedRow.objects.get()
        browser = staff_client("sapporo_base.view_rejectedrow", "sapporo_base.change_rejectedrow")
        address = f"/admin/sapporo_base/rejectedrow/{row.pk}/open_row/"

        assert (
            "理由を入力してください" in browser.post(address, {"_confirmed": "1"}).content.decode()
        )
        assert not LinkageRecord.objects.filter(kind="rejected_row_opened").exists()
        answer = browser.post(address, {"_confirmed": "1", "reason": "送信元へ照会"})
        assert "北1条" in answer.content.decode()
        assert LinkageRecord.objects.get(kind="rejected_row_opened").reason == "送信元へ照会"


class TestRecords:
    def test_are_found_by_the_number_of_a_person(self, staff_client, act):
        wanted = services.record_linkage(
            act, "disclosed", subjects=[("resident", "000000000000017")]
        )
        services.record_linkage(act, "disclosed", subjects=[("resident", "000000000000025")])

        found = selectors.records_matching(LinkageRecord.objects.all(), "000000000000017")
        assert list(found) == [wanted]
        browser = staff_client("sapporo_base.view_linkagerecord")
        page = browser.get(f"{RECORDS}{wanted.pk}/change/").content.decode()
        assert "封緘待ち" in page

    def test_an_exported_list_is_itself_recorded(self, staff_client, act):
        BatchRun.objects.create(kind="=1+1", started_at=act.at)
        answer = staff_client("sapporo_base.view_batchrun").get(
            "/admin/sapporo_base/batchrun/export/"
        )
        assert "'=1+1" in answer.content.decode()
        assert LinkageRecord.objects.get(kind="list_exported").detail == "一括処理一覧 1件"


def test_a_difference_is_marked_in_place():
    marked = display.differences(
        {"住所": "北1条西2丁目"}, {"住所": "北1条西3丁目"}, caption="住所の変更"
    )
    assert "北1条西<del>2</del>丁目" in marked
    assert "北1条西<ins>3</ins>丁目" in marked


def test_what_is_shown_is_escaped():
    assert "<script>" not in display.facts([("氏名", "<script>")])
    assert "<script>" not in display.differences({"a": "<script>"}, {"a": ""}, caption="x")


def test_a_field_that_fails_fails_the_page_and_does_not_look_empty():
    class Page(ReadOnlyAdmin):
        readonly_fields = ("broken",)

        def broken(self, obj):
            return obj.nothing_of_that_name

    with pytest.raises(FieldCannotBeShown, match="broken"):
        Page(SystemCredential, admin.site).broken(SystemCredential())


def test_a_right_on_a_file_is_held_in_person_or_by_role_and_on_that_file_alone():
    in_person, by_role, stranger = StaffFactory(), StaffFactory(), StaffFactory()
    role = Group.objects.create(name="窓口")
    by_role.groups.add(role)
    file = PersonalInformationFile.objects.get(code="resident")
    _open_file(in_person, "open_personalinformationfile")
    assign_perm("open_protected_person", role, file)
    assert selectors.file_rights_of(in_person) == {("open_personalinformationfile", "resident")}
    assert selectors.file_rights_of(by_role) == {("open_protected_person", "resident")}
    assert selectors.file_rights_of(stranger) == frozenset()
    everything = selectors.file_rights_of(StaffFactory(is_superuser=True))
    assert ("open_personalinformationfile", "resident") in everything


@pytest.mark.parametrize("stray", ["11/keep-results", "x", "%27"])
def test_a_page_of_what_is_no_number_is_not_found(staff_client, stray):
    browser = staff_client("sapporo_base.view_legalbasis", "sapporo_base.keep_results_legalbasis")
    assert browser.get(f"/admin/sapporo_base/legalbasis/{stray}/change/").status_code == 404


def test_a_form_that_adds_one_is_titled_once_without_stray_spaces(staff_client):
    browser = staff_client(roles=("システム管理者",))
    page = browser.get(reverse("admin:sapporo_base_staff_add")).content.decode()
    assert page.count(">職員を登録する<") == 1
    assert (
        "職員を登録する</a>"
        in browser.get(reverse("admin:sapporo_base_staff_changelist")).content.decode()
    )
    shown = browser.get(reverse("admin:sapporo_base_staff_change", args=[StaffFactory().pk]))
    assert "職員を変更する" in shown.content.decode()
