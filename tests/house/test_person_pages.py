"""The pages of a resident in a real browser: much to show, the longest names, a protected member, an error."""

from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page

from resident_basic import services as residents
from resident_basic.models import ConsistencyFinding
from sapporo_base import services
from tests.factories import system
from tests.house.browser import faults_of, keep_screenshot, look_at, sign_in
from tests.resident_basic.factories import a_file, a_resident_number, row

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

IVS = "渡邉\U000e0101"
LONGEST = f"{IVS}　{'寿限無五劫摺切海砂利水魚' * 9}"[:98]
LONGEST_ROMAN = f"{'Ｗ' * 50}　{'Ｘ' * 49}"
BUILDING = f"{'グランドメゾン' * 8}１０１号室"


def _family() -> list[dict[str, str]]:
    """Eight people of four generations; the head has the longest name, one is a foreign resident."""
    household, head = a_resident_number(), a_resident_number()
    common = {
        "household_number": household,
        "head_resident_number": head,
        "head_name": LONGEST,
        "building": BUILDING,
        "town": "北六条西六丁目",
    }
    chains = (
        ("52", "", "1938-01-02", "2", f"{IVS}　とめ"),
        ("12", "", "1968-03-04", "2", f"{IVS}　恵子"),
        ("20", "", "1992-05-06", "1", f"{IVS}　一郎"),
        ("20", "12", "1993-05-06", "2", LONGEST_ROMAN),
        ("20", "", "1995-05-06", "2", f"{IVS}　花"),
        ("20", "20", "2020-05-06", "1", f"{IVS}　翔"),
        ("20", "20", "2022-05-06", "2", f"{IVS}　葵"),
    )
    return [
        row(**common, resident_number=head, name=LONGEST, born_on="1965-01-02", sex="1"),
        *(
            row(
                **common,
                relationship_1=first,
                relationship_2=second,
                born_on=born,
                sex=sex,
                name=name,
                name_kana="ワタナベ　" + "ナガイ" * 8,
            )
            for first, second, born, sex, name in chains
        ),
    ]


@pytest.fixture
def family(act, tmp_path, demo_staff) -> list[str]:
    """Receive the family, twelve 異動 of its head, what contradicts, and protect one of them."""
    cache.clear()
    members = _family()
    head = members[0]
    moves = [
        head
        | {
            "history_number": str(number),
            "event_id": f"E{head['resident_number'][-12:]}{number:03d}",
            "change_reason": "41",
            "changed_on": f"2026-10-{number + 5:02d}",
            "processed_on": f"2026-10-{number + 5:02d}",
            "block": f"{'一二三四五六七八九'[number % 9]}番町の家",
        }
        for number in range(2, 14)
    ]
    headless = row(relationship_1="20", name=LONGEST)
    residents.receive_residents(
        path=a_file(tmp_path / "family.csv", *members, *moves, headless),
        act=replace(act, path="api", system=system("001-000")),
    )
    residents.check_residents(act=act)
    residents.start_support_measure(
        resident_number=members[5]["resident_number"],
        kind="1",
        subject_kind="1",
        since=date(2026, 11, 1),
        until=None,
        reason="試験",
        act=act,
    )
    return [one["resident_number"] for one in members]


def _addresses(number: str) -> dict[str, str]:
    """Return the pages to look at, by name."""

    def admin(name: str, *args: object, **asked: str) -> str:
        return reverse(f"admin:resident_basic_{name}", args=args) + (
            f"?{urlencode(asked)}" if asked else ""
        )

    finding = ConsistencyFinding.objects.get()
    return {
        "list with much": admin("resident_changelist", q="渡辺"),
        "list with little": admin("resident_changelist", q="ワタナベ ナガ 1938年"),
        "list of nobody": admin("resident_changelist", q="いない 人"),
        "a word read as a place": admin("resident_changelist", q="グランドメゾン", former="1"),
        "person": admin("resident_change", number),
        "versions": admin("resident_versions", number),
        "versions with an error": admin("resident_versions", number, as_of="いつか", known_at=""),
        "a past moment": admin("resident_versions", number, as_of="令和8年10月10日", known_at=""),
        "records": admin("resident_records", number),
        "deliveries": admin("resident_deliveries", number),
        "day": admin("residentversion_changelist", day="2026-10-10"),
        "day with much": admin("residentversion_changelist", day="2026-10-01"),
        "day with nothing": admin("residentversion_changelist", day="2020-01-01"),
        "findings": admin("consistencyfinding_changelist"),
        "finding": admin("consistencyfinding_change", finding.pk),
        "judge a finding": admin("consistencyfinding_dismiss", finding.pk),
        "start protection": admin("resident_start_measure", number),
    }


def test_the_pages_of_a_resident_bear_much_data_and_the_longest_names(
    page: Page, live_server, family
):
    sign_in(page, live_server.url, "K1001", services.DEMO_PASSWORD)
    problems = []
    for name, address in _addresses(family[0]).items():
        problems += look_at(page, live_server.url + address, f"resident {name}")
    assert problems == []
    assert page.complaints == []


def test_one_search_box_finds_people_and_leads_to_them_by_the_keyboard(
    page: Page, live_server, family
):
    sign_in(page, live_server.url, "K1001", services.DEMO_PASSWORD)
    page.get_by_label("人を探す").first.fill("渡邊 一郎")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/")
    page.get_by_text("渡邉\U000e0101　一郎").first.wait_for()
    keep_screenshot(page, "one box for people")
    assert faults_of(page) == []
    page.locator("main table a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/resident/*/change/")
    # Seven of eight: who stands under 支援措置 is left out of the household too.
    page.get_by_text("世帯の構成(7人)").first.wait_for()
