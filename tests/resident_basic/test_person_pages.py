"""One resident's page and those behind it, and the 異動 of a day: what is shown, to whom, and recorded."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse
from guardian.shortcuts import assign_perm

from integrated_address import selectors as addressees
from resident_basic import services
from sapporo_base.models import LinkageRecord, PersonalInformationFile
from sapporo_base.selectors import records_about
from tests.factories import StaffFactory, system
from tests.resident_basic.factories import a_file, a_resident_number, row

pytestmark = pytest.mark.django_db
DAY = reverse("admin:resident_basic_residentversion_changelist")
OPEN, PROTECTED = "open_personalinformationfile", "open_protected_person"


@pytest.fixture
def receive(act, tmp_path):
    """Receive 異動 as a file of 既存住基."""

    def received(*rows):
        services.receive_residents(
            path=a_file(tmp_path / "residents.csv", *rows),
            act=replace(act, path="api", system=system("001-000")),
        )

    return received


@pytest.fixture
def clerk(staff_client):
    """Return a browser of a clerk with these rights on these files, in these wards."""

    def browser(*rights, files=("resident",), roles=("窓口担当",), wards=()):
        staff = StaffFactory(roles=roles, wards=list(wards))
        for file in PersonalInformationFile.objects.filter(code__in=files):
            for right in (OPEN, *rights):
                assign_perm(f"sapporo_base.{right}", staff, file)
        return staff_client(staff=staff)

    return browser


def page_of(number, name="change"):
    return reverse(f"admin:resident_basic_resident_{name}", args=[number])


def protect(number, act):
    services.start_support_measure(
        resident_number=number,
        kind="1",
        subject_kind="1",
        since=date(2026, 11, 1),
        until=None,
        reason="試験",
        act=act,
    )


@pytest.fixture
def mover(receive):
    """Someone who was entered on 1 October and moved on 10 October."""
    number = a_resident_number()
    receive(
        row(resident_number=number, block="一番町の家"),
        row(
            resident_number=number,
            history_number=2,
            change_reason="41",
            changed_on="2026-10-10",
            processed_on="2026-10-10",
            block="二番町の家",
        ),
    )
    return number


class TestPast:
    def test_any_two_versions_are_compared_and_the_difference_is_marked(self, clerk, mover):
        browser = clerk()
        address = page_of(mover, "versions")
        form = browser.get(address).context["comparison"]

        page = browser.get(address, form.initial)

        assert "<del>一</del>" in page.content.decode()
        assert "<ins>二</ins>" in page.content.decode()
        assert records_about([("resident", mover)]).filter(kind="looked").count() == 2

    @pytest.mark.parametrize(
        ("asked", "shown"),
        [
            ({"as_of": "令和8年10月5日", "known_at": ""}, "一番町の家"),
            ({"as_of": "2026-10-10", "known_at": ""}, "二番町の家"),
            ({"as_of": "", "known_at": ""}, "二番町の家"),
            ({"as_of": "2026-09-01", "known_at": ""}, "住民として登録がありません"),
            ({"as_of": "", "known_at": "2026-10-30"}, "住民として登録がありません"),
            ({"as_of": "いつか", "known_at": ""}, "入力内容を確認してください"),
        ],
    )
    def test_what_was_true_on_a_day_as_known_on_another(self, clerk, mover, asked, shown):
        page = clerk().get(page_of(mover, "versions"), asked).content.decode()
        assert shown in page

    def test_a_version_of_somebody_else_is_not_compared(self, clerk, mover, receive):
        other = a_resident_number()
        receive(row(resident_number=other, name="別人　一"))
        browser = clerk()
        theirs = browser.get(page_of(other, "versions")).context["comparison"].initial["after"]
        page = browser.get(page_of(mover, "versions"), {"before": theirs, "after": theirs})
        assert "別人" not in page.content.decode()


class TestRecords:
    def test_who_looked_is_shown_page_by_key(self, clerk, mover, monkeypatch):
        monkeypatch.setattr("sapporo_base.admin.person_records._A_PAGE", 2)
        browser = clerk()
        for _ in range(3):
            browser.get(page_of(mover))
        first = browser.get(page_of(mover, "records"))
        second = browser.get(page_of(mover, "records"), {"after": first.context["after"]})
        assert first.content.decode().count("sb-when") == 2
        assert second.content.decode().count("sb-when") == 2

    def test_a_bulk_delivery_is_shown_with_its_receiver_and_items(self, clerk, mover, approve):
        act = approve("027-000", "name", "born_on")
        services.disclose_changes(receipt=0, limit=10, act=act)
        for address in (page_of(mover), page_of(mover, "deliveries")):
            page = clerk().get(address).content.decode()
            assert "児童手当" in page
            assert "2項目" in page


class TestWays:
    def test_other_subsystems_are_offered_to_who_may_open_them(self, clerk, mover):
        (number,) = addressees.integrated_numbers_of(
            system=system("001-000"), business_numbers=[mover]
        ).values()
        way = reverse("admin:integrated_address_integratedaddressee_change", args=[number])
        assert (
            way
            in clerk(files=("resident", "integrated-address")).get(page_of(mover)).content.decode()
        )
        assert way not in clerk().get(page_of(mover)).content.decode()


class TestOneBox:
    @pytest.mark.parametrize("term", ["札幌 花子", "サッポロ ハナコ"])
    def test_a_person_is_found_by_writing_and_by_sound(self, clerk, mover, term):
        browser = clerk(files=("resident", "integrated-address"))
        found = browser.post(reverse("admin:people"), {"term": term}).content.decode()
        assert page_of(mover) in found


class TestRights:
    NAMES = ("change", "versions", "records", "deliveries")

    @pytest.mark.parametrize("name", NAMES)
    def test_every_page_of_a_person_asks_for_ward_and_file(self, clerk, staff_client, mover, name):
        assert clerk(wards=["011011"]).get(page_of(mover, name)).status_code == 200
        assert clerk(wards=["011029"]).get(page_of(mover, name)).status_code == 403
        without = staff_client(roles=("窓口担当",))
        assert without.get(page_of(mover, name)).status_code == 403
        auditor = clerk(roles=("監査担当",))
        assert auditor.get(page_of(mover, name)).status_code == 403

    @pytest.mark.parametrize("name", NAMES)
    def test_every_page_of_a_protected_person_asks_for_right_and_reason(
        self, clerk, mover, act, name
    ):
        protect(mover, act)
        refused = clerk().get(page_of(mover, name))
        asked = clerk(PROTECTED).get(page_of(mover, name)).content.decode()
        assert refused.status_code == 403
        assert "理由" in asked
        for page in (refused.content.decode(), asked):
            assert "番町の家" not in page

        entitled = clerk(PROTECTED)
        entitled.post(page_of(mover, name), {"_look_reason": "1", "reason": "本人の相談"})
        assert entitled.get(page_of(mover, name)).status_code == 200
        assert LinkageRecord.objects.filter(kind="looked", reason="本人の相談").exists()


class TestHousehold:
    def test_three_generations_stand_in_three_rows(self, clerk, receive):
        household, head = a_resident_number(), a_resident_number()
        receive(
            row(resident_number=head, household_number=household, name="世帯　主"),
            row(household_number=household, relationship_1="20", name="世帯　子"),
            row(
                household_number=household,
                relationship_1="20",
                relationship_2="20",
                name="世帯　孫",
            ),
            row(
                household_number=household,
                relationship_1="12",
                relationship_2="52",
                name="世帯　妻母",
            ),
        )
        page = clerk().get(page_of(head)).content.decode()
        rows = [
            page[: page.index(f">世帯　{who}</text>")].rsplit(' y="', 1)[1].split('"')[0]
            for who in ("妻母", "主", "子", "孫")
        ]
        assert sorted(rows, key=int) == rows
        assert len(set(rows)) == 4
        assert "子の子" in page


class TestDay:
    def test_the_newest_day_is_shown_with_counts_and_list_and_is_recorded(self, clerk, mover):
        page = clerk().get(DAY).content.decode()
        assert "令和8年10月10日(土)の異動は1件。最も多いのは転居(1件)" in page
        assert "令和8年10月の異動は2件" in page
        assert page_of(mover) in page
        assert LinkageRecord.objects.filter(kind="listed", subject_count=1).exists()

    @pytest.mark.parametrize("day", ["令和8年10月1日", "2026-10-01", "R8.10.1"])
    def test_a_day_is_picked_in_either_calendar(self, clerk, mover, day):
        page = clerk().get(DAY, {"day": day}).content.decode()
        assert "令和8年10月1日(木)の異動は1件" in page
        assert "一番町の家" in page

    def test_it_is_narrowed_by_reason_ward_and_search(self, clerk, mover):
        browser = clerk()
        assert (
            "二番町の家" in browser.get(DAY, {"q": "さっぽろ", "ward": "011011"}).content.decode()
        )
        for narrowed in ({"reason": "23"}, {"ward": "011029"}, {"q": "オタル"}):
            assert "二番町の家" not in browser.get(DAY, narrowed).content.decode()
        assert "二番町の家" not in clerk(wards=["011029"]).get(DAY).content.decode()

    def test_pages_follow_one_another_by_key(self, clerk, receive, monkeypatch):
        monkeypatch.setattr("resident_basic.admin.days.DayAdmin.list_per_page", 2)
        receive(*(row(name=f"住民　{place}") for place in "一二三"))
        browser = clerk()
        first = browser.get(DAY)
        second = browser.get(DAY + first.context["cl"].paginator.next_url)
        seen = [one.name for page in (first, second) for one in page.context["cl"].result_list]
        assert sorted(seen) == ["住民　一", "住民　三", "住民　二"]

    def test_the_export_is_recorded_with_its_people(self, clerk, mover):
        exported = clerk().get(reverse("admin:resident_basic_residentversion_export"))
        assert mover in exported.content.decode()
        assert records_about([("resident", mover)]).filter(kind="list_exported").exists()

    def test_who_stands_under_protection_is_neither_listed_nor_counted(self, clerk, mover, act):
        protect(mover, act)
        for address in (DAY, reverse("admin:resident_basic_residentversion_export")):
            assert mover not in clerk().get(address).content.decode()
        assert "の異動は1件" not in clerk().get(DAY, {"day": "2026-10-10"}).content.decode()
        entitled = clerk(PROTECTED).get(DAY).content.decode()
        assert page_of(mover) in entitled
        assert "住所非表示" in entitled
        assert "二番町の家" not in entitled
