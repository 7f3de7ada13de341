"""Search over HTTP: by a number, by 基本4情報, by a list, in time; and who searches too often."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from integrated_address import services
from integrated_address.models import SearchAlarm, SearchLimit
from sapporo_base.models import LinkageRecord, LinkageRecordSubject
from tests.factories import fictitious_individual_number, system
from tests.integrated_address.factories import HANAKO as BASICS
from tests.integrated_address.factories import number_many, numbered

pytestmark = pytest.mark.django_db
NUMBERS = "/api/v1/integrated-address/numbers/"
SEARCH = "/api/v1/integrated-address/search/"
HANAKO = {
    "business_number": "N1",
    "individual_number": fictitious_individual_number(1),
    "name": "札幌　花子",
    "name_kana": "サッポロ　ハナコ",
    "birth_on": "1990-04-05",
    "sex": "2",
}


class TestSearch:
    def ask(self, api, **wanted):
        return api.post(SEARCH, {"procedure": "国民健康保険の資格", **wanted}, format="json")

    def test_by_own_number_the_own_numbers_are_told(self, insurer, act):
        numbered(act, number="N1", code="024-000")
        assert self.ask(insurer, business_number="N1").json()["people"] == [
            {
                "asked_number": "N1",
                "business_numbers": ["N1"],
                "integrated_number": None,
                "code_state": None,
            }
        ]

    @pytest.mark.parametrize("people", [1, 500])
    def test_a_list_is_one_question_and_one_record(
        self, gateway, act, people, django_assert_num_queries
    ):
        numbers = number_many(act, people=people, code="027-000")
        self.ask(gateway, business_number="N1", system="027-000")  # notes the credential's use

        # The token; whose numbers; the people with their record.
        with django_assert_num_queries(3):
            response = self.ask(gateway, business_numbers=list(numbers), system="027-000")

        found = {one["asked_number"]: one for one in response.json()["people"]}
        assert found.keys() == set(numbers)
        assert {one["integrated_number"] for one in found.values()} == set(numbers.values())
        record = LinkageRecord.objects.filter(kind="addressee_searched").latest("pk")
        assert record.subject_count == people
        assert LinkageRecordSubject.objects.filter(record_id=record.pk).count() == people

    def test_a_list_of_more_than_a_thousand_is_refused(self, insurer):
        response = self.ask(insurer, business_numbers=["N1"] * 1001)
        assert (response.status_code, [*response.json()["fields"]]) == (400, ["business_numbers"])

    def test_by_individual_number_needs_a_reason_and_is_recorded(self, insurer, act):
        numbered(act, number="N1", code="024-000")
        number = fictitious_individual_number(1)
        assert self.ask(insurer, individual_number=number).status_code == 400
        response = self.ask(insurer, individual_number=number, reason="本人確認書類による照合")
        assert response.json()["people"][0]["business_numbers"] == ["N1"]
        record = LinkageRecord.objects.get(kind="addressee_searched")
        assert (record.opened_individual_number, record.reason) == (True, "本人確認書類による照合")

    def test_nobody_gets_another_systems_number(self, insurer, gateway, act):
        numbered(act, number="100")
        person = numbered(act, number="J9", code="027-000").integrated_number
        found = self.ask(insurer, individual_number=fictitious_individual_number(1), reason="照合")
        assert found.json()["people"] == []
        held = self.ask(gateway, integrated_number=person).json()["people"]
        assert held == [
            {
                "asked_number": "",
                "business_numbers": [],
                "integrated_number": person,
                "code_state": "not_requested",
            }
        ]

    def test_kana_find_whatever_their_width(self, insurer, act):
        numbered(act, number="N1", code="024-000")
        found = self.ask(insurer, name_kana="ｻｯﾎﾟﾛ ﾊﾅｺ", birth_on="1990-04-05").json()
        assert found["people"][0]["business_numbers"] == ["N1"]
        assert self.ask(insurer, name_kana="サッポロ　ハナコ").status_code == 400

    @pytest.mark.parametrize(
        "asked",
        [
            {"name_kana": "サッポロ　ユーコ"},
            {"name_kana": "ｻﾂﾎﾟﾛ ﾕｰｺ"},
            {"name_kana": "さっぽろ ゆうこ"},
            {"name": "札幌ゆーこ"},
        ],
    )
    def test_a_long_mark_finds_the_vowel(self, insurer, act, asked):
        yuko = replace(BASICS, name="札幌　ユウコ", name_kana="サッポロ　ユウコ")
        numbered(act, number="N1", code="024-000", basics=yuko)
        numbered(act, number="N2", code="024-000", serial=2)
        found = self.ask(insurer, **asked, birth_on="1990-04-05").json()
        assert [one["business_numbers"] for one in found["people"]] == [["N1"]]

    @pytest.mark.parametrize("way", ["numbering", "update"])
    def test_what_was_put_right_on_its_own_day_is_found_as_a_former_name(self, insurer, act, way):
        numbered(act, number="N1", code="024-000", state="")
        right = replace(BASICS, name="札幌　葉子", name_kana="サッポロ　ヨウコ")
        if way == "numbering":
            numbered(act, number="N1", code="024-000", state="", basics=right)
        else:
            services.update_basics(
                system=system("024-000"),
                business_number="N1",
                basics=right,
                resident_state="",
                act=act,
            )
        wrong = {"name_kana": BASICS.name_kana, "birth_on": "1990-04-05"}
        assert self.ask(insurer, **wrong).json()["people"] == []
        (found,) = self.ask(insurer, **wrong, with_past=True).json()["people"]
        assert found["business_numbers"] == ["N1"]

    @pytest.mark.parametrize("marks", [{"name_kana": "ー・"}, {"name": "・"}])
    def test_a_name_of_marks_alone_is_no_name(self, insurer, act, marks):
        numbered(act, number="N1", code="024-000")
        assert self.ask(insurer, **marks, birth_on="1990-04-05").status_code == 400

    def test_protected_people_are_not_found_by_their_items(self, insurer, act):
        numbered(act, number="N1", code="024-000")
        services.set_support_flag(
            system=system("024-000"), business_numbers=["N1"], on=True, act=act
        )
        found = self.ask(insurer, name_kana="サッポロ　ハナコ", birth_on="1990-04-05").json()
        assert found["people"] == []

    def test_who_may_not_use_it_can_not_search_by_it(self, client_of):
        school = client_of(system("017-000"), "032:search:read")
        response = self.ask(
            school, individual_number=fictitious_individual_number(1), reason="照合"
        )
        assert response.status_code == 403

    def test_no_number_is_in_an_answer_a_log_or_the_history(self, insurer, act, caplog):
        from auditlog.models import LogEntry

        number = fictitious_individual_number(1)
        answers = [
            insurer.post(NUMBERS, HANAKO, format="json"),
            insurer.post(NUMBERS, {**HANAKO, "sex": number}, format="json"),
            self.ask(insurer, individual_number=number, reason="照合"),
            self.ask(insurer, individual_number=number),
        ]
        everything = [answer.content.decode() for answer in answers]
        everything += [record.getMessage() for record in caplog.records]
        everything += [str(list(LogEntry.objects.values()))]
        everything += [str(list(LinkageRecord.objects.values()))]
        assert all(number not in text for text in everything)


class TestListSearch:
    URL = "/api/v1/integrated-address/search/list/"

    def ask(self, api, *items, **more):
        body = {"procedure": "国民健康保険の資格", "items": list(items), **more}
        return api.post(self.URL, body, format="json")

    @pytest.mark.parametrize(
        ("item", "words"),
        [
            ({"business_number": "N\0"}, "business_numberに使えない文字"),
            ({"name": "\ud800", "sex": "1"}, "nameに使えない文字"),
            ({"name": "札幌花子", "sex": "9"}, "sexは"),
            ({"name": "札幌花子", "birth_on": "1990-W14-4"}, "birth_onはYYYY-MM-DD"),
            ({"name": "札幌花子", "birth_on": "19900405"}, "birth_onはYYYY-MM-DD"),
        ],
    )
    def test_an_item_that_is_none_is_named_by_its_place(self, insurer, item, words):
        body = {"procedure": "国民健康保険の資格", "items": [{"business_number": "N1"}, item]}
        answer = insurer.post(self.URL, json.dumps(body), content_type="application/json")
        assert answer.status_code == 400
        assert f"2件目: {words}" in answer.json()["fields"]["items"][0]["message"]

    def test_long_marks_and_spaces_around_make_no_difference(self, insurer, act):
        yuko = replace(BASICS, name="札幌　ユウコ", name_kana="サッポロ　ユウコ")
        numbered(act, number="N1", code="024-000", basics=yuko)
        answer = self.ask(
            insurer,
            {"business_number": " N1 "},
            {"name_kana": "サッポロユーコ", "birth_on": "1990-04-05"},
            {"name": "札幌ゆーこ", "sex": "2"},
            {"name": "札幌ユウコ", "name_kana": "ｻｯﾎﾟﾛ ﾕｰｺ", "sex": "2"},
        )
        assert [one["result"] for one in answer.json()["results"]] == ["found"] * 4

    def test_nobody_without_the_scope(self, client_of):
        assert self.ask(client_of(system("024-000"), "032:numbers:write")).status_code == 403

    def test_each_item_has_its_result_in_order(self, insurer, act):
        numbered(act, number="N1", code="024-000", serial=1)
        numbered(act, number="N2", code="024-000", serial=2)
        answer = self.ask(
            insurer,
            {"business_number": "N1"},
            {"individual_number": fictitious_individual_number(2)},
            {"name_kana": "ｻﾂﾎﾟﾛ ﾊﾅｺ", "birth_on": "1990-04-05"},
            {"business_number": "N9"},
            {"individual_number": "123456789012"},
            {"individual_number": "8700110005901"},
            {"name": "札幌　花子"},
            {"integrated_number": "100000000000019"},
            reason="資格の照合",
        )
        results = answer.json()["results"]
        assert [one["result"] for one in results] == [
            "found",
            "found",
            "several",
            "none",
            "refused",
            "refused",
            "refused",
            "refused",
        ]
        assert [one["business_numbers"] for one in results[:2]] == [["N1"], ["N2"]]
        assert "法人番号" in results[5]["detail"]
        assert answer.json()["withheld"] == ["integrated_number", "code_state"]
        assert all(one["integrated_number"] is None for one in results)

    def test_without_a_reason_no_individual_number_is_searched_by(self, insurer, act):
        numbered(act, number="N1", code="024-000", serial=1)
        (result,) = self.ask(
            insurer, {"individual_number": fictitious_individual_number(1)}
        ).json()["results"]
        assert (result["result"], result["business_numbers"]) == ("refused", [])

    def test_the_gateway_converts_and_others_do_not(self, gateway, insurer, act):
        person = numbered(act, number="J1", code="027-000").integrated_number
        asked = {"business_number": "J1"}
        (result,) = self.ask(gateway, asked, system="027-000").json()["results"]
        assert result["integrated_number"] == person
        (refused,) = self.ask(insurer, asked, system="027-000").json()["results"]
        assert refused["result"] == "refused"

    def test_protected_people_are_found_by_numbers_only(self, insurer, act):
        numbered(act, number="N1", code="024-000")
        services.set_support_flag(
            system=system("024-000"), business_numbers=["N1"], on=True, act=act
        )
        results = self.ask(
            insurer,
            {"name": "札幌 花子", "birth_on": "1990-04-05"},
            {"name_kana": "サッポロハナコ", "sex": "2"},
            {"business_number": "N1"},
        ).json()["results"]
        assert [one["result"] for one in results] == ["none", "none", "found"]
        assert LinkageRecord.objects.filter(result="refused").count() == 1

    def test_a_list_is_one_record(self, gateway, act):
        numbers = number_many(act, people=300, code="027-000")
        self.ask(gateway, *({"business_number": one} for one in numbers), system="027-000")
        record = LinkageRecord.objects.get(kind="addressee_searched")
        assert record.subject_count == 300

    @pytest.mark.parametrize(
        "items",
        [
            [],
            "N1",
            [["N1"]],
            [{"number": "1"}],
            [{"birth_on": "昨日"}],
            [{"sex": 1}],
            [{}] * 10_001,
        ],
    )
    def test_what_is_no_list_of_items_is_refused(self, insurer, items):
        body = {"procedure": "国民健康保険の資格", "items": items}
        response = insurer.post(self.URL, body, format="json")
        assert (response.status_code, [*response.json()["fields"]]) == (400, ["items"])


class TestSearchByItemsAndInTime:
    def ask(self, api, **wanted):
        return api.post(SEARCH, {"procedure": "国民健康保険の資格", **wanted}, format="json").json()

    @pytest.fixture
    def renamed(self, act):
        """渡邉 花子, who was 札幌 花子 in 中央区 until a day ago and lives in 北区 now."""
        numbered(act, number="N1", code="024-000", serial=None, state="")
        later = replace(act, at=act.at + timedelta(days=1))
        services.update_basics(
            system=system("024-000"),
            business_number="N1",
            basics=services.FourBasicItems(
                name="渡邉　花子",
                name_kana="ワタナベ　ハナコ",
                birth_on=date(1990, 4, 5),
                sex="2",
                residential_address="北海道札幌市北区北六条西六丁目１番地",
            ),
            resident_state="",
            act=later,
        )

    @pytest.mark.parametrize(
        ("wanted", "is_found"),
        [
            ({"name": "渡辺花子", "birth_on": "1990-04-05"}, True),
            ({"name": "渡邊　花子", "sex": "2"}, True),
            ({"name_kana": "わたなべ・はなこ", "sex": "2"}, True),
            ({"name_kana": "ワタナヘハナコ", "residential_address": "北区北6条西6-1"}, True),
            ({"birth_on": "1990-04-05", "residential_address": "北6条西6丁目"}, True),
            ({"name": "渡辺花子", "residential_address": "中央区"}, False),
            ({"name": "札幌花子", "sex": "2"}, False),
            ({"name": "札幌花子", "sex": "2", "with_past": True}, True),
            ({"name_kana": "サツポロハナコ", "sex": "2", "with_past": True}, True),
            (
                {"birth_on": "1990-04-05", "residential_address": "北1条西2", "with_past": True},
                True,
            ),
            ({"name": "渡辺", "sex": "2"}, False),
        ],
    )
    def test_people_are_found_however_their_items_are_written(
        self, insurer, renamed, wanted, is_found
    ):
        found = [one["business_numbers"] for one in self.ask(insurer, **wanted)["people"]]
        assert found == ([["N1"]] if is_found else [])

    def test_an_address_is_one_with_its_prefecture_and_without(self, insurer, act):
        lives = replace(BASICS, residential_address="札幌市北区北六条西六丁目１番地")
        numbered(act, number="N1", code="024-000", serial=None, state="", basics=lives)
        for asked in ("北海道札幌市北区北6条西6丁目", "札幌市北区北6条西6丁目"):
            found = self.ask(insurer, birth_on="1990-04-05", residential_address=asked)
            assert [one["business_numbers"] for one in found["people"]] == [["N1"]]

    def test_what_is_asked_empty_is_as_if_it_were_not_asked(self, insurer, renamed):
        wanted = dict.fromkeys(
            ("individual_number", "business_number", "system", "integrated_number", "name_kana", "sex",
             "residential_address", "reason"), "",
        )  # fmt: skip
        wanted |= {"name": "渡辺花子", "birth_on": "1990-04-05"}
        assert len(self.ask(insurer, **wanted)["people"]) == 1

    @pytest.mark.parametrize(
        "wanted",
        [
            {"name": "渡辺花子"},
            {"birth_on": "1990-04-05"},
            {"residential_address": "北区"},
            {"sex": "2"},
        ],
    )
    def test_too_little_is_refused(self, insurer, wanted):
        assert self.ask(insurer, **wanted)["code"] == "invalid_request"

    def test_whose_a_number_was_on_a_day_and_as_known_at_a_time(self, insurer, act):
        numbered(act, number="N1", code="024-000")
        services.end_link(
            system=system("024-000"),
            number="N1",
            on=act.day + timedelta(days=10),
            act=replace(act, at=act.at + timedelta(days=20)),
        )

        def found(**when):
            return bool(self.ask(insurer, business_number="N1", **when)["people"])

        assert not found()
        assert found(as_of="2026-11-30")
        assert not found(as_of="2026-12-04")
        assert not found(as_of="2026-11-23")
        assert found(as_of="2026-12-04", known_at="2026-12-10T12:00:00+09:00")
        assert found(known_at="2026-12-10T12:00:00+09:00")
        assert not found(known_at="2026-12-20T12:00:00+09:00")

    def test_whose_an_individual_number_was(self, insurer, act):
        numbered(act, number="100", serial=1)
        numbered(act, number="N1", code="024-000", serial=1)
        numbered(replace(act, at=act.at + timedelta(days=5)), number="100", serial=2)
        number = fictitious_individual_number(1)
        by = {"individual_number": number, "reason": "照合"}

        assert self.ask(insurer, **by)["people"] == []
        assert self.ask(insurer, **by, as_of="2026-11-25")["people"][0]["business_numbers"] == [
            "N1"
        ]


def test_whoever_searches_too_often_by_number_is_stopped(insurer, act):
    SearchLimit.objects.create(
        holder_kind="system", holder="024-000", alarm_per_hour=1, stop_per_hour=2, reason="試験"
    )
    body = {
        "procedure": "国民健康保険の資格",
        "individual_number": fictitious_individual_number(1),
        "reason": "照合",
    }
    answers = [insurer.post(SEARCH, body, format="json").status_code for _ in range(3)]

    assert answers == [200, 200, 429]
    alarm = SearchAlarm.objects.get()
    assert (alarm.holder, alarm.searches, alarm.is_stopped) == ("024-000", 3, True)
    assert LinkageRecord.objects.filter(result="refused", system_code="024-000").count() == 1
    business = {"procedure": "国民健康保険の資格", "business_number": "N1"}
    assert insurer.post(SEARCH, business, format="json").status_code == 200
