"""A browser for the tests of pages: Debian's Chromium, driven by Playwright."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
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


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser: the machine's Chromium where there is one, otherwise Playwright's own."""
    with sync_playwright() as playwright:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Page, server: str, staff_number: str, password: str) -> None:
    """Sign in by the form, as people do."""
    page.goto(f"{server}/admin/login/?next=/admin/")
    page.get_by_label("職員番号").fill(staff_number)
    page.get_by_label("パスワード").fill(password)
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_load_state()


def serious_faults_of(page: Page) -> list[str]:
    """Return what axe calls serious or critical."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"][:3]
    ]


def english_left_on(page: Page) -> list[str]:
    """Return English words that are read or read out on a page."""
    text = page.locator("body").inner_text()
    spoken = page.evaluate(
        "[...document.querySelectorAll('[aria-label],[title],[placeholder]')].filter(e => e.checkVisibility())"
        ".flatMap(e => ['aria-label','title','placeholder'].map(n => e.getAttribute(n) || '')).join('\\n')"
    )
    return sorted(set(ENGLISH.findall(LATIN.sub("", f"{text}\n{spoken}"))))


def faults_of(page: Page) -> list[str]:
    """Return what is wrong with a page as it stands: for axe, in English, or wider than its window."""
    faults = serious_faults_of(page)
    if words := english_left_on(page):
        faults.append(f"English left: {words}")
    return faults + _too_wide(page)


def look_at(page: Page, address: str, name: str, *, full_page: bool = True) -> list[str]:
    """
    Open a page and return what is wrong with it: all in the first width, its breadth in each; keep
    how it looks.

    The document is the same in every width: what it says, and what axe sees, is asked once.
    """
    first, *others = WIDTHS
    page.set_viewport_size({"width": first, "height": 900})
    answer = page.goto(address)
    page.wait_for_load_state()
    status = answer.status if answer else 0
    faults = [*([] if status == 200 else [f"status {status}"]), *faults_of(page)]
    found = [f"{name} {first}px: {one}" for one in faults]
    keep_screenshot(page, f"{name} {first}px", full_page=full_page)
    for width in others:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{name} {width}px: {one}" for one in _too_wide(page)]
        keep_screenshot(page, f"{name} {width}px", full_page=full_page)
    return found


def _too_wide(page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    return ["wider than the window"] if wider else []


def keep_screenshot(page: Page, name: str, *, full_page: bool = False) -> None:
    """Keep what the page looks like where `SCREENSHOTS` asks for it."""
    if os.environ.get("SCREENSHOTS"):
        SHOTS.mkdir(parents=True, exist_ok=True)
        file = re.sub(r"[/ ?=&]+", "-", name).strip("-")
        page.screenshot(path=SHOTS / f"{file[:100]}.png", full_page=full_page)
