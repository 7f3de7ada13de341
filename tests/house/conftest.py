"""A browser for the tests of pages, the demo's staff, and a page that remembers what it complained of."""

import os
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from sapporo_base import services
from sapporo_base.acts import Act
from tests.house.browser import chromium


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
