"""The staff's pages in a real browser: every page of the side bar, two widths, axe, keyboard, words."""

import pytest
from playwright.sync_api import Page

from sapporo_base import services
from tests.house.browser import (
    WIDTHS,
    faults_of,
    keep_screenshot,
    serious_faults_of,
    sign_in,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def _places(page: Page) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('#nav-sidebar ol a')].map(a => a.href)")


@pytest.mark.parametrize("staff_number", ["M9001", "A5001", "R3001", "S2002"])
def test_every_page_of_the_side_bar_is_japanese_accessible_and_asks_no_other_host(
    page, live_server, staff_number
):
    sign_in(page, live_server.url, staff_number, services.DEMO_PASSWORD)
    places = _places(page)
    assert places
    problems = []
    for address in places:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            answer = page.goto(address)
            page.wait_for_load_state()
            where = f"{address.removeprefix(live_server.url)} {width}px"
            if answer.status != 200:
                problems.append(f"{where}: {answer.status}")
            problems += [f"{where}: {one}" for one in faults_of(page)]
            keep_screenshot(page, f"{staff_number} {where}")
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
