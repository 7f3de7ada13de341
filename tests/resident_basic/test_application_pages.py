"""The pages of 利用申請: drafted by the section, decided by others, certified; who gets what, and why."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm

from resident_basic import services
from resident_basic.models import UseApplication
from sapporo_base.acts import Act
from tests.factories import StaffFactory, system
from tests.resident_basic import approvals

pytestmark = pytest.mark.django_db
SCHOOL, INSURER = "017-000", "024-000"
ITEMS = reverse("admin:resident_basic_approveditem_changelist")
FILE = reverse("admin:resident_basic_approveditem_file")
PREVIEW = reverse("admin:resident_basic_approveditem_preview")
LIST = reverse("admin:resident_basic_useapplication_changelist")
DRAFT = reverse("admin:resident_basic_useapplication_add")


def page_of(name, application):
    """Return the address of a page or an act of an application."""
    return reverse(f"admin:resident_basic_useapplication_{name}", args=[application.pk])


def text_of(answer):
    return answer.content.decode()


def stated(**changes):
    """Return what a section types into the form."""
    today = timezone.localdate()
    ground = approvals.contents().legal_basis
    return {
        "system": system(SCHOOL).pk,
        "purpose": "学齢簿の編製",
        "procedure": "学齢簿の編製に関する事務",
        "legal_basis": ground.pk,
        "subjects": "学齢児童",
        "expected_count": "15000",
        "retention": "5年",
        "handling_section": "教育推進課",
        "delivery_forms": ["api"],
        "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=700)).isoformat(),
        "take:name": "on",
        "reason:name": "名簿に記載するため",
        "take:born_on": "on",
        "reduction:born_on": "year_month",
        "reason:born_on": "学年を判定するため",
    } | changes


class TestDrafting:
    def test_a_section_drafts_edits_and_submits_for_its_own_system(self, section):
        browser = section(SCHOOL)
        page = text_of(browser.get(DRAFT))
        assert "024-000" not in page
        assert "支援措置で非公開" in page

        browser.post(DRAFT, stated(subjects=""))
        draft = UseApplication.objects.latest("pk")
        assert dict(draft.requested_items.values_list("item", "reduction")) == {
            "name": "",
            "born_on": "year_month",
        }
        shown = text_of(browser.get(page_of("change", draft)))
        assert "対象者の範囲を入力してください" in shown

        refused = browser.post(page_of("submit", draft), {"_confirmed": "1"})
        assert "対象者の範囲を入力してください" in text_of(refused)
        browser.post(page_of("edit", draft), stated())
        browser.post(page_of("submit", draft), {"_confirmed": "1"})
        draft.refresh_from_db()
        assert draft.state == "submitted"

    def test_nothing_typed_is_lost_where_a_reason_is_missing(self, section):
        answer = section(SCHOOL).post(DRAFT, stated(**{"reason:name": " "}))

        assert "この項目を必要とする理由を入力してください" in text_of(answer)
        assert "学年を判定するため" in text_of(answer)
        assert not UseApplication.objects.filter(system=system(SCHOOL)).exists()

    def test_what_the_law_or_the_rules_refuse_is_said_at_the_field(self, section):
        answer = section(SCHOOL).post(DRAFT, stated(individual_number="on"))
        assert "個人番号を利用しない庁内業務システムには" in text_of(answer)

        places = {
            "take:municipality": "on",
            "reduction:municipality": "ward",
            "reason:municipality": "区の集計",
            "take:town": "on",
            "reason:town": "町名",
        }
        answer = section(SCHOOL).post(DRAFT, stated(**places))
        assert "区のみとする場合は、同時に申請できません" in text_of(answer)

    def test_no_section_reaches_into_the_systems_of_another(self, section):
        draft = approvals.drafted(SCHOOL, "name")
        other = section(INSURER)

        assert other.post(DRAFT, stated()).status_code == 200
        assert (
            not UseApplication.objects.filter(system=system(SCHOOL)).exclude(pk=draft.pk).exists()
        )
        assert f"第{draft.pk}号" not in text_of(other.get(LIST))
        for act in ("change", "edit", "submit", "take_back"):
            answer = other.post(page_of(act, draft), {"_confirmed": "1", "reason": "x"})
            assert answer.status_code in {302, 403, 404}, act
        draft.refresh_from_db()
        assert draft.state == "draft"

    def test_who_sees_all_systems_acts_for_their_own_alone(self, staff_client):
        draft = approvals.drafted(SCHOOL, "name")
        staff = StaffFactory(roles=("利用申請担当", "監査担当"))
        assign_perm("sapporo_base.apply_businesssystem", staff, system(INSURER))
        browser = staff_client(staff=staff)

        assert browser.get(page_of("change", draft)).status_code == 200
        for act in ("edit", "submit", "take_back"):
            answer = browser.post(page_of(act, draft), {"_confirmed": "1", "reason": "x"})
            assert answer.status_code == 403, act

    def test_who_holds_no_system_drafts_nothing(self, section, decider):
        assert section().get(DRAFT).status_code == 403
        assert decider.get(DRAFT).status_code == 403


class TestDeciding:
    def test_the_reviewer_sees_what_differs_and_grants_less(self, decider):
        approvals.approved(INSURER, "name", "born_on", reductions={"born_on": "year"})
        application = approvals.submitted(INSURER, "name", "born_on", "sex", individual_number=True)

        page = text_of(decider.get(page_of("change", application)))
        assert "引き続き有効です" in page
        assert "この申請で新たに移転されるもの" in page
        asked = text_of(decider.get(page_of("approve", application)))
        assert "前回にない項目" in asked
        assert "移転しない → 移転する" in asked

        decision = {
            "_confirmed": "1",
            "forms": ["api"],
            "valid_from": application.valid_from.isoformat(),
            "valid_until": "2098-04-01",
            "item:name": "",
            "item:born_on": "year",
            "item:sex": "-",
            "reason": "",
        }
        refused = decider.post(page_of("approve", application), decision)
        assert "申請と異なる内容で承認する理由" in text_of(refused)
        decider.post(page_of("approve", application), decision | {"reason": "過大"})
        application.refresh_from_db()

        assert application.state == "approved"
        assert not application.grants_individual_number
        assert dict(application.approved_items.values_list("item", "reduction")) == {
            "name": "",
            "born_on": "year",
        }
        assert "承認しない" in text_of(decider.get(page_of("change", application)))

    def test_a_renewal_is_compared_with_what_it_takes_the_place_of(self, decider):
        approved = approvals.approved(INSURER, "name", "sex")
        act = Act(at=approvals.NOON, path="admin", staff=StaffFactory())
        renewal = services.renew_application(application=approved, act=act)
        services.edit_application(
            application=renewal,
            contents=approvals.contents(
                "name", "town", valid_from=renewal.valid_from, valid_until=renewal.valid_until
            ),
            act=act,
        )
        page = text_of(decider.get(page_of("change", renewal)))

        assert f"第{approved.pk}号(承認)と第{renewal.pk}号の違い" in page
        assert "項目: 性別" in page
        assert "項目: 住所_町字" in page
        assert "項目: 氏名" not in page

    def test_who_drafted_is_offered_no_decision(self, staff_client):
        application = approvals.submitted(SCHOOL, "name")
        drafter = application.drafted_by
        drafter.groups.set(StaffFactory(roles=("利用申請承認者",)).groups.all())

        page = staff_client(staff=drafter).post(
            page_of("approve", application), {"_confirmed": "1"}
        )

        assert "別の職員の確認が必要です" in text_of(page)
        application.refresh_from_db()
        assert application.state == "submitted"

    def test_it_is_returned_with_words_that_the_section_reads_at_home(self, decider, section):
        application = approvals.submitted(SCHOOL, "name")
        decider.post(
            page_of("return_it", application), {"_confirmed": "1", "reason": "保管期間を短く"}
        )
        browser = section(SCHOOL)

        assert "差戻し(修正が必要)" in text_of(browser.get(reverse("admin:index")))
        assert "保管期間を短く" in text_of(browser.get(page_of("change", application)))

    def test_a_refusal_and_a_revocation_say_why(self, decider):
        application = approvals.submitted(SCHOOL, "name")
        decider.post(page_of("refuse", application), {"_confirmed": "1", "reason": ""})
        application.refresh_from_db()
        assert application.state == "submitted"

        approved = approvals.approved(SCHOOL, "name")
        decider.post(page_of("revoke", approved), {"_confirmed": "1", "reason": "目的外"})
        approved.refresh_from_db()
        assert (approved.withdrawal, approved.withdrawal_reason) == ("revoked", "目的外")

    def test_who_revokes_one_of_two_is_told_what_goes_on(self, decider):
        one = approvals.approved(SCHOOL, "name")
        alone = text_of(decider.get(page_of("revoke", one)))
        assert "止まらないもの" not in alone

        other = approvals.approved(SCHOOL, "name", "sex")
        page = text_of(decider.get(page_of("revoke", one)))
        assert f"第{other.pk}号による2項目の移転は続きます" in page

    def test_a_number_of_people_may_be_written_as_it_is_read(self, section):
        section(SCHOOL).post(DRAFT, stated(expected_count="150,000"))
        assert UseApplication.objects.latest("pk").expected_count == 150_000

    def test_who_only_looks_is_offered_nothing(self, staff_client):
        application = approvals.submitted(SCHOOL, "name")
        auditor = staff_client(roles=("監査担当",))

        assert auditor.get(page_of("change", application)).status_code == 200
        for act in ("approve", "refuse", "return_it", "take_back"):
            assert auditor.post(page_of(act, application), {"_confirmed": "1"}).status_code == 403

    def test_a_clerk_without_the_right_is_told_which(self, staff_client):
        answer = staff_client(roles=("窓口担当",)).get(LIST)

        assert answer.status_code == 403
        assert "「利用申請」を閲覧する権限" in text_of(answer)


class TestCertification:
    @pytest.fixture
    def due(self):
        """Have an approval whose first 年次確認 is due today."""
        a_year_ago = timezone.now() - timedelta(days=365)
        day = timezone.localtime(a_year_ago).date()
        return approvals.approved(
            SCHOOL,
            "name",
            "sex",
            at=a_year_ago,
            valid_from=day,
            valid_until=day + timedelta(days=1500),
        )

    def test_the_section_is_reminded_and_says_what_it_still_needs(self, due, section):
        browser = section(SCHOOL)
        home = text_of(browser.get(reverse("admin:index")))
        assert "年次確認が遅れています" in home or "年次確認の期日" in home

        form = {"_confirmed": "1", "given_up": ["sex"], "remark": "性別は不要"}
        assert "確認のうえ、チェックを入れてください" in text_of(
            browser.post(page_of("certify", due), form)
        )
        browser.post(page_of("certify", due), form | {"confirmed": "on"})

        shown = text_of(browser.get(page_of("change", due)))
        assert "性別は不要" in shown
        assert due.certifications.get().given_up == ["sex"]
        assert browser.post(page_of("certify", due), form | {"confirmed": "on"}).status_code == 403

    def test_a_renewal_is_a_draft_of_what_was_granted(self, due, section):
        answer = section(SCHOOL).post(page_of("renew", due), {"_confirmed": "1"})

        renewal = UseApplication.objects.get(renews=due)
        assert answer.url == page_of("change", renewal)
        assert renewal.state == "draft"
