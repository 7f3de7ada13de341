"""The pages on numbers: drafts and decisions, periods, the past, lists and files, alarms."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm

from integrated_address import selectors, services
from integrated_address.models import (
    BusinessNumber,
    IntegratedAddressee,
    NumberAmendment,
    SearchAlarm,
    SearchLimit,
)
from sapporo_base import layouts
from sapporo_base.models import BatchRun, LinkageRecord, PersonalInformationFile
from sapporo_base.rules.dates import format_date
from tests.factories import StaffFactory, fictitious_individual_number, system
from tests.integrated_address.factories import HANAKO, numbered
from tests.integrated_address.test_files import OLD, OTHER, old

pytestmark = pytest.mark.django_db
PEOPLE = reverse("admin:integrated_address_integratedaddressee_changelist")
LIST = reverse("admin:integrated_address_by_list")
FILE = reverse("admin:integrated_address_number_file")
BY_NUMBER = reverse("admin:integrated_address_by_individual_number")
AMENDMENTS = reverse("admin:integrated_address_numberamendment_changelist")
ALARMS = reverse("admin:integrated_address_searchalarm_changelist")
OPEN, PROTECTED, NUMBER = (
    "open_personalinformationfile",
    "open_protected_person",
    "open_individual_number",
)
OPERATOR = "連携運用担当"


def act_on(number, name):
    return reverse(f"admin:integrated_address_integratedaddressee_{name}", args=[number])


@pytest.fixture
def browser(staff_client):
    """Return a browser of a new member of staff of a role with these rights on the file."""

    def made(*file_rights, role=OPERATOR):
        staff = StaffFactory(roles=(role,))
        file = PersonalInformationFile.objects.get(code="integrated-address")
        for right in file_rights:
            assign_perm(f"sapporo_base.{right}", staff, file)
        return staff_client(staff=staff)

    return made


@pytest.fixture
def hanako(act):
    """A person with a 個人番号 and a number of 国民健康保険."""
    person = numbered(act).integrated_number
    services.link_business_number(
        integrated_number=person, system=system("024-000"), number="K1", act=act
    )
    return person


@pytest.fixture
def jiro(act):
    """Another person."""
    return numbered(act, number="200", serial=2).integrated_number


def link():
    return BusinessNumber.objects.get(number="K1", superseded_at=None)


class TestFinding:
    @pytest.mark.parametrize(
        "term",
        ["札幌", "札幌花子", "札幌 花子 1990-04-05", "サッポロ 北1条西2丁目", "札幌 中央区"],
    )
    def test_written_names_and_places_lead_to_people(self, browser, hanako, term):
        assert "札幌　花子" in browser(OPEN).get(PEOPLE, {"q": term}).content.decode()

    @pytest.mark.parametrize("term", ["小樽", "札幌 北区", "北1条西2丁目"])
    def test_others_and_places_alone_do_not(self, browser, hanako, term):
        assert "札幌　花子" not in browser(OPEN).get(PEOPLE, {"q": term}).content.decode()

    @pytest.mark.parametrize("term", ["ユーコ", "サッポロユーコ", "札幌 ゆーこ", "ｻﾂﾎﾟﾛ ﾕｳｺ"])
    def test_a_long_mark_leads_to_the_vowel(self, browser, act, term):
        yuko = replace(HANAKO, name="ユウコ　札幌", name_kana="ユウコ　サッポロ")
        other = replace(HANAKO, name="札幌　優子", name_kana="サッポロ　ユウコ")
        first, second = (
            numbered(act, number=str(n), serial=n, basics=basics).integrated_number
            for n, basics in ((7, yuko), (8, other))
        )
        page = browser(OPEN).get(PEOPLE, {"q": term}).content.decode()
        assert (first in page, second in page) == (term == "ユーコ", term != "ユーコ")

    def test_a_name_put_right_on_its_own_day_leads_to_the_person(self, browser, hanako, act):
        numbered(act, basics=replace(HANAKO, name="札幌　葉子", name_kana="サッポロ　ヨウコ"))
        numbered(act, basics=replace(HANAKO, name="札幌　菜子", name_kana="サッポロ　ナコ"))
        for term in ("札幌花子", "サッポロヨウコ", "札幌菜子"):
            assert hanako in browser(OPEN).get(PEOPLE, {"q": term}).content.decode(), term

    def test_the_history_tells_what_was_put_right_in_its_order(self, hanako, act):
        for name in ("葉子", "菜子"):
            numbered(act, basics=replace(HANAKO, name=f"札幌　{name}"))
        told = selectors.tellings_of(IntegratedAddressee.objects.get())
        assert [one.name for one in told] == ["札幌　菜子", "札幌　葉子", "札幌　花子"]

    def test_a_former_name_leads_to_the_person_of_today(self, browser, hanako, act):
        services.update_basics(
            system=system("001-000"),
            business_number="100",
            basics=services.FourBasicItems(name="渡邉　花子", name_kana="ワタナベ　ハナコ"),
            resident_state="1",
            act=replace(act, at=act.at + timedelta(days=1)),
        )
        for term in ("札幌花子", "渡辺", "わたなべ"):
            assert "渡邉　花子" in browser(OPEN).get(PEOPLE, {"q": term}).content.decode()


class TestAmending:
    def test_drafted_by_one_and_decided_by_another(self, browser, hanako, jiro):
        drafter, decider = browser(OPEN), browser(OPEN)
        form = {
            "_confirmed": "1",
            "link": link().pk,
            "target": jiro,
            "effective_on": link().valid_from.isoformat(),
            "reason": "受付票の取り違え",
        }
        drafter.post(act_on(hanako, "move_link"), form)
        draft = NumberAmendment.objects.get()
        grant = reverse("admin:integrated_address_numberamendment_grant", args=[draft.pk])

        assert "別の職員の確認が必要です" in drafter.get(grant).content.decode()
        drafter.post(grant, {"_confirmed": "1", "reason": "よい"})
        assert link().addressee_id == hanako
        assert "決裁待ち 1件" in decider.get(reverse("admin:index")).content.decode()
        assert "業務番号の紐付誤りの訂正" in decider.get(AMENDMENTS).content.decode()
        said = decider.get(grant).content.decode()
        assert format_date(link().valid_from) in said
        assert "副本と送信前の照会は、正しい方へ自動で移ります" in said
        decider.post(grant, {"_confirmed": "1", "reason": "確認済"})
        assert link().addressee_id == jiro

    def test_a_wrong_link_without_a_day_was_wrong_from_its_beginning(self, browser, hanako, jiro):
        grouped = f"{jiro[:5]} {jiro[5:10]} {jiro[10:]}"
        form = {"_confirmed": "1", "link": link().pk, "target": grouped, "reason": "取り違え"}
        browser(OPEN).post(act_on(hanako, "move_link"), form)

        draft = NumberAmendment.objects.get()
        assert (draft.target_id, draft.effective_on) == (jiro, link().valid_from)
        said = browser(OPEN).get(
            reverse("admin:integrated_address_numberamendment_change", args=[draft.pk])
        )
        assert "札幌　花子" in said.content.decode()
        assert f"({draft.drafted_by})" in said.content.decode()

    def test_nobody_under_a_number_is_told_at_its_field(self, browser, hanako):
        form = {"_confirmed": "1", "link": link().pk, "target": "1" * 15, "reason": "取り違え"}
        said = browser(OPEN).post(act_on(hanako, "move_link"), form).content.decode()
        assert "正しい方の団体内統合宛名番号: 該当する団体内統合宛名番号がありません" in said

    def test_a_number_in_a_reason_is_refused_and_does_not_come_back(self, browser, hanako):
        number = fictitious_individual_number(3)
        form = {"_confirmed": "1", "link": link().pk, "target": "", "reason": f"番号は{number}"}
        said = browser(OPEN).post(act_on(hanako, "move_link"), form).content.decode()
        assert "個人番号は書かないでください" in said
        assert number not in said

    def test_a_number_that_was_typed_never_comes_back(self, browser, hanako):
        number = fictitious_individual_number(3)
        form = {"_confirmed": "1", "kind": "on_request", "individual_number": number}
        answer = browser(OPEN).post(act_on(hanako, "change_number"), form)

        assert "理由を入力してください" in answer.content.decode()
        assert number not in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]

    def test_a_change_is_refused_with_words_at_its_field(self, browser, hanako):
        form = {
            "_confirmed": "1",
            "kind": "on_request",
            "individual_number": "8700110005901",
            "effective_on": "2026-11-24",
            "reason": "届出",
        }
        answer = browser(OPEN).post(act_on(hanako, "change_number"), form)

        assert "法人番号" in answer.content.decode()
        assert not NumberAmendment.objects.exists()

    def test_who_may_not_draft_is_refused(self, browser, hanako):
        clerk = browser(OPEN, role="窓口担当")

        assert clerk.get(act_on(hanako, "move_link")).status_code == 403
        assert "番号を訂正する" not in clerk.get(act_on(hanako, "change")).content.decode()

    def test_drafts_about_protected_people_are_hidden(self, browser, hanako, jiro, act):
        draft = services.draft_link_correction(
            link_id=link().pk, target=jiro, effective_on=act.day, act=act
        )
        named = f"第{draft.pk}号"
        services.set_support_flag(
            system=system("001-000"), business_numbers=["200"], on=True, act=act
        )

        assert named not in browser(OPEN).get(AMENDMENTS).content.decode()
        assert named in browser(OPEN, PROTECTED).get(AMENDMENTS).content.decode()


class TestPeriodsAndThePast:
    def test_a_link_is_ended_and_the_past_shows_it(self, browser, hanako, act):
        operator = browser(OPEN)
        day = act.day
        operator.post(
            act_on(hanako, "correct_period"),
            {
                "_confirmed": "1",
                "link": link().pk,
                "valid_from": (day - timedelta(days=100)).isoformat(),
                "valid_until": (day - timedelta(days=10)).isoformat(),
                "reason": "資格の喪失",
            },
        )
        at = act_on(hanako, "at_a_time")

        def shown(on):
            page = operator.get(at, {"on": on.isoformat(), "known_on": ""})
            return "国民健康保険" in page.content.decode()

        assert shown(day - timedelta(days=50))
        assert not shown(day - timedelta(days=10))
        assert LinkageRecord.objects.filter(kind="looked").count() == 2

    def correct(self, browser, person, **days):
        form = {"_confirmed": "1", "link": link().pk, "reason": "訂正", **days}
        return browser.post(act_on(person, "correct_period"), form).content.decode()

    def test_a_day_left_empty_stays_as_it_is(self, browser, hanako, act):
        operator, since = browser(OPEN), act.day - timedelta(days=100)
        self.correct(operator, hanako, valid_from=since.isoformat())
        self.correct(operator, hanako, valid_until=act.day.isoformat())
        assert (link().valid_from, link().valid_until) == (since, act.day)

        later = since + timedelta(days=1)
        self.correct(operator, hanako, valid_from=later.isoformat())
        assert (link().valid_from, link().valid_until) == (later, act.day)

        self.correct(operator, hanako, is_open="on")
        assert (link().valid_from, link().valid_until) == (later, None)

    def test_a_period_to_which_nothing_is_done_or_two_things_is_asked_for_again(
        self, browser, hanako, act
    ):
        operator = browser(OPEN)
        assert "訂正する日を入力してください" in self.correct(operator, hanako)
        both = self.correct(operator, hanako, valid_until=act.day.isoformat(), is_open="on")
        assert "どちらかです" in both

    def test_a_deletion_shows_what_ends_and_is_done_with_a_reason(self, browser, hanako):
        operator = browser(OPEN)
        assert "2件" in operator.get(act_on(hanako, "delete_addressee")).content.decode()
        operator.post(
            act_on(hanako, "delete_addressee"), {"_confirmed": "1", "reason": "誤って付番"}
        )

        assert IntegratedAddressee.objects.get(pk=hanako).state == "deleted"


class TestLists:
    def ask(self, browser, text, **more):
        form = {"_confirmed": "1", "text": text, "reason": "資格の照合", **more}
        return browser.post(LIST, form)

    def test_a_result_for_each_row(self, browser, hanako):
        answer = self.ask(
            browser(OPEN),
            "業務番号,氏名,生年月日,性別\nK1,,,\n,札幌花子,H2.4.5,\n\nK9,,,\n,札幌花子,,\n",
            system="024-000",
        )
        lines = answer.content.decode("utf-8-sig").splitlines()

        assert lines[1:] == [
            f"2,該当,,{hanako},K1,not_requested",
            f"3,該当,,{hanako},K1,not_requested",
            "5,該当なし,,,,",
            "6,検索不可,番号、または氏名(漢字・カナ)と生年月日・性別を指定してください。,,,",
        ]
        assert LinkageRecord.objects.get(kind="addressee_searched").reason == "資格の照合"

    def test_individual_numbers_need_their_right_and_never_come_back(self, browser, hanako):
        number = fictitious_individual_number(1)
        text = f"個人番号\n{number}\n"
        refused = self.ask(browser(OPEN), text)
        found = self.ask(browser(OPEN, NUMBER), text)

        assert "個人番号で検索する権限がありません" in refused.content.decode()
        assert hanako in found.content.decode()
        assert all(number not in one.content.decode() for one in (refused, found))

    def test_protected_people_are_found_by_who_may_see_them(self, browser, hanako, act):
        services.set_support_flag(
            system=system("001-000"), business_numbers=["100"], on=True, act=act
        )
        text = f"団体内統合宛名番号\n{hanako}\n"

        assert "該当なし" in self.ask(browser(OPEN), text).content.decode()
        assert "該当," in self.ask(browser(OPEN, PROTECTED), text).content.decode()

    def test_a_list_is_copied_from_a_spreadsheet_or_written_in_shift_jis(self, browser, hanako):
        number = f"{hanako[:5]} {hanako[5:10]} {hanako[10:]}"
        copied = self.ask(browser(OPEN), f"団体内統合宛名番号\t氏名\n{number}\t\n")
        assert f"2,該当,,{hanako}" in copied.content.decode()

        file = SimpleUploadedFile("l.csv", f"団体内統合宛名番号\n{hanako}\n".encode("cp932"))
        sent = self.ask(browser(OPEN), "", upload=file)
        assert f"2,該当,,{hanako}" in sent.content.decode()

    def test_what_was_pasted_is_not_lost_on_an_error_unless_it_holds_numbers(self, browser):
        assert "札幌,昨日" in self.ask(browser(OPEN), "氏名,生年月日\n札幌,昨日\n").content.decode()
        told = self.ask(browser(OPEN, NUMBER), "個人番号,生年月日\n1,昨日\n").content.decode()
        assert "1,昨日" not in told

    def test_too_long_a_list_is_told_so(self, browser):
        text = "業務番号\n" + "1\n" * 10_001
        assert "10,000件以内" in self.ask(browser(OPEN), text).content.decode()

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("業務番号\n", "検索する行がありません"),
            ("番号\n1\n", "1行目の見出し"),
            ("業務番号,氏名\n1\n", "2行目: 項目の数"),
            ("氏名,生年月日\n札幌,昨日\n", "2行目: 生年月日"),
            ("", "どちらか1つ"),
        ],
    )
    def test_what_is_no_list_is_named(self, browser, text, words):
        assert words in self.ask(browser(OPEN), text).content.decode()


class TestFiles:
    def send(self, browser, tmp_path, *rows, store=""):
        path = tmp_path / "numbers.csv"
        with path.open("wb") as stream:
            layouts.write_records(stream, layouts.load_layout("integrated_numbers"), rows)
        file = SimpleUploadedFile("移行.csv", path.read_bytes())
        form = {"_confirmed": "1", "sort": "import_numbers", "upload": file, "store": store}
        return browser.post(FILE, form).content.decode()

    def test_looked_at_first_and_then_stored(self, browser, tmp_path):
        operator = browser(OPEN)
        page = self.send(operator, tmp_path, old(), old(OTHER, 1, "N2"))
        assert "確認のみ" in page
        assert "別の団体内統合宛名番号にもある(1・2行)" in page
        assert not IntegratedAddressee.objects.exists()

        looked_at = BatchRun.objects.get()
        run = operator.get(reverse("admin:sapporo_base_batchrun_change", args=[looked_at.pk]))
        assert "団体内統合宛名番号の移行の確認" in run.content.decode()
        assert "別の団体内統合宛名番号にもある(1・2行)" in run.content.decode()

        assert "一括処理の記録を開く" in self.send(operator, tmp_path, old(), store="yes")
        assert IntegratedAddressee.objects.get().pk == OLD

    def test_what_is_no_such_file_is_named(self, browser):
        file = SimpleUploadedFile("x.csv", b"a,b\n")
        form = {"_confirmed": "1", "sort": "number_people", "upload": file}
        assert "ファイル: " in browser(OPEN).post(FILE, form).content.decode()

    def test_who_may_not_number_is_refused(self, browser):
        assert browser(OPEN, role="窓口担当").get(FILE).status_code == 403
        assert browser(OPEN, role="窓口担当").get(f"{FILE}progress/").status_code == 404

    def test_how_far_ones_own_file_is_can_be_asked_while_it_is_taken(self, browser, staff_client):
        staff = StaffFactory(roles=(OPERATOR,))
        file = PersonalInformationFile.objects.get(code="integrated-address")
        assign_perm(f"sapporo_base.{OPEN}", staff, file)
        run = {"kind": "number_people", "started_at": timezone.now(), "file_sha256": "a" * 64}
        BatchRun.objects.create(
            **run, staff_number=staff.staff_number, checkpoint={"rows": 50_000, "read": 20_000}
        )

        said = staff_client(staff=staff).get(f"{FILE}progress/").content.decode()
        assert "40%(20,000 / 50,000行)" in said
        assert "50,000" not in browser(OPEN).get(f"{FILE}progress/").content.decode()


class TestWatching:
    def test_too_many_searches_alarm_then_stop_and_somebody_looks_into_it(self, browser, hanako):
        SearchLimit.objects.create(
            holder_kind="staff", alarm_per_hour=1, stop_per_hour=2, reason="試験"
        )
        clerk, auditor = browser(OPEN, NUMBER), browser(role="監査担当")
        form = {
            "_confirmed": "1",
            "individual_number": fictitious_individual_number(1),
            "reason": "窓口での本人確認",
        }
        codes = [clerk.post(BY_NUMBER, form).status_code for _ in range(3)]
        assert codes == [302, 302, 409]
        alarm = SearchAlarm.objects.get()
        assert "未確認 1件" in auditor.get(reverse("admin:index")).content.decode()

        chosen = {"action": "acknowledge", "_selected_action": [alarm.pk]}
        auditor.post(ALARMS, {**chosen, "_confirmed": "1", "reason": "窓口の混雑による"})
        alarm.refresh_from_db()
        assert alarm.note == "窓口の混雑による"
        assert "未確認の警報はありません" in auditor.get(ALARMS).content.decode()

    def test_nobody_acknowledges_an_alarm_about_their_own_searches(self, browser, staff_client):
        staff = StaffFactory(roles=("監査担当",))
        alarm = SearchAlarm.objects.create(
            holder_kind="staff", holder=staff.staff_number, hour=timezone.now(), searches=21,
            raised_at=timezone.now(),
        )  # fmt: skip
        page = reverse("admin:integrated_address_searchalarm_acknowledge_one", args=[alarm.pk])
        form = {"_confirmed": "1", "reason": "必要だった"}

        refused = staff_client(staff=staff).post(page, form).content.decode()
        assert "別の職員が確認してください" in refused
        other = browser(role="監査担当")
        told = other.get(reverse("admin:integrated_address_searchalarm_change", args=[alarm.pk]))
        assert f"{staff.name}({staff.staff_number})" in told.content.decode()
        assert f"?q={staff.staff_number}&amp;kind=addressee_searched" in told.content.decode()
        other.post(page, form)
        alarm.refresh_from_db()
        assert alarm.acknowledged_by
