"""The staff's pages: who finds whom, what is asked first, what is recorded, what never comes back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from guardian.shortcuts import assign_perm

from integrated_address import services
from integrated_address.models import LinkageCodeStatus
from integrated_address.services import FourBasicItems
from sapporo_base.models import LinkageRecord, PersonalInformationFile
from tests.factories import StaffFactory, fictitious_individual_number, system
from tests.integrated_address.factories import numbered

pytestmark = pytest.mark.django_db
PEOPLE = reverse("admin:integrated_address_integratedaddressee_changelist")
BY_NUMBER = reverse("admin:integrated_address_by_individual_number")
BOARD = reverse("admin:integrated_address_linkagecodestatus_changelist")
VIEW = ("integrated_address.view_integratedaddressee", "integrated_address.view_linkagecodestatus")
OPEN, PROTECTED, NUMBER = (
    "open_personalinformationfile",
    "open_protected_person",
    "open_individual_number",
)


@pytest.fixture
def clerk(staff_client):
    """Return a browser of a clerk who sees the tables and holds these rights on the file."""

    def browser(*file_rights, rights=()):
        staff = StaffFactory(rights=(*VIEW, *rights))
        file = PersonalInformationFile.objects.get(code="integrated-address")
        for right in file_rights:
            assign_perm(f"sapporo_base.{right}", staff, file)
        return staff_client(staff=staff)

    return browser


@pytest.fixture
def hanako(act):
    """A resident with a 個人番号 and a resident number."""
    return numbered(act).integrated_number


@pytest.fixture
def protected(act, hanako):
    """The same under 支援措置."""
    services.set_support_flag(system=system("001-000"), business_numbers=["100"], on=True, act=act)
    return hanako


def page_of(number):
    """Return the address of a person's page."""
    return reverse("admin:integrated_address_integratedaddressee_change", args=[number])


class TestSearch:
    def test_nobody_without_signing_in(self, client):
        assert client.get(PEOPLE).status_code == 302

    def test_nobody_without_the_right_to_the_file(self, clerk, hanako):
        assert clerk().get(PEOPLE, {"q": "サッポロ"}).status_code == 403

    @pytest.mark.parametrize(
        "term",
        [
            "ｻﾂﾎﾟﾛ",
            "さっぽろ はなこ",
            "札幌はなこ",
            "札幌 ﾊﾅｺ",
            "さっぽろ花子",
            "1990-04-05",
            "平成2年4月5日 サッポロ",
            "100",
            "札幌市中央区北1条西2丁目",
            "住所:中央区北一条西２",
        ],
    )
    def test_people_are_found_as_they_are_named(self, clerk, hanako, term):
        answer = clerk(OPEN).get(PEOPLE, {"q": term})

        assert "札幌　花子" in answer.content.decode()

    @pytest.mark.parametrize("written", ["{0} {1} {2}", "{0}-{1}-{2}", "{0}　{1}　{2}"])
    def test_a_number_is_found_as_a_page_shows_it(self, clerk, hanako, written):
        term = written.format(hanako[:5], hanako[5:10], hanako[10:])
        full_width = term.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})

        for typed in (term, full_width):
            assert "札幌　花子" in clerk(OPEN).get(PEOPLE, {"q": typed}).content.decode()

    def test_the_list_says_where_somebody_lives_but_not_of_protected_people(
        self, clerk, hanako, act
    ):
        asked = {"q": "サッポロ"}
        assert "北一条西二丁目" in clerk(OPEN).get(PEOPLE, asked).content.decode()
        services.set_support_flag(
            system=system("001-000"), business_numbers=["100"], on=True, act=act
        )
        shown = clerk(OPEN, PROTECTED).get(PEOPLE, asked).content.decode()
        assert "札幌　花子" in shown
        assert "北一条西二丁目" not in shown

    def test_a_search_that_finds_nobody_says_how_else_to_look(self, clerk, hanako):
        assert "氏名の初めから" in clerk(OPEN).get(PEOPLE, {"q": "オタル"}).content.decode()

    @pytest.mark.parametrize(
        "term",
        [
            "",
            "ハ",
            "オタル",
            "%",
            "999",
            "' OR 1=1 --",
            "\x00",
            "札幌たろう",
            "中央区",
            "北一条西二丁目",
        ],
    )
    def test_a_term_that_names_nobody_shows_nobody(self, clerk, hanako, term):
        answer = clerk(OPEN).get(PEOPLE, {"q": term})

        assert "札幌　花子" not in answer.content.decode()

    def test_before_a_search_it_does_not_say_that_nobody_is_there(self, clerk):
        page = clerk(OPEN).get(PEOPLE).content.decode()
        assert "検索する語を入力してください" in page
        assert "まだ何もありません" not in page

    def test_who_was_shown_is_recorded(self, clerk, hanako):
        clerk(OPEN).get(PEOPLE, {"q": "サッポロ"})

        assert LinkageRecord.objects.get(kind="listed").subject_count == 1

    def test_protected_people_are_found_by_who_may_see_them_only(self, clerk, protected):
        assert "札幌　花子" not in clerk(OPEN).get(PEOPLE, {"q": "サッポロ"}).content.decode()
        assert (
            "札幌　花子" in clerk(OPEN, PROTECTED).get(PEOPLE, {"q": "サッポロ"}).content.decode()
        )

    def test_the_search_for_people_hides_them_too(self, clerk, protected):
        people = reverse("admin:people")

        assert "札幌　花子" not in clerk(OPEN).post(people, {"term": "サッポロ"}).content.decode()
        assert (
            "非公開" in clerk(OPEN, PROTECTED).post(people, {"term": "サッポロ"}).content.decode()
        )


class TestPerson:
    def test_numbers_of_all_systems_and_who_looked(self, clerk, hanako, act):
        services.link_business_number(
            integrated_number=hanako, system=system("024-000"), number="K77", act=act
        )
        browser = clerk(OPEN)
        browser.get(page_of(hanako))
        page = browser.get(page_of(hanako)).content.decode()

        assert "国民健康保険" in page
        assert "閲覧</span> 団体内統合宛名の管理" in page
        assert fictitious_individual_number(1) not in page

    def test_like_looks_of_a_day_are_one_line_and_all_of_them_are_a_click_away(self, clerk, hanako):
        browser = clerk(OPEN)
        for _ in range(4):
            browser.get(page_of(hanako))
        records = reverse("admin:integrated_address_integratedaddressee_records", args=[hanako])
        page = browser.get(page_of(hanako)).content.decode()

        assert page.count("閲覧</span>") == 1
        assert "団体内統合宛名の管理 5回" in page
        assert records in page
        assert browser.get(records).content.decode().count("閲覧</span>") == 6

    def test_the_records_of_a_protected_person_are_asked_for_with_a_reason(self, clerk, protected):
        records = reverse("admin:integrated_address_integratedaddressee_records", args=[protected])
        assert clerk(OPEN).get(records).status_code == 403
        asked = clerk(OPEN, PROTECTED).get(records).content.decode()
        assert "支援措置対象者の閲覧" in asked

    def test_versions_are_shown_side_by_side(self, clerk, hanako, act):
        services.update_basics(
            system=system("001-000"),
            business_number="100",
            basics=FourBasicItems(name="小樽　花子", name_kana="オタル　ハナコ"),
            resident_state="1",
            act=replace(act, at=act.at + timedelta(days=1)),
        )

        assert "変更前" in clerk(OPEN).get(page_of(hanako)).content.decode()

    def test_what_was_put_right_on_the_same_day_is_shown_too(self, clerk, hanako, act):
        for name in ("小樽　葉子", "小樽　花子"):
            services.update_basics(
                system=system("001-000"),
                business_number="100",
                basics=FourBasicItems(name=name, name_kana="オタル　ハナコ", sex="2"),
                resident_state="1",
                act=act,
            )

        page = clerk(OPEN).get(page_of(hanako)).content.decode()
        assert page.count("住民基本台帳(既存住基)からの更新") == 2
        assert "登録してから変更はありません" not in page

    def test_a_protected_person_is_refused_and_the_refusal_recorded(self, clerk, protected):
        answer = clerk(OPEN).get(page_of(protected))

        assert answer.status_code == 403
        assert LinkageRecord.objects.filter(result="refused", kind="looked").exists()

    def test_a_protected_person_is_opened_with_a_reason(self, clerk, protected):
        browser = clerk(OPEN, PROTECTED)
        asked = browser.get(page_of(protected)).content.decode()
        browser.post(page_of(protected), {"_look_reason": "1", "reason": "窓口での本人確認"})
        page = browser.get(page_of(protected)).content.decode()

        assert "札幌　花子" not in asked
        assert "札幌　花子" in page
        assert LinkageRecord.objects.filter(kind="looked", reason="窓口での本人確認").exists()

    def test_the_number_is_shown_with_right_and_reason_only(self, clerk, hanako):
        url = reverse(
            "admin:integrated_address_integratedaddressee_individual_number", args=[hanako]
        )
        number = fictitious_individual_number(1)

        assert clerk(OPEN).post(url, {"reason": "確認"}).status_code == 403
        without_reason = clerk(OPEN, NUMBER).post(url, {"reason": ""}).content.decode()
        shown = clerk(OPEN, NUMBER).post(url, {"reason": "通知カード紛失の確認"})

        assert number not in without_reason
        assert all(part in shown.content.decode() for part in (number[:4], number[4:8], number[8:]))
        assert "no-store" in shown["Cache-Control"]
        assert LinkageRecord.objects.get(
            kind="individual_number_shown", result="done"
        ).opened_individual_number

    def test_a_request_for_the_code_is_confirmed_first(self, clerk, hanako):
        browser = clerk(OPEN, rights=("integrated_address.request_linkage_code",))
        url = reverse("admin:integrated_address_integratedaddressee_request_code", args=[hanako])
        browser.get(url)
        assert LinkageCodeStatus.objects.get(pk=hanako).state == "not_requested"
        browser.post(url, {"_confirmed": "1", "reason": "照会のため"})

        assert LinkageCodeStatus.objects.get(pk=hanako).state == "requested"

    def test_a_code_is_offered_only_where_there_is_something_to_ask_for(self, clerk, hanako):
        browser = clerk(OPEN, rights=("integrated_address.request_linkage_code",))
        assert "符号の取得を依頼する" in browser.get(page_of(hanako)).content.decode()
        LinkageCodeStatus.objects.filter(pk=hanako).update(state="acquired")
        assert "符号の取得を依頼する" not in browser.get(page_of(hanako)).content.decode()

    def test_who_may_not_request_is_refused(self, clerk, hanako):
        url = reverse("admin:integrated_address_integratedaddressee_request_code", args=[hanako])

        assert clerk(OPEN).post(url, {"_confirmed": "1"}).status_code == 403
        assert LinkageCodeStatus.objects.get(pk=hanako).state == "not_requested"


class TestSearchByIndividualNumber:
    def ask(self, browser, number, reason="窓口での本人確認"):
        """Send the form."""
        return browser.post(
            BY_NUMBER, {"_confirmed": "1", "individual_number": number, "reason": reason}
        )

    def test_it_needs_its_right_and_the_refusal_is_recorded(self, clerk, hanako):
        assert self.ask(clerk(OPEN), fictitious_individual_number(1)).status_code == 403
        assert LinkageRecord.objects.filter(kind="addressee_searched", result="refused").exists()

    def test_it_leads_to_the_person_and_is_recorded_with_its_reason(self, clerk, hanako):
        answer = self.ask(clerk(OPEN, NUMBER), fictitious_individual_number(1))

        assert answer["Location"] == page_of(hanako)
        assert LinkageRecord.objects.get(kind="addressee_searched").reason == "窓口での本人確認"

    @pytest.mark.parametrize(
        ("number", "reason"),
        [
            (fictitious_individual_number(2), "確認"),
            (fictitious_individual_number(1), ""),
            (fictitious_individual_number(1)[:-1] + "x", "確認"),
            ("123456789012", "確認"),
        ],
    )
    def test_what_was_typed_never_comes_back(self, clerk, hanako, number, reason):
        answer = self.ask(clerk(OPEN, NUMBER), number, reason)

        assert answer.status_code in {200, 409}
        assert number not in answer.content.decode()

    def test_a_search_in_vain_is_recorded(self, clerk, hanako):
        self.ask(clerk(OPEN, NUMBER), fictitious_individual_number(2))

        assert LinkageRecord.objects.get(kind="addressee_searched").detail == "該当なし"

    def test_a_protected_person_is_not_found_by_who_may_not_see_them(self, clerk, protected):
        answer = self.ask(clerk(OPEN, NUMBER), fictitious_individual_number(1))

        assert answer.status_code == 409
        assert LinkageRecord.objects.get(kind="addressee_searched").result == "refused"


class TestBoard:
    def test_it_opens_with_who_waits(self, clerk, hanako):
        page = clerk(OPEN).get(BOARD).content.decode()

        assert "未要求" in page
        assert hanako[:5] in page

    def test_who_has_a_code_is_not_in_the_way(self, clerk, hanako, act):
        services.request_linkage_codes(act=act)
        services.record_code_states(states=[(hanako, "acquired", "")], act=act)
        browser = clerk(OPEN)

        assert hanako[-5:] not in browser.get(BOARD).content.decode()
        assert hanako[-5:] in browser.get(BOARD, {"state__exact": "acquired"}).content.decode()

    def test_it_hides_protected_people(self, clerk, protected):
        assert protected[-5:] not in clerk(OPEN).get(BOARD).content.decode()

    def test_chosen_people_are_requested_after_a_confirmation(self, clerk, hanako):
        browser = clerk(OPEN, rights=("integrated_address.request_linkage_code",))
        chosen = {"action": "request_codes", "_selected_action": [hanako]}
        assert "1人" in browser.post(BOARD, chosen).content.decode()
        browser.post(BOARD, {**chosen, "_confirmed": "1", "reason": "照会のため"})

        assert LinkageCodeStatus.objects.get(pk=hanako).state == "requested"

    def test_the_home_page_says_what_failed(self, clerk, hanako, act):
        services.request_linkage_codes(act=act)
        services.record_code_states(states=[(hanako, "failed", "住基ネットに該当なし")], act=act)

        assert "エラー1人" in clerk(OPEN).get(reverse("admin:index")).content.decode()
