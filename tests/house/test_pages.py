"""The staff's pages in a real browser: every page of the side bar, two widths, axe, keyboard, words."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page

from sapporo_base import services
from sapporo_base.acts import Act
from tests.house.browser import chromium, sign_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WIDTHS = (1280, 768)
SHOTS = Path(settings.VAR_DIR) / "screenshots"
# Names, codes and abbreviations that Japanese texts write in Latin letters.
LATIN = re.compile(
    r"\b(?:API|CSV|SHA|ID|JWT|Basic|DV|UTF|URL|PDF|XML|JSON|Enter|OFL|TM|IF|FGU|DBM|MJ|JIS|IVS|OK)\b"
)
ENGLISH = re.compile(
    r"\b(?:the|and|of|with|your|Search|Filter|Filters|Select|Save|Close|Delete|Home|Welcome|Log|results?"
    r"|Change|Add|View|History|Show|Run|No|Yes|All|None|By|Type|Next|Previous|Loading|Password|User)\b"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, and Django refuses the database where a loop runs.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with chromium() as started:
        yield started
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def demo_staff() -> None:
    services.prepare_demo_staff(act=Act(at=timezone.now(), path="command", reason="試験"))


@pytest.fixture
def page(browser: Browser, live_server, demo_staff) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP")
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    opened.complaints = []
    opened.hosts = set()
    opened.on("console", lambda said: said.type == "error" and opened.complaints.append(said.text))
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("request", lambda asked: opened.hosts.add(asked.url.split("/")[2]))
    yield opened
    context.close()


def _serious(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"][:3]
    ]


def _english(page: Page) -> list[str]:
    text = page.locator("body").inner_text()
    spoken = page.evaluate(
        "[...document.querySelectorAll('[aria-label],[title],[placeholder]')].filter(e => e.checkVisibility())"
        ".flatMap(e => ['aria-label','title','placeholder'].map(n => e.getAttribute(n) || '')).join('\\n')"
    )
    return sorted(set(ENGLISH.findall(LATIN.sub("", f"{text}\n{spoken}"))))


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
            problems += [f"{where}: {one}" for one in _serious(page)]
            if words := _english(page):
                problems.append(f"{where}: English left: {words}")
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
                problems.append(f"{where}: wider than the window")
            if os.environ.get("SCREENSHOTS"):
                SHOTS.mkdir(parents=True, exist_ok=True)
                name = where.strip("/").replace("/", "-").replace(" ", "-")
                page.screenshot(path=SHOTS / f"{staff_number}-{name}.png")
    assert problems == []
    assert page.complaints == []
    assert page.hosts == {live_server.url.split("/")[2]}


def test_a_wrong_password_is_refused_in_words_and_the_number_stays(page, live_server):
    sign_in(page, live_server.url, "M9001", "wrong-password-here")
    assert "サインインできません" in page.inner_text("body")
    assert page.get_by_label("職員番号").input_value() == "M9001"
    assert _serious(page) == []


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
