"""The pages of 個人基本: who may look, what 支援措置 hides, what is recorded, and four eyes."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse
from guardian.shortcuts import assign_perm

from resident_basic import services
from resident_basic.models import SupportMeasure, WaitingForwarding
from sapporo_base.admin import display
from sapporo_base.models import LinkageRecord, PersonalInformationFile
from sapporo_base.selectors import records_about
from tests.factories import StaffFactory, system
from tests.resident_basic.approvals import contents
from tests.resident_basic.factories import a_file, a_resident_number, row

pytestmark = pytest.mark.django_db
PEOPLE = reverse("admin:resident_basic_resident_changelist")
DELIVERIES = reverse("admin:resident_basic_delivery_changelist")
WAITING = reverse("admin:resident_basic_waitingforwarding_changelist")
OPEN, PROTECTED = "open_personalinformationfile", "open_protected_person"


@pytest.fixture
def clerk(staff_client):
    """Return a browser of a clerk with these rights on the file, in these wards."""

    def browser(*file_rights, roles=("窓口担当",), wards=()):
        staff = StaffFactory(roles=roles, wards=list(wards))
        file = PersonalInformationFile.objects.get(code="resident")
        for right in file_rights:
            assign_perm(f"sapporo_base.{right}", staff, file)
        return staff_client(staff=staff)

    return browser


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
def hanako(receive):
    number = a_resident_number()
    receive(row(resident_number=number))
    return number


@pytest.fixture
def protected(hanako, act):
    services.start_support_measure(
        resident_number=hanako,
        kind="1",
        subject_kind="1",
        since=date(2026, 11, 1),
        until=None,
        reason="試験",
        act=act,
    )
    return hanako


def records_of(number, **what):
    return records_about([("resident", number)]).filter(**what)


def page_of(number):
    return reverse("admin:resident_basic_resident_change", args=[number])


def act_of(name, number):
    return reverse(f"admin:resident_basic_{name}", args=[number])


class TestResidents:
    @pytest.mark.parametrize("term", ["ｻﾂﾎﾟﾛ", "さっぽろ 平成2年4月5日", "1990-04-05"])
    def test_a_resident_is_found_as_people_name_them_and_the_list_is_recorded(
        self, clerk, hanako, term
    ):
        page = clerk(OPEN).get(PEOPLE, {"q": term})

        assert "札幌　花子" in page.content.decode()
        assert LinkageRecord.objects.filter(kind="listed", subject_count=1).exists()

    @pytest.mark.parametrize("term", ["", "サ", "オタル", "1991-04-05", "%", "999"])
    def test_a_term_that_names_nobody_shows_nobody(self, clerk, hanako, term):
        assert "札幌　花子" not in clerk(OPEN).get(PEOPLE, {"q": term}).content.decode()

    def test_a_household_number_finds_everyone_in_it(self, clerk, receive):
        household = a_resident_number()
        receive(
            row(household_number=household, name="厚別　一"),
            row(household_number=household, name="厚別　二", relationship_1="20"),
        )

        page = clerk(OPEN).get(PEOPLE, {"q": household}).content.decode()

        assert "厚別　一" in page
        assert "厚別　二" in page

    def test_without_the_right_to_the_file_the_page_names_it(self, clerk, hanako):
        answer = clerk().get(PEOPLE)

        assert answer.status_code == 403
        assert "住民基本台帳" in answer.content.decode()

    def test_a_ward_sees_its_own_people_only(self, clerk, receive):
        number = a_resident_number()
        receive(row(resident_number=number, municipality_code="011029", name="北区　民"))

        browser = clerk(OPEN, wards=["011011"])

        assert "北区　民" not in browser.get(PEOPLE, {"q": "サッポロ"}).content.decode()
        refused = browser.get(page_of(number))
        assert refused.status_code == 403
        assert "中央区" in refused.content.decode()
        assert "北区　民" in clerk(OPEN, wards=["011029"]).get(page_of(number)).content.decode()

    def test_the_filter_offers_the_wards_that_are_served(self, clerk, hanako):
        page = clerk(OPEN, wards=["011011"]).get(PEOPLE, {"q": "サッポロ", "ward": "011011"})

        assert [code for code, _ in page.context["cl"].filter_specs[0].lookup_choices] == ["011011"]
        assert "札幌　花子" in page.content.decode()

    def test_a_look_is_recorded_before_it_is_shown(self, clerk, hanako):
        page = clerk(OPEN).get(page_of(hanako))

        assert "北一条西" in page.content.decode()
        assert records_of(hanako, kind="looked").count() == 1

    def test_the_household_is_drawn_and_a_difference_is_marked(self, clerk, receive):
        number, household = a_resident_number(), a_resident_number()
        receive(
            row(resident_number=number, household_number=household),
            row(
                resident_number=number,
                household_number=household,
                history_number=2,
                change_reason="41",
                town="南二条西",
            ),
            row(household_number=household, name="札幌　次郎", relationship_1="20"),
        )

        page = clerk(OPEN).get(page_of(number)).content.decode()

        assert "札幌　次郎" in page
        assert "世帯の構成(2人)" in page
        assert "<del>北一</del><ins>南二</ins>条西" not in page
        assert "<ins>南二</ins>条西" in page

    def test_the_search_for_people_answers_and_is_recorded(self, clerk, hanako):
        page = clerk(OPEN).post(reverse("admin:people"), {"term": "サッポロ"})

        assert "札幌　花子" in page.content.decode()
        assert records_of(hanako, kind="listed").exists()


class TestProtectedPeople:
    def test_their_place_is_in_no_list(self, clerk, protected):
        for browser in (clerk(OPEN), clerk(OPEN, PROTECTED)):
            listed = browser.get(PEOPLE, {"q": "サッポロ"}).content.decode()
            found = browser.post(reverse("admin:people"), {"term": "サッポロ"}).content.decode()
            for page in (listed, found):
                assert "住所非表示" in page
                assert "北一条西" not in page

    def test_their_page_needs_a_right_of_its_own_which_is_named(self, clerk, protected):
        answer = clerk(OPEN).get(page_of(protected))

        assert answer.status_code == 403
        assert "支援措置" in answer.content.decode()
        assert "北一条西" not in answer.content.decode()
        assert records_of(protected, result="refused").exists()

    def test_with_the_right_a_reason_is_asked_first(self, clerk, protected):
        browser = clerk(OPEN, PROTECTED)

        asked = browser.get(page_of(protected)).content.decode()
        browser.post(page_of(protected), {"_look_reason": "1", "reason": "本人からの相談"})
        shown = browser.get(page_of(protected)).content.decode()

        assert "北一条西" not in asked
        assert "北一条西" in shown
        assert LinkageRecord.objects.filter(kind="looked", reason="本人からの相談").exists()

    def test_no_ward_tells_where_they_live(self, clerk, protected):
        for ward in ("011011", "011029"):
            page = clerk(OPEN).get(PEOPLE, {"q": "サッポロ", "ward": ward}).content.decode()
            assert "札幌　花子" not in page
        elsewhere = clerk(OPEN, wards=["011029"]).get(PEOPLE, {"q": "サッポロ"}).content.decode()
        assert "札幌　花子" in elsewhere

    def test_protection_is_started_with_a_reason(self, clerk, hanako):
        start = act_of("resident_start_measure", hanako)
        said = {"_confirmed": "1", "kind": "2", "subject_kind": "1", "since": "令和8年11月1日"}
        counter = clerk(OPEN)

        assert counter.post(start, said).status_code == 200
        assert not SupportMeasure.objects.exists()
        assert counter.post(start, said | {"reason": "申出"}).status_code == 302
        assert SupportMeasure.objects.get().since == date(2026, 11, 1)
        assert SupportMeasure.objects.get().until is None


@pytest.fixture
def draft(act):
    """A drafted application and who drafted it."""
    drafter = StaffFactory(roles=("連携運用担当", "利用申請承認者"))
    application = services.draft_application(
        system=system("027-000"),
        contents=contents(
            "name",
            "born_on",
            reductions={"born_on": "year"},
            purpose="児童手当の支給",
            procedure="児童手当の支給に関する事務",
        ),
        act=replace(act, staff=drafter),
    )
    return application, drafter


class TestDeliveries:
    def test_the_board_says_how_far_a_consumer_lags(self, draft, hanako, act, staff_client):
        application, drafter = draft
        services.submit_application(application=application, act=replace(act, staff=drafter))
        services.approve_application(
            application=application, act=replace(act, staff=StaffFactory())
        )
        reading = replace(act, path="api", system=system("027-000"))
        services.disclose_changes(receipt=0, limit=10, act=reading)
        services.start_support_measure(
            resident_number=hanako,
            kind="1",
            subject_kind="1",
            since=date(2026, 11, 1),
            until=None,
            reason="試験",
            act=act,
        )

        page = staff_client(roles=("連携運用担当",)).get(DELIVERIES)

        assert [one.behind for one in page.context["cl"].result_list] == [1]
        assert display.badge("遅れ", "warned") in page.content.decode()

    def test_who_waits_to_be_forwarded_is_listed_and_shown_at_home(self, act, clerk):
        WaitingForwarding.objects.create(
            resident_number=a_resident_number(),
            reason="団体内統合宛名番号なし",
            waiting_since=act.at,
        )
        operator = clerk(OPEN, roles=("連携運用担当",))

        assert "団体内統合宛名番号なし" in operator.get(WAITING).content.decode()
        assert "転送待ち 1人" in operator.get(reverse("admin:index")).content.decode()

    def test_home_says_what_waits_for_a_decision(self, draft, act, staff_client):
        application, drafter = draft
        services.submit_application(application=application, act=replace(act, staff=drafter))

        home = staff_client(roles=("利用申請承認者",)).get(reverse("admin:index"))

        assert "決定待ち 1件" in home.content.decode()
