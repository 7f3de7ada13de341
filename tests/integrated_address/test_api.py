"""付番 and 検索 over HTTP: the ladder of rights, and what never leaves."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from integrated_address import services
from integrated_address.models import MergeNotice, SearchAlarm, SearchLimit
from sapporo_base.models import LinkageRecord, LinkageRecordSubject
from tests.factories import StaffFactory, fictitious_individual_number, system
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


@pytest.fixture
def insurer(client_of):
    """国民健康保険: uses 個人番号, does not hold the integrated number."""
    return client_of(system("024-000"), "032:numbers:write", "032:search:read")


@pytest.fixture
def gateway(client_of):
    """市中間サーバ: holds the integrated number."""
    return client_of(system("030-003"), "032:numbers:write", "032:search:read")


class TestNumbers:
    def test_nobody_without_a_token(self, client):
        assert client.post(NUMBERS, HANAKO, content_type="application/json").status_code == 401

    def test_nobody_without_the_scope(self, client_of):
        response = client_of(system("024-000"), "032:search:read").post(
            NUMBERS, HANAKO, format="json"
        )
        assert response.status_code == 403

    def test_a_system_without_the_right_may_not_send_a_number(self, client_of):
        school = client_of(system("017-000"), "032:numbers:write")
        response = school.post(NUMBERS, HANAKO, format="json")
        assert (response.status_code, response.json()["code"]) == (403, "not_permitted")

    def test_a_person_is_numbered_once_and_the_integrated_number_withheld(self, insurer):
        first = insurer.post(NUMBERS, HANAKO, format="json")
        assert first.status_code == 201
        assert first.json() == {
            "is_new": True,
            "is_linked": False,
            "withheld": ["integrated_number"],
        }
        again = insurer.post(NUMBERS, HANAKO, format="json")
        assert (again.status_code, again.json()["is_new"]) == (200, False)

    def test_who_holds_the_integrated_number_gets_it(self, gateway):
        assert len(gateway.post(NUMBERS, HANAKO, format="json").json()["integrated_number"]) == 15

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"individual_number": "123456789012"}, "individual_number"),
            ({"individual_number": "12345"}, "individual_number"),
            ({"name": ""}, "name"),
            ({"birth_on": "1990-02-30"}, "birth_on"),
            ({"sex": "男"}, "sex"),
            ({"business_number": "9" * 21}, "business_number"),
        ],
    )
    def test_a_wrong_field_is_named(self, insurer, change, field):
        response = insurer.post(NUMBERS, {**HANAKO, **change}, format="json")
        assert response.status_code == 400
        assert field in response.json()["fields"]

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe"])
    def test_nonsense_is_answered_in_clear_words(self, insurer, body):
        response = insurer.post(NUMBERS, body, content_type="application/json")
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"

    def test_a_contradiction_is_left_to_people(self, insurer, act):
        numbered(act, number="N1", code="024-000", serial=2)
        response = insurer.post(NUMBERS, HANAKO, format="json")
        assert (response.status_code, response.json()["code"]) == (409, "numbering_doubtful")


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


class TestNumbersOfASystem:
    URL = "/api/v1/integrated-address/numbers/"

    def post(self, api, what, **body):
        return api.post(f"{self.URL}{what}/", body, format="json")

    @pytest.mark.parametrize("what", ["updates", "ends", "reopenings", "individual-number-changes"])
    def test_nobody_without_the_scope(self, client_of, what):
        assert self.post(client_of(system("024-000"), "032:search:read"), what).status_code == 403

    def test_a_corporation_is_refused_in_words(self, insurer):
        body = {**HANAKO, "individual_number": "8700110005901"}
        response = insurer.post(NUMBERS, body, format="json")
        assert response.status_code == 400
        assert "法人番号" in response.json()["fields"]["individual_number"]

    def test_a_system_without_individual_numbers_links_by_the_resident_number(self, client_of, act):
        resident = "000000105000006"
        numbered(act, number=resident)
        school = client_of(system("017-000"), "032:numbers:write")
        body = {"business_number": "G1", "name": "札幌　花子", "resident_number": resident}
        assert school.post(NUMBERS, body, format="json").json()["is_linked"] is True
        body["resident_number"], body["business_number"] = "000000105000014", "G2"
        refused = school.post(NUMBERS, body, format="json")
        assert (refused.status_code, refused.json()["fields"]["doubt"]) == (
            409,
            "resident_is_unknown",
        )

    def test_an_update_says_whether_it_counted(self, insurer, act):
        numbered(act, number="100")
        numbered(act, number="N1", code="024-000")
        told = {"business_number": "N1", "name": "札幌　葉子", "resident_state": "1"}
        assert self.post(insurer, "updates", **told).json() == {"counts": False}
        assert self.post(insurer, "updates", **{**told, "business_number": "?"}).status_code == 404

    def test_a_number_is_ended_and_opened_again(self, insurer, act):
        numbered(act, number="N1", code="024-000")
        ended = self.post(insurer, "ends", business_number="N1", on="2026-11-24")
        assert ended.json() == {
            "business_number": "N1",
            "valid_from": "2026-11-24",
            "valid_until": "2026-11-24",
        }
        opened = self.post(insurer, "reopenings", business_number="N1")
        assert opened.json()["valid_until"] is None
        assert self.post(insurer, "reopenings", business_number="N1").status_code == 404

    def test_another_individual_number_waits_for_staff(self, insurer, act):
        numbered(act, number="N1", code="024-000")
        body = {
            "business_number": "N1",
            "individual_number": fictitious_individual_number(2),
            "kind": "on_request",
            "effective_on": "2026-11-24",
            "reason": "本人からの届出",
        }
        asked = self.post(insurer, "individual-number-changes", **body)
        assert (asked.status_code, asked.json()["state"]) == (202, "proposed")
        found = services.disclose_individual_numbers(
            system=system("024-000"), business_numbers=["N1"], act=act
        )
        assert found == {"N1": fictitious_individual_number(1)}


class TestListSearch:
    URL = "/api/v1/integrated-address/search/list/"

    def ask(self, api, *items, **more):
        body = {"procedure": "国民健康保険の資格", "items": list(items), **more}
        return api.post(self.URL, body, format="json")

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


MERGES = "/api/v1/integrated-address/merges/"


class TestMergeNotices:
    SCOPE = "032:merges:read"

    @pytest.fixture
    def merge(self, act):
        """Return a 名寄せ of P1 of 国民健康保険 into the resident 100."""
        one = numbered(act, number="P1", serial=None, code="024-000").integrated_number
        other = numbered(act).integrated_number
        proposed = services.propose_merge(
            addressee=one, other=other, cause="judged", act=replace(act, staff=StaffFactory())
        )
        approver = replace(act, staff=StaffFactory())
        return services.approve_merge(merge_number=proposed.pk, act=approver)

    def test_a_linked_system_reads_its_own_numbers_alone(self, client_of, merge):
        answer = client_of(system("024-000"), self.SCOPE).get(MERGES).json()
        (notice,) = answer["notices"]
        assert (notice["kind"], notice["moved_numbers"], notice["kept_numbers"]) == (
            "merged",
            ["P1"],
            [],
        )
        assert notice["retired_number"] is notice["present_number"] is None
        assert "100" not in str(notice["moved_numbers"] + notice["kept_numbers"])

    def test_who_is_not_linked_reads_nothing(self, client_of, merge):
        answer = client_of(system("010-000"), self.SCOPE).get(MERGES).json()
        assert answer == {"notices": [], "receipt": 0, "more": False}

    def test_without_the_scope_it_is_refused(self, client_of, merge):
        assert client_of(system("024-000")).get(MERGES).status_code == 403

    def test_is_read_on_from_the_receipt_and_acknowledged(self, client_of, merge):
        client = client_of(system("024-000"), self.SCOPE)
        receipt = client.get(MERGES).json()["receipt"]
        assert client.get(MERGES, {"after": receipt}).json()["notices"] == []
        said = client.post(f"{MERGES}acknowledgements/", {"receipt": receipt}, format="json")
        assert said.json() == {"acknowledged": 1}
        waiting = MergeNotice.objects.filter(acknowledged_at=None)
        assert [notice.system.code for notice in waiting] == ["001-000"]

    def test_what_was_not_issued_yet_cannot_be_acknowledged(self, client_of, merge):
        client = client_of(system("024-000"), self.SCOPE)
        said = client.post(f"{MERGES}acknowledgements/", {"receipt": 999}, format="json")
        assert said.status_code == 400

    def test_the_undoing_is_told_too(self, client_of, merge, act):
        services.undo_merge(
            merge_number=merge.pk, reason="別人", act=replace(act, staff=StaffFactory())
        )
        answer = client_of(system("024-000"), self.SCOPE).get(MERGES).json()
        assert [notice["kind"] for notice in answer["notices"]] == ["merged", "unmerged"]
