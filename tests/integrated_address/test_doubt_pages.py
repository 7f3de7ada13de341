"""The staff's pages of doubtful identity: judged, approved by another, undone, and who was told."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse
from guardian.shortcuts import assign_perm

from integrated_address import services
from integrated_address.models import (
    IntegratedAddressee,
    MatchCandidate,
    MatchThreshold,
    Merge,
    MergeNotice,
)
from sapporo_base.models import LinkageRecord, PersonalInformationFile
from tests.factories import StaffFactory, fictitious_individual_number, system
from tests.integrated_address.factories import HANAKO, numbered

pytestmark = pytest.mark.django_db
CANDIDATES = reverse("admin:integrated_address_matchcandidate_changelist")
MERGES = reverse("admin:integrated_address_merge_changelist")
NOTICES = reverse("admin:integrated_address_mergenotice_changelist")
VIEWS = tuple(
    f"integrated_address.view_{name}"
    for name in (
        *("matchcandidate", "merge", "mergenotice", "matchthreshold", "matchmodel"),
        "integratedaddressee",
    )
)
ACTS = tuple(
    f"integrated_address.{name}"
    for name in (
        "decide_matchcandidate", "approve_merge", "undo_merge", "change_matchthreshold", "train_match_model",
    )
)  # fmt: skip


@pytest.fixture
def clerk(staff_client):
    """Return a browser of a clerk with these rights, and rights on the file."""

    def browser(*file_rights, rights=ACTS):
        staff = StaffFactory(rights=(*VIEWS, *rights))
        file = PersonalInformationFile.objects.get(code="integrated-address")
        for right in ("open_personalinformationfile", *file_rights):
            assign_perm(f"sapporo_base.{right}", staff, file)
        return staff_client(staff=staff)

    return browser


@pytest.fixture
def candidate(act):
    """Return a resident and the same one as 国民健康保険 knows her, without 個人番号."""
    numbered(act)
    known_as = replace(HANAKO, name_kana="サッポロ　ハナヨ", birth_on=date(1990, 4, 6))
    numbered(act, number="P1", serial=None, code="024-000", state="", basics=known_as)
    return MatchCandidate.objects.get()


def act_page(name, row, what):
    """Return the address of the page before an act."""
    return reverse(f"admin:integrated_address_{name}_{what}", args=[row.pk])


def confirm(browser, url, **data):
    """Press the button."""
    return browser.post(url, {"_confirmed": "1", "reason": "本人確認書類で確認", **data})


def change(name, row):
    """Return the address of a row's page."""
    return reverse(f"admin:integrated_address_{name}_change", args=[row.pk])


class TestCandidates:
    def test_the_queue_shows_the_two_and_records_whom_it_showed(self, clerk, candidate):
        page = clerk().get(CANDIDATES).content.decode()
        assert "サッポロ　ハナヨ" in page
        record = LinkageRecord.objects.filter(kind="listed").latest("at")
        assert record.subject_count == 1

    def test_two_people_side_by_side_with_their_differences_marked(self, clerk, candidate):
        page = clerk().get(change("matchcandidate", candidate)).content.decode()
        assert "<mark>" in page
        assert "平成2年4月" in page
        assert "個人番号の登録は一方だけです" in page

    def test_a_individual_number_is_never_on_the_page(self, clerk, candidate):
        page = clerk().get(change("matchcandidate", candidate)).content.decode()
        assert fictitious_individual_number(1) not in page

    def test_judged_the_same_a_merge_is_proposed(self, clerk, candidate):
        browser = clerk()
        url = act_page("matchcandidate", candidate, "judge_same")
        assert "別の職員" in browser.get(url).content.decode()
        assert confirm(browser, url).status_code == 302
        assert Merge.objects.get().state == "proposed"

    def test_judged_different_it_leaves_the_queue(self, clerk, candidate):
        browser = clerk()
        confirm(browser, act_page("matchcandidate", candidate, "judge_different"))
        assert "サッポロ　ハナヨ" not in browser.get(CANDIDATES).content.decode()

    def test_put_off_it_stays_with_its_reason(self, clerk, candidate):
        browser = clerk()
        confirm(
            browser, act_page("matchcandidate", candidate, "put_off"), reason="戸籍の附票を照会中"
        )
        assert (
            "戸籍の附票を照会中"
            in browser.get(change("matchcandidate", candidate)).content.decode()
        )

    def test_who_may_not_judge_is_offered_nothing(self, clerk, candidate):
        browser = clerk(rights=())
        assert (
            "同一人と判定する"
            not in browser.get(change("matchcandidate", candidate)).content.decode()
        )
        response = confirm(browser, act_page("matchcandidate", candidate, "judge_same"))
        assert response.status_code == 403
        assert not Merge.objects.exists()

    def test_protected_people_are_shown_to_who_may_see_them_with_a_reason(
        self, clerk, candidate, act
    ):
        services.set_support_flag(
            system=system("001-000"), business_numbers=["100"], on=True, act=act
        )
        assert "ハナヨ" not in clerk().get(CANDIDATES).content.decode()
        assert clerk().get(change("matchcandidate", candidate)).status_code == 302
        may_see = clerk("open_protected_person")
        asked = may_see.get(change("matchcandidate", candidate)).content.decode()
        assert "ハナヨ" not in asked
        assert "理由" in asked


class TestMerges:
    @pytest.fixture
    def proposal(self, candidate, act):
        """Return a proposed 名寄せ."""
        return services.judge_same(
            candidate_number=candidate.pk, reason="本人確認", act=replace(act, staff=StaffFactory())
        )

    def test_the_preview_tells_what_moves_and_who_is_told(self, clerk, proposal):
        page = clerk().get(act_page("merge", proposal, "approve")).content.decode()
        for words in (
            "国民健康保険 1件",
            "副本",
            "回答前の情報照会",
            "住民基本台帳(既存住基)、国民健康保険",
        ):
            assert words in page

    def test_another_approves_and_undoes(self, clerk, proposal):
        browser = clerk()
        confirm(browser, act_page("merge", proposal, "approve"))
        proposal.refresh_from_db()
        assert proposal.state == "merged"
        said = browser.get(change("merge", proposal)).content.decode()
        assert "名寄せ前の二人" in said
        assert "平成2年4月" in said
        assert "1990-04-05" not in said
        assert "住民基本台帳(既存住基)" in said
        assert "001-000" not in said
        undo = act_page("merge", proposal, "undo")
        assert "使用中に戻る番号" in browser.get(undo).content.decode()
        confirm(browser, undo)
        assert IntegratedAddressee.objects.filter(state="active").count() == 2

    def test_the_page_of_the_old_number_leads_to_the_one_that_remains(self, clerk, proposal):
        browser = clerk()
        confirm(browser, act_page("merge", proposal, "approve"))
        old = browser.get(change("integratedaddressee", proposal.retired))

        assert change("integratedaddressee", proposal.survivor) in old.content.decode()
        assert "個人番号未登録" not in old.content.decode()

    def test_why_it_was_done_stands_in_the_record(self, clerk, proposal):
        confirm(clerk(), act_page("merge", proposal, "approve"), reason="本人確認書類")

        assert LinkageRecord.objects.get(kind="people_merged").reason == "本人確認書類"

    def test_who_proposed_sees_no_button(self, staff_client, candidate, act):
        staff = StaffFactory(rights=(*VIEWS, *ACTS))
        file = PersonalInformationFile.objects.get(code="integrated-address")
        assign_perm("sapporo_base.open_personalinformationfile", staff, file)
        merge = services.judge_same(
            candidate_number=candidate.pk, reason="本人確認", act=replace(act, staff=staff)
        )
        browser = staff_client(staff=staff)
        url = act_page("merge", merge, "approve")
        assert "承認して名寄せする" not in browser.get(url).content.decode()
        confirm(browser, url)
        assert Merge.objects.get().state == "proposed"

    def test_rejected_nothing_moves(self, clerk, proposal):
        confirm(clerk(), act_page("merge", proposal, "reject"), reason="別人")
        assert Merge.objects.get().state == "rejected"
        assert not IntegratedAddressee.objects.filter(state="merged").exists()

    def test_who_was_told_and_has_not_answered_is_listed_with_its_age(self, clerk, proposal, act):
        services.approve_merge(merge_number=proposal.pk, act=replace(act, staff=StaffFactory()))
        browser = clerk()
        assert "確認待ち" in browser.get(NOTICES).content.decode()
        notice = MergeNotice.objects.get(system=system("024-000"))
        confirm(
            browser, act_page("mergenotice", notice, "note_acknowledgement"), reason="電話で連絡"
        )
        notice.refresh_from_db()
        assert notice.acknowledged_at is not None

    def test_the_list_opens_with_what_waits_for_approval(self, clerk, proposal, act):
        browser = clerk()
        assert "第" in browser.get(MERGES).content.decode()
        services.reject_merge(
            merge_number=proposal.pk, reason="別人", act=replace(act, staff=StaffFactory())
        )
        assert "承認を待っている名寄せはありません" in browser.get(MERGES).content.decode()

    def test_home_tells_what_waits(self, clerk, proposal):
        assert "承認待ちの名寄せ" in clerk().get(reverse("admin:index")).content.decode()


class TestSettings:
    def test_thresholds_are_changed_by_who_may(self, clerk):
        services.thresholds()
        row = MatchThreshold.objects.get()
        url = act_page("matchthreshold", row, "set_thresholds")
        confirm(clerk(), url, candidate_from="5.5", strong_from="4")
        row.refresh_from_db()
        assert row.candidate_from == 0
        confirm(clerk(), url, candidate_from="5.5", strong_from="12")
        row.refresh_from_db()
        assert (float(row.candidate_from), float(row.strong_from)) == (5.5, 12)
        assert LinkageRecord.objects.filter(kind="match_thresholds_changed").count() == 1

    def test_a_model_shows_its_weights(self, clerk, act):
        model = services.current_model(act=act)
        page = clerk().get(change("matchmodel", model)).content.decode()
        assert "数字の誤り・入替り" in page
        assert "まだ見込みはありません" in page

    def test_a_model_and_the_thresholds_tell_what_to_expect_of_a_score(self, clerk, act):
        services.thresholds()
        model = services.current_model(act=act)
        model.expected = [{"score": 5.0, "share": 0.974, "pairs": 861.2}]
        model.save()
        for page in (
            change("matchmodel", model),
            change("matchthreshold", MatchThreshold.objects.get()),
        ):
            shown = clerk().get(page).content.decode()
            assert "5以上" in shown
            assert "約97%" in shown
            assert "約861組" in shown
