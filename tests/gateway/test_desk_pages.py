"""The provision desk, and the pages that name and mend what differs at the platform."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm

from gateway.models import (
    Copy,
    CopyDifference,
    CopyInspection,
    Exchange,
    ExchangeRecord,
    InformationFlag,
    Provision,
    PublicationEnd,
    Reconciliation,
)
from sapporo_base.models import PersonalInformationFile
from tests.conftest import NOON
from tests.factories import StaffFactory, system
from tests.gateway.far_end import CHILD_ALLOWANCE

pytestmark = pytest.mark.django_db
NUMBER = "000000000012345"
DESK = ("gateway.view_provision", "gateway.answer_provision", "gateway.permit_provision")


def officer(*rights, file="child-allowance"):
    """A member of staff with rights, and the right to open the file."""
    staff = StaffFactory(rights=rights)
    found = PersonalInformationFile.objects.get(code=file)
    assign_perm("open_personalinformationfile", staff, found)
    return staff


def page(name, row=None, act=""):
    kind = act or ("change" if row else "changelist")
    return reverse(f"admin:gateway_{name}_{kind}", args=[row.pk] if row else [])


def provision(place=1, **changes):
    now = timezone.now()
    return Provision.objects.create(
        provision_id=f"p{place}",
        integrated_number=NUMBER,
        asker_code="9900000000000026",
        asker_name="北海道知事",
        information_code=CHILD_ALLOWANCE,
        copy_items={"支給額": "10000"},
        noted_at=now,
        due_at=now,
        **{
            "procedure_code": "JM99000000000026",
            "step_code": "JT99000000000026",
            "asked_at": now,
            "answer_due_at": now + timedelta(days=3),
            **changes,
        },
    )


@pytest.fixture
def lost():
    """A copy that the platform lost, as the night has found it."""
    copy = Copy.objects.create(
        system=system("027-000"),
        information_code=CHILD_ALLOWANCE,
        integrated_number=NUMBER,
        business_number="J1",
        dataset="0001",
        key="2026-12",
        layout_version="0001",
        items={},
        published_from=NOON.date(),
        published_until=NOON.date(),
        wanted_hash=b"w" * 32,
        forwarded_hash=b"w" * 32,
        state=Copy.State.FORWARDED,
        due_at=NOON,
        changed_at=NOON,
    )
    run = Reconciliation.objects.create(
        information_code=CHILD_ALLOWANCE, started_at=NOON, state="different", difference_count=1
    )
    return CopyDifference.objects.create(
        reconciliation=run,
        information_code=CHILD_ALLOWANCE,
        kind=CopyDifference.Kind.MISSING_THERE,
        copy=copy,
        integrated_number=NUMBER,
        dataset="0001",
        key="2026-12",
        layout_version="0001",
        found_at=NOON,
    )


class TestDesk:
    def test_says_under_which_item_it_is_asked_and_that_the_day_is_near(self, staff_client):
        provision(answer_due_at=timezone.now() + timedelta(hours=3))
        provision(2, answer_due_at=timezone.now() - timedelta(hours=3))
        provision(3, procedure_code="JM99000000000999")

        html = staff_client(staff=officer(*DESK)).get(page("provision")).content.decode()

        assert "令和6年デジタル庁令・総務省令第9号 第2条の表" in html
        assert "期限間近" in html
        assert "期限超過" in html
        assert "根拠なし" in html

    def test_the_copy_is_filled_in_for_who_answers(self, staff_client):
        row = provision()
        url = page("provision", row, "answer_inquiry")

        html = staff_client(staff=officer(*DESK)).get(url).content.decode()

        assert "支給額: 10000</textarea>" in html

    def test_a_returned_answer_tells_why_to_who_answers_anew(self, staff_client):
        clerk, chief = officer(*DESK), officer(*DESK)
        row = provision(
            state="answered", answer="refuse", answered_by=clerk, answered_at=timezone.now()
        )
        told = {"_confirmed": "1", "reason": "項目を確かめてください"}

        staff_client(staff=chief).post(page("provision", row, "give_back"), told)

        row.refresh_from_db()
        assert row.state == "waiting"
        html = staff_client(staff=clerk).get(page("provision", row, "answer_inquiry"))
        assert "項目を確かめてください" in html.content.decode()

    def test_of_a_list_one_s_own_answers_are_left_out(self, staff_client):
        clerk, chief = officer(*DESK), officer(*DESK)
        rows = [
            provision(n, state="answered", answer="refuse", answered_by=who)
            for n, who in ((1, clerk), (2, chief))
        ]
        told = {"action": "permit_many", "_selected_action": [row.pk for row in rows]}
        browser = staff_client(staff=chief)

        html = browser.post(page("provision"), told).content.decode()
        browser.post(page("provision"), {**told, "_confirmed": "1"})

        assert "1件(自分が回答したもの" in html
        assert [row.state for row in Provision.objects.order_by("pk")] == ["permitted", "answered"]


class TestDifferences:
    def test_the_page_of_a_comparison_leads_to_each(self, staff_client, lost):
        rights = ("gateway.view_reconciliation", "gateway.view_copydifference")
        browser = staff_client(*rights)

        html = browser.get(page("reconciliation", lost.reconciliation)).content.decode()

        assert "プラットフォームにない" in html
        link = f"{page('copydifference')}?reconciliation__id__exact={lost.reconciliation_id}"
        assert link in html
        assert browser.get(f"{link}&kind__exact=missing_there").status_code == 200

    def test_mending_tells_the_numbers_first_and_then_does_it(self, staff_client, lost):
        browser = staff_client("gateway.view_copydifference", "gateway.mend_copy")
        told = {"action": "mend", "_selected_action": [lost.pk]}

        html = browser.post(page("copydifference"), told).content.decode()
        lost.refresh_from_db()
        assert lost.state == "open"
        browser.post(page("copydifference"), {**told, "_confirmed": "1", "reason": "復旧"})

        assert "市の副本を送り直す" in html
        lost.refresh_from_db()
        assert lost.state == "mending"
        assert Copy.objects.get().state == "waiting"

    def test_the_home_page_counts_what_waits_for_a_person(self, staff_client, lost):
        html = staff_client("gateway.view_copydifference").get(reverse("admin:index"))

        assert "副本: プラットフォームにない" in html.content.decode()
        assert (
            "プラットフォームとの照合"
            not in staff_client().get(reverse("admin:index")).content.decode()
        )

    def test_who_has_not_the_right_is_offered_nothing(self, staff_client, lost):
        browser = staff_client("gateway.view_copydifference")

        html = browser.get(page("copydifference", lost)).content.decode()

        assert "この相違を直す" not in html
        assert browser.get(page("copydifference", lost, "mend_one")).status_code == 403
        assert NUMBER not in html


class TestLooks:
    def test_a_copy_is_looked_at_with_a_reason_and_the_page_waits_for_the_answer(
        self, staff_client, lost
    ):
        staff = officer("gateway.view_copy", "gateway.inspect_copy", "gateway.view_copyinspection")
        browser = staff_client(staff=staff)
        url = page("copy", lost.copy, "see_detail")

        assert "理由" in browser.get(url).content.decode()
        response = browser.post(url, {"_confirmed": "1", "reason": "相違の確認"}, follow=True)

        asked = CopyInspection.objects.get()
        assert asked.asked_by == staff
        assert "問い合わせています" in response.content.decode()
        assert Exchange.objects.get().interface_id == "IF_DBM_30212"

    @pytest.mark.parametrize(
        ("kind", "answer", "words"),
        [
            ("detail", {"is_held": False}, "持っていません"),
            ("detail", {"is_held": True, "items": {"支給額": "1"}, "digest": "ff"}, "支給額"),
            (
                "search",
                {"items": {"支給額": "1"}, "count": 1, "is_automatic": False},
                "自動応答不可",
            ),
            (
                "recipients",
                {
                    "recipients": [
                        {
                            "asker": "北海道知事",
                            "affair_code": "JM1",
                            "provided_at": "2026-11-24T12:00:00+09:00",
                            "items": ["支給額"],
                        }
                    ]
                },
                "北海道知事",
            ),
            (
                "flags",
                {
                    "no_automatic_answer": True,
                    "not_disclosed": False,
                    "information_no_automatic_answer": False,
                },
                "設定あり",
            ),
        ],
    )
    def test_what_the_platform_told_is_read_in_words(self, staff_client, lost, kind, answer, words):
        asked = CopyInspection.objects.create(
            kind=kind,
            copy=lost.copy,
            integrated_number=NUMBER,
            information_code=CHILD_ALLOWANCE,
            state="answered",
            asked_by=StaffFactory(),
            asked_at=NOON,
            asked_because="確認",
            answer=answer,
            kept_until=NOON,
        )
        staff = officer("gateway.view_copyinspection")

        html = staff_client(staff=staff).get(page("copyinspection", asked)).content.decode()

        assert words in html


class TestFlags:
    def test_are_set_for_many_at_once_and_a_wrong_number_is_named(self, staff_client):
        staff = officer(
            "gateway.view_informationflag",
            "gateway.set_informationflag",
            file="resident",
        )
        told = {
            "_confirmed": "1",
            "system": "027-000",
            "business_numbers": "J8\nJ9",
            "information_code": CHILD_ALLOWANCE,
            "no_automatic_answer": "on",
            "reason": "申出",
        }

        html = staff_client(staff=staff).post(page("informationflag", act="set_flags"), told)

        assert "2件の業務番号に団体内統合宛名番号がありません。" in html.content.decode()
        assert not InformationFlag.objects.exists()

    @pytest.mark.parametrize("name", ["informationflag", "platformnumber"])
    def test_the_lists_need_the_right_to_the_file(self, staff_client, name):
        right = f"gateway.view_{name}"
        assert staff_client(right).get(page(name)).status_code == 403
        staff = officer(right, file="resident")
        assert staff_client(staff=staff).get(page(name)).status_code == 200


class TestPublicationEnds:
    def test_one_drafts_and_another_decides(self, staff_client, lost):
        rights = (
            "gateway.view_publicationend",
            "gateway.draft_publicationend",
            "gateway.decide_publicationend",
        )
        first, second = StaffFactory(rights=rights), StaffFactory(rights=rights)
        Copy.objects.update(published_until="9999-12-31")
        told = {
            "_confirmed": "1",
            "information_code": CHILD_ALLOWANCE,
            "layout_version": "0001",
            "ends_on": "令和8年12月31日",
            "reason": "改版",
        }
        staff_client(staff=first).post(page("publicationend", act="draft"), told)
        end = PublicationEnd.objects.get()
        decide = page("publicationend", end, "decide")

        own = staff_client(staff=first).post(decide, {"_confirmed": "1"}).content.decode()
        end.refresh_from_db()
        assert end.state == "drafted"
        staff_client(staff=second).post(decide, {"_confirmed": "1"})

        end.refresh_from_db()
        assert "別の職員の確認が必要です" in own
        assert (end.state, end.copy_count) == ("waiting", 1)


def test_a_difference_of_records_is_settled_with_what_was_found_out(staff_client):
    record = ExchangeRecord.objects.create(
        sequence=1,
        side="provider",
        integrated_number=NUMBER,
        inquirer_code="9900000000000026",
        provider_code="0220101100201700",
        information_code=CHILD_ALLOWANCE,
        requested_at=NOON,
        outcome="provided",
        items=["支給額"],
        comparison="only_there",
        difference="市はこの人の副本を登録していません。",
        fetched_at=NOON,
    )
    rights = ("gateway.view_exchangerecord", "gateway.confirm_exchangerecord")
    browser = staff_client(*rights)

    listed = browser.get(page("exchangerecord")).content.decode()
    told = {"_confirmed": "1", "reason": "移行前の副本から提供された"}
    browser.post(page("exchangerecord", record, "confirm"), told)

    record.refresh_from_db()
    assert "市の記録なし" in listed
    assert (record.comparison, record.confirmed_because) == (
        "confirmed",
        "移行前の副本から提供された",
    )
