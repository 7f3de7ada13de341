"""The staff's pages in a real browser: every page of the side bar, two widths, axe, keyboard, words."""

import pytest
from playwright.sync_api import Page

from sapporo_base import services
from tests.house.browser import (
    WIDTHS,
    faults_of,
    look_at,
    serious_faults_of,
    sign_in,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def _places(page: Page) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('#nav-sidebar ol a')].map(a => a.href)")


@pytest.mark.parametrize("staff_number", ["M9001", "A5001", "R3001", "S2002", "D4001", "U6001"])
def test_every_page_of_the_side_bar_is_japanese_accessible_and_asks_no_other_host(
    page, live_server, staff_number
):
    sign_in(page, live_server.url, staff_number, services.DEMO_PASSWORD)
    places = _places(page)
    assert places
    problems = []
    for address in places:
        name = f"{staff_number} {address.removeprefix(live_server.url)}"
        problems += look_at(page, address, name, full_page=False)
    assert problems == []
    assert page.complaints == []
    assert page.hosts == {live_server.url.split("/")[2]}


def test_a_wrong_password_is_refused_in_words_and_the_number_stays(page, live_server):
    sign_in(page, live_server.url, "M9001", "wrong-password-here")
    assert "サインインできません" in page.inner_text("body")
    assert page.get_by_label("職員番号").input_value() == "M9001"
    assert serious_faults_of(page) == []


def test_the_palette_opens_by_slash_and_leads_to_a_page_without_a_mouse(page, live_server):
    sign_in(page, live_server.url, "A5001", services.DEMO_PASSWORD)
    page.keyboard.press("/")
    page.keyboard.type("情報連携記録")
    page.locator("#sb-palette-results a").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/linkagerecord/")
    assert page.locator("h1").inner_text() == "情報連携記録"


def test_the_first_tab_leads_past_the_menu(page, live_server):
    sign_in(page, live_server.url, "M9001", services.DEMO_PASSWORD)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "本文へ移動"


def test_a_section_finds_its_items_and_drafts_a_use_application(page, live_server):
    sign_in(page, live_server.url, "U6001", services.DEMO_PASSWORD)
    page.goto(f"{live_server.url}/admin/resident_basic/useapplication/add/")
    page.get_by_label("利用目的").fill("児童手当の支給")
    page.locator("[name=procedure]").fill("児童手当の支給に関する事務")
    page.get_by_label("法令上の根拠").select_option(index=1)
    page.get_by_label("利用開始日").fill("令和8年4月1日")
    page.get_by_label("利用終了日").fill("令和12年4月1日")
    page.get_by_label("項目を探す").fill("フリガナ確認")
    page.keyboard.press("Enter")
    page.locator("[data-item='氏名フリガナ確認状況'] [type=checkbox]").check()
    assert page.locator("[data-item-count]").inner_text() == "1"
    assert not page.locator("[data-item='本籍']").is_visible()

    page.get_by_role("button", name="保存する").click()
    assert "この項目を必要とする理由を入力してください" in page.inner_text("body")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert list(faults_of(page)) == []

    page.locator("[data-item='氏名フリガナ確認状況'] .sb-item-reason input").fill("振込名義の確認")
    page.get_by_role("button", name="保存する").click()
    page.wait_for_url("**/change/")
    assert "対象者の範囲を入力してください" in page.inner_text("body")
    assert serious_faults_of(page) == []
    assert page.complaints == []
