"""The pages of numbers and of doubtful identity in a real browser; a 名寄せ and its undoing by the keyboard."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page

from integrated_address import services as numbers
from integrated_address.models import (
    BusinessNumber,
    MatchCandidate,
    Merge,
    MergeNotice,
    SearchAlarm,
    SearchLimit,
)
from sapporo_base import services
from sapporo_base.models import Staff
from tests.factories import StaffFactory, fictitious_individual_number, system
from tests.house.browser import (
    keep_screenshot,
    look_at,
    serious_faults_of,
    sign_in,
)
from tests.integrated_address.factories import HANAKO, numbered

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LONG_NAME = f"札幌　{'寿限無五劫摺切海砂利水魚' * 4}"
JIRO = replace(
    HANAKO, name="手稲　次郎", name_kana="テイネ　ジロウ", sex="1", birth_on=date(1961, 2, 3)
)
ELSEWHERE = f"北海道札幌市手稲区前田十条十丁目１番１０号　{'グランドメゾン' * 4}１０１号室"


@pytest.fixture
def people(act, demo_staff) -> list[str]:
    """Return a resident with much history, her double, and somebody else with a wrong link."""
    cache.clear()
    resident = numbered(act).integrated_number
    known_as = replace(HANAKO, name=LONG_NAME, residential_address=ELSEWHERE)
    double = numbered(
        act, number="P1", serial=None, code="024-000", state="", basics=known_as
    ).integrated_number
    other = numbered(act, number="300", serial=3, basics=JIRO).integrated_number
    for code in ("017-000", "027-000"):
        numbers.link_business_number(
            integrated_number=resident, system=system(code), number=f"9{code[:3]}00000001", act=act
        )
    numbers.update_basics(
        system=system("001-000"),
        business_number="100",
        basics=replace(HANAKO, residential_address=ELSEWHERE),
        resident_state="1",
        act=replace(act, at=act.at + timedelta(days=3)),
    )
    return [resident, double, other]


def _proposed(act, people: list[str]) -> Merge:
    return numbers.propose_merge(
        addressee=people[0], other=people[1], cause="judged", reason="本人から届出があったため。",
        act=replace(act, staff=StaffFactory()),
    )  # fmt: skip


def _addresses(act, people: list[str]) -> dict[str, str]:
    """Return the pages to look at, by name."""

    def page(name: str, *args: object) -> str:
        return reverse(f"admin:integrated_address_{name}", args=args)

    proposed = _proposed(act, people)
    judge = replace(act, staff=StaffFactory(), reason="取り違えのため。")
    draft = numbers.draft_link_correction(
        link_id=BusinessNumber.objects.get(number="300", superseded_at=None).pk,
        target=people[0],
        effective_on=act.day,
        act=judge,
    )
    limit = SearchLimit.objects.create(
        holder_kind="staff", holder="R3001", alarm_per_hour=20, stop_per_hour=60, reason="試験"
    )
    alarm = SearchAlarm.objects.create(
        holder_kind="staff", holder="R3001", hour=act.at, searches=61, is_stopped=True,
        raised_at=act.at,
    )  # fmt: skip
    candidate = MatchCandidate.objects.order_by("pk").first()
    person = "integratedaddressee"
    return {
        "list": f"{page(f'{person}_changelist')}?q=札幌",
        "person": page(f"{person}_change", people[0]),
        "period": page(f"{person}_correct_period", people[0]),
        "wrong link": page(f"{person}_move_link", people[0]),
        "another number": page(f"{person}_change_number", people[0]),
        "deletion": page(f"{person}_delete_addressee", people[0]),
        "at a time": page(f"{person}_at_a_time", people[0]),
        "search by list": page("by_list"),
        "numbers from a file": page("number_file"),
        "drafts": page("numberamendment_changelist"),
        "draft": page("numberamendment_change", draft.pk),
        "decide a draft": page("numberamendment_grant", draft.pk),
        "alarms": page("searchalarm_changelist"),
        "alarm": page("searchalarm_change", alarm.pk),
        "limits": page("searchlimit_changelist"),
        "limit": page("searchlimit_change", limit.pk),
        "candidates": page("matchcandidate_changelist"),
        "candidate": page("matchcandidate_change", candidate.pk),
        "merges": page("merge_changelist"),
        "merge": page("merge_change", proposed.pk),
        "approve a merge": page("merge_approve", proposed.pk),
        "models": page("matchmodel_changelist"),
        "model": page("matchmodel_change", 1),
        "thresholds": page("matchthreshold_changelist"),
    }


def _looked_at(page: Page, server: str, addresses: dict[str, str]) -> list[str]:
    problems = []
    for name, address in addresses.items():
        problems += look_at(page, server + address, f"numbers {name}")
    return problems


def test_pages_of_numbers_bear_long_names_and_two_widths(page: Page, live_server, act, people):
    Staff.objects.get(staff_number="R3001").groups.add(
        *Staff.objects.get(staff_number="A5001").groups.all()
    )
    addresses = _addresses(act, people)
    sign_in(page, live_server.url, "R3001", services.DEMO_PASSWORD)
    assert _looked_at(page, live_server.url, addresses) == []
    assert page.complaints == []


def _press(page: Page, name: str) -> None:
    """Press a button or follow a link without a mouse."""
    found = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name)).first
    found.focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def test_a_merge_and_its_undoing_by_the_keyboard(page: Page, live_server, act, people):
    merge = _proposed(act, people)
    sign_in(page, live_server.url, "R3001", services.DEMO_PASSWORD)
    page.goto(live_server.url + reverse("admin:integrated_address_merge_change", args=[merge.pk]))
    _press(page, "内容を確認して承認する")
    page.get_by_label("理由").focus()
    page.keyboard.type("本人確認書類で確認した。")
    keep_screenshot(page, "merge to approve", full_page=True)
    _press(page, "承認して名寄せする")
    page.get_by_text("名寄せしました").first.wait_for()
    merge.refresh_from_db()
    assert (merge.state, merge.decided_by) == ("merged", "R3001")

    notice = MergeNotice.objects.order_by("pk").first()
    merged = {
        "merged": reverse("admin:integrated_address_merge_change", args=[merge.pk]),
        "undo a merge": reverse("admin:integrated_address_merge_undo", args=[merge.pk]),
        "notices": reverse("admin:integrated_address_mergenotice_changelist"),
        "notice": reverse("admin:integrated_address_mergenotice_change", args=[notice.pk]),
        "acknowledge": reverse(
            "admin:integrated_address_mergenotice_note_acknowledgement", args=[notice.pk]
        ),
    }
    assert _looked_at(page, live_server.url, merged) == []

    page.goto(live_server.url + merged["merged"])
    _press(page, "解除する")
    page.get_by_label("理由").focus()
    page.keyboard.type("別人と分かった。")
    _press(page, "名寄せを解除する")
    page.get_by_text("解除しました").first.wait_for()
    merge.refresh_from_db()
    assert merge.state == "undone"
    assert serious_faults_of(page) == []
    assert page.complaints == []


def test_corrections_are_reached_by_the_keyboard_and_a_file_is_followed(
    page: Page, live_server, act, people, tmp_path
):
    sign_in(page, live_server.url, "R3001", services.DEMO_PASSWORD)
    person = reverse("admin:integrated_address_integratedaddressee_change", args=[people[0]])
    page.goto(live_server.url + person)
    page.locator(".sb-menu summary").focus()
    for key in ("Enter", "Tab", "Escape"):
        page.keyboard.press(key)
    assert page.locator(".sb-menu a").first.is_hidden()
    for key in ("Enter", "Tab", "Enter"):
        page.keyboard.press(key)
    page.get_by_label("有効開始日").wait_for()

    page.goto(live_server.url + reverse("admin:integrated_address_number_file"))
    file = tmp_path / "numbers.csv"
    file.write_bytes(b"a,b\n")
    page.get_by_label("ファイル", exact=False).nth(1).set_input_files(file)
    page.evaluate(
        "document.querySelector('form[data-progress]').addEventListener('submit', e => e.preventDefault())"
    )
    _press(page, "ファイルを読み込む")
    page.get_by_text("ファイルを確認しています").wait_for()
    assert page.get_by_role("button", name="ファイルを読み込む").is_disabled()
    assert page.complaints == []


def test_a_number_typed_into_the_search_of_a_list_is_not_sent(page: Page, live_server, people):
    sign_in(page, live_server.url, "R3001", services.DEMO_PASSWORD)
    address = live_server.url + reverse("admin:integrated_address_integratedaddressee_changelist")
    page.goto(address)
    number = fictitious_individual_number(1)
    page.locator("#searchbar").fill(f"{number[:4]} {number[4:8]} {number[8:]}")
    page.locator("#searchbar").press("Enter")
    page.wait_for_timeout(300)
    assert page.url == address
    page.locator("#searchbar").fill("札幌")
    page.locator("#searchbar").press("Enter")
    page.wait_for_url("**?q=*")
