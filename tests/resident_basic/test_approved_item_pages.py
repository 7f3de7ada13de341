"""The pages of 移転承認項目: who gets which item, and what a system would be given of one person."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm

from resident_basic import services
from sapporo_base.acts import Act
from sapporo_base.models import LinkageRecord, PersonalInformationFile
from tests.factories import StaffFactory, system
from tests.resident_basic import approvals
from tests.resident_basic.factories import a_file, an_individual_number, row

pytestmark = pytest.mark.django_db
SCHOOL, INSURER = "017-000", "024-000"
ITEMS = reverse("admin:resident_basic_approveditem_changelist")
FILE = reverse("admin:resident_basic_approveditem_file")
PREVIEW = reverse("admin:resident_basic_approveditem_preview")
LIST = reverse("admin:resident_basic_useapplication_changelist")
DRAFT = reverse("admin:resident_basic_useapplication_add")


def text_of(answer):
    return answer.content.decode()


class TestWhoGetsWhat:
    def test_the_matrix_shows_items_down_and_systems_across(self, decider):
        one = approvals.approved(INSURER, "name", "town", individual_number=True)
        approvals.approved(SCHOOL, "name", "born_on", reductions={"born_on": "year"})
        page = decider.get(ITEMS)

        assert "国民健康保険" in text_of(page)
        assert "支援措置で非公開" in text_of(page)
        assert "年のみ" in text_of(page)
        assert f"第{one.pk}号" in text_of(page)
        assert "個人番号" in text_of(page)

        narrowed = text_of(decider.get(ITEMS, {"item": "town"}))
        assert "本人の確認に必要" in narrowed
        assert "学齢簿" not in narrowed.split("<table")[1]

    def test_an_item_given_under_two_applications_names_both(self, decider):
        both = [approvals.approved(SCHOOL, "name").pk, approvals.approved(SCHOOL, "name").pk]
        page = text_of(decider.get(ITEMS))

        assert all(f"第{one}号</a>" in page for one in both)

    def test_a_day_before_the_decision_shows_nothing_of_it(self, decider):
        approvals.approved(SCHOOL, "name")
        page = decider.get(ITEMS, {"day": "2026-11-01", "system": system(SCHOOL).pk})

        assert "この条件で移転される項目はありません" in text_of(page)

    def test_it_leaves_as_a_file_that_runs_nothing_and_is_recorded(self, decider):
        approvals.approved(SCHOOL, items=[services.ItemRequest("name", "=HYPERLINK(1)")])
        answer = decider.get(FILE, {"system": system(SCHOOL).pk})
        table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

        assert answer.content.startswith("\ufeff".encode())
        assert table[0]["項目"] == "氏名"
        assert table[0]["必要とする理由"] == "'=HYPERLINK(1)"
        assert LinkageRecord.objects.filter(kind="list_exported").exists()

    def test_a_section_sees_its_own_systems_alone(self, section):
        approvals.approved(SCHOOL, "name")
        approvals.approved(INSURER, "name")
        page = text_of(section(SCHOOL).get(ITEMS))

        assert "学齢簿" in page
        assert "国民健康保険" not in page.split("<table")[1]


class TestPreview:
    @pytest.fixture
    def hanako(self, act, tmp_path):
        one = row(individual_number=an_individual_number(), postal_code="0608611")
        services.receive_residents(path=a_file(tmp_path / "f.csv", one), act=act)
        return one

    @pytest.fixture
    def reviewer(self, staff_client):
        """Return a browser of who may ask what a system would see."""

        def browser(*file_rights):
            staff = StaffFactory(roles=("利用申請承認者",))
            file = PersonalInformationFile.objects.get(code="resident")
            for right in ("open_personalinformationfile", *file_rights):
                assign_perm(f"sapporo_base.{right}", staff, file)
            return staff_client(staff=staff)

        return browser

    def ask(self, browser, number, code=SCHOOL, **said):
        form = {"system": system(code).pk, "number": number, "reason": "所管課からの問合せ"}
        return browser.post(PREVIEW, form | said)

    def causes(self, answer):
        return {one.name: one.cause for one in answer.context["found"].items if not one.is_given}

    def test_shows_what_is_delivered_as_it_is_delivered(self, hanako, reviewer):
        approvals.approved(
            INSURER, "name", "born_on", individual_number=True, reductions={"born_on": "year"}
        )
        answer = self.ask(reviewer(), hanako["resident_number"], INSURER)
        given = {one.name: one.value for one in answer.context["found"].items if one.is_given}

        assert given == {"individual_number": None, "name": "札幌　花子", "born_on": "1990"}
        assert "移転する(この画面には表示しません)" in text_of(answer)
        assert hanako["individual_number"] not in text_of(answer)
        assert "1990-04-05" not in text_of(answer)
        record = LinkageRecord.objects.get(kind="disclosure_previewed")
        assert (record.reason, record.receiver_code) == ("所管課からの問合せ", INSURER)

    def test_shows_the_row_of_the_systems_file_byte_by_byte(self, hanako, reviewer, act):
        approvals.approved(INSURER, "name", "born_on", individual_number=True)
        services.subscribe_to_files(
            receiving=system(INSURER),
            layout_code="insurer_daily",
            encoding="cp932",
            starts_after=0,
            act=act,
        )
        answer = self.ask(reviewer(), hanako["resident_number"], INSURER)

        assert "日次ファイルでの内容" in text_of(answer)
        assert "札幌　花子".encode("cp932").hex(" ").upper() in answer.content.decode()
        assert hanako["individual_number"] not in text_of(answer)
        assert "個人基本の値" not in text_of(self.ask(reviewer(), hanako["resident_number"]))

    def test_says_for_each_item_why_it_is_not(self, hanako, reviewer):
        approvals.approved(
            SCHOOL, "name", "sex", "town", grant=services.Grant(items={"sex": None}), reason="不要"
        )
        approvals.submitted(SCHOOL, "postal_code")
        revoked = approvals.approved(SCHOOL, "alias")
        services.withdraw_application(
            application=revoked,
            reason="目的外",
            withdrawal="revoked",
            act=Act(at=approvals.NOON, path="admin", staff=StaffFactory()),
        )
        causes = self.causes(self.ask(reviewer(), hanako["resident_number"]))

        assert causes["sex"] == "未承認(審査で除かれました)"
        assert causes["postal_code"] == "未承認(審査中)"
        assert causes["alias"] == "承認取消し"
        assert causes["nationality"] == "未承認(申請されていません)"
        assert causes["individual_number"] == "個人番号を利用しないシステム"

    @pytest.mark.parametrize(
        ("days_ago", "lasts", "cause"),
        [(500, 1500, "年次確認の期限超過"), (500, 400, "期間満了")],
    )
    def test_what_ran_out_is_told_apart(self, hanako, reviewer, days_ago, lasts, cause):
        at = timezone.now() - timedelta(days=days_ago)
        day = timezone.localtime(at).date()
        approvals.approved(
            SCHOOL, "name", at=at, valid_from=day, valid_until=day + timedelta(days=lasts)
        )
        found = self.ask(reviewer(), hanako["resident_number"])
        assert self.causes(found)["name"] == cause

        then = self.ask(
            reviewer(), hanako["resident_number"], day=(day + timedelta(days=10)).isoformat()
        )
        assert "name" not in self.causes(then)

    def test_what_support_hides_is_told_to_who_may_know_it(self, hanako, reviewer, act):
        number = hanako["resident_number"]
        approvals.approved(SCHOOL, "name", "town")
        services.start_support_measure(
            resident_number=number,
            kind="1",
            subject_kind="1",
            since=act.day,
            until=None,
            reason="試験",
            act=act,
        )
        refused = self.ask(reviewer(), number)
        assert "支援措置対象者の内容を確認する権限がありません" in text_of(refused)
        assert LinkageRecord.objects.filter(kind="disclosure_previewed", result="refused").exists()

        shown = self.ask(reviewer("open_protected_person"), number)
        assert self.causes(shown)["town"] == "支援措置"
        assert "北一条西" not in text_of(shown)

    def test_needs_a_reason_a_right_and_a_known_number(self, hanako, reviewer, staff_client):
        number = hanako["resident_number"]
        assert "理由を入力してください" in text_of(self.ask(reviewer(), number, reason=""))
        assert "該当する住民がいません" in text_of(self.ask(reviewer(), "1"))
        assert self.ask(staff_client(roles=("監査担当",)), number).status_code == 403
        assert not LinkageRecord.objects.filter(kind="disclosure_previewed").exists()
