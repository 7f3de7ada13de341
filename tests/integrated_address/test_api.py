"""付番 and 検索 over HTTP: the ladder of rights, and what never leaves."""

import pytest

from integrated_address import services
from sapporo_base.models import LinkageRecord, LinkageRecordSubject
from tests.factories import fictitious_individual_number, system
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
