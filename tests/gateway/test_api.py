"""Inquiries, results and copies over HTTP: the ladder of rights, and answers in clear words."""

from datetime import date

import pytest

from gateway.models import Inquiry, InquiryResult
from gateway.services.inquiries.results import RESULT_FEED
from integrated_address import services as addressees
from sapporo_base.models import LegalBasis, LinkageRecord
from tests.factories import system
from tests.gateway.far_end import CHILD_ALLOWANCE, TAX
from tests.integrated_address.factories import number_many, numbered

pytestmark = pytest.mark.django_db
INQUIRIES = "/api/v1/gateway/inquiries/"
RESULTS = "/api/v1/gateway/inquiry-results/"
COPIES = "/api/v1/gateway/copies/"
QUESTION = {
    "request_key": "k1",
    "business_number": "J1",
    "procedure_code": "JM99000000000074",
    "step_code": "JT99000000000074",
    "information_code": TAX,
    "provider_code": "131041",
    "fiscal_year": 2024,
}
COPY = {
    "business_number": "J1",
    "dataset": "0001",
    "key": "2026-12",
    "items": {"支給額": "10000"},
    "published_from": "2026-12-01",
}


@pytest.fixture
def allowance(client_of, act):
    """児童手当, whose J1 is a numbered person."""
    numbered(act, number="J1", code="027-000", serial=1)
    scopes = ("030:inquiries:write", "030:inquiry-results:read", "030:copies:write")
    return client_of(system("027-000"), *scopes)


def ask(api, *questions):
    return api.post(INQUIRIES, {"inquiries": list(questions)}, format="json")


class TestInquiries:
    def test_nobody_without_a_token_or_the_scope(self, client, client_of):
        assert client.post(INQUIRIES).status_code == 401
        other = client_of(system("027-000"), "030:copies:write")
        assert ask(other, QUESTION).status_code == 403

    def test_is_accepted_with_a_place_to_look_and_an_estimate(self, allowance):
        response = ask(allowance, QUESTION)
        assert response.status_code == 202
        (one,) = response.json()["inquiries"]
        assert one["state_words"] == "符号取得待"
        assert one["estimated_at"]
        assert response.json()["results"] == RESULTS
        assert response["Retry-After"]
        looked = allowance.get(f"{INQUIRIES}{one['id']}/")
        assert looked.json()["request_key"] == "k1"

    def test_a_system_without_the_ground_is_refused_item_by_item(self, client_of, act):
        numbered(act, number="N1", code="024-000", serial=1)
        insurer = client_of(system("024-000"), "030:inquiries:write")
        (one,) = ask(insurer, {**QUESTION, "business_number": "N1"}).json()["inquiries"]
        assert (one["id"], one["code"]) == (None, "no_ground")
        assert "法令上の根拠" in one["why"]

    def test_good_ones_pass_where_others_are_wrong(self, allowance):
        answers = ask(
            allowance, QUESTION, {**QUESTION, "request_key": "k2", "business_number": "X"}
        )
        assert [one["code"] for one in answers.json()["inquiries"]] == ["", "not_numbered"]
        assert Inquiry.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"provider_code": "13104"}, "provider_code"),
            ({"request_key": ""}, "request_key"),
            ({"lane": "copies"}, "lane"),
            ({"fiscal_year": 1999}, "fiscal_year"),
            ({"period_from": "2024-02-01", "period_until": "2024-01-01"}, "period_until"),
        ],
    )
    def test_a_wrong_field_is_named_with_its_row(self, allowance, change, field):
        response = ask(allowance, QUESTION, {**QUESTION, **change})
        assert response.status_code == 400
        assert field in response.json()["fields"]["inquiries"]["1"]

    @pytest.mark.parametrize("people", [1, 500])
    def test_many_are_accepted_by_as_many_statements_as_one(
        self, allowance, act, people, django_assert_num_queries
    ):
        numbers = number_many(act, people=people, code="027-000", first_serial=1000)
        addressees.request_linkage_codes(integrated_numbers=sorted(numbers.values()), act=act)
        acquired = [(number, "acquired", "") for number in numbers.values()]
        addressees.record_code_states(states=acquired, act=act)
        ask(allowance, QUESTION)  # notes the credential's use

        # Token; the ends of a transaction; ground, people, what the platform permits and the city
        # does, inquiries with their record, hours.
        with django_assert_num_queries(9):
            answers = ask(
                allowance,
                *({**QUESTION, "request_key": n, "business_number": n} for n in numbers),
            )

        assert {one["state"] for one in answers.json()["inquiries"]} == {"waiting"}
        assert Inquiry.objects.filter(request_key__in=numbers).count() == people
        record = LinkageRecord.objects.filter(kind="inquiry_accepted").latest("pk")
        assert (record.subject_count, record.receiver_code) == (people, "027-000")

    @pytest.mark.parametrize("people", [1, 500])
    def test_codes_that_are_missing_are_requested_at_once(
        self, allowance, act, people, django_assert_max_num_queries
    ):
        numbers = number_many(act, people=people, code="027-000", first_serial=1000)
        with django_assert_max_num_queries(16):
            answers = ask(
                allowance,
                *({**QUESTION, "request_key": n, "business_number": n} for n in numbers),
            )
        assert {one["state"] for one in answers.json()["inquiries"]} == {"waiting_code"}

    def test_the_same_key_again_is_the_same_inquiry_and_no_new_record(self, allowance):
        (first,) = ask(allowance, QUESTION).json()["inquiries"]
        again = ask(allowance, QUESTION).json()["inquiries"]
        assert [one["id"] for one in again] == [first["id"]]
        assert LinkageRecord.objects.filter(kind="inquiry_accepted").count() == 1
        assert not LinkageRecord.objects.filter(kind="inquiry_refused").exists()

    def test_a_known_inquiry_outlives_its_ground_and_a_new_one_is_refused(self, allowance):
        (first,) = ask(allowance, QUESTION).json()["inquiries"]
        LegalBasis.objects.filter(information_code=TAX).update(
            valid_from=date(2000, 1, 1), valid_until=date(2001, 1, 1)
        )
        known, new = ask(allowance, QUESTION, {**QUESTION, "request_key": "k2"}).json()["inquiries"]
        assert (known["id"], new["code"]) == (first["id"], "no_ground")

    def test_the_same_key_twice_in_one_call_is_one_inquiry(self, allowance):
        one, other = ask(allowance, QUESTION, QUESTION).json()["inquiries"]
        assert one["id"] == other["id"]
        assert Inquiry.objects.count() == 1

    def test_another_systems_inquiry_does_not_exist_for_it(self, allowance, client_of):
        (one,) = ask(allowance, QUESTION).json()["inquiries"]
        other = client_of(system("024-000"), "030:inquiry-results:read")
        assert other.get(f"{INQUIRIES}{one['id']}/").status_code == 404

    def test_is_taken_back(self, allowance):
        (one,) = ask(allowance, QUESTION).json()["inquiries"]
        assert allowance.delete(f"{INQUIRIES}{one['id']}/").json()["state"] == "cancelled"
        page = allowance.get(RESULTS).json()
        assert [result["state"] for result in page["results"]] == ["cancelled"]
        assert InquiryResult.objects.count() == 1
        assert allowance.get(RESULTS, {"after": page["receipt"]}).json()["results"] == []
        ahead = allowance.get(RESULTS, {"after": page["receipt"] + 1})
        assert (ahead.status_code, ahead.json()["code"]) == (400, "receipt_unknown")


class TestResults:
    @pytest.fixture
    def ended(self, allowance):
        """Twelve inquiries of 児童手当 that ended, and the receipt before them."""
        before = RESULT_FEED.head()
        questions = [{**QUESTION, "request_key": f"k{n}"} for n in range(12)]
        for one in ask(allowance, *questions).json()["inquiries"]:
            allowance.delete(f"{INQUIRIES}{one['id']}/")
        return before

    def test_a_long_page_takes_as_many_questions_as_a_short_one(
        self, allowance, ended, django_assert_num_queries
    ):
        for limit in (1, 12):
            # Token; published (4); between the ends of a transaction page, numbers, record.
            with django_assert_num_queries(10):
                page = allowance.get(RESULTS, {"after": ended, "limit": limit}).json()
            assert len(page["results"]) == limit
            assert page["has_more"] == (limit < 12)

    def test_those_of_others_are_passed_over_in_one_question(
        self, ended, client_of, django_assert_num_queries
    ):
        other = client_of(system("024-000"), "030:inquiry-results:read")
        head = RESULT_FEED.head()
        other.get(RESULTS)  # notes the credential's use
        with django_assert_num_queries(8):
            page = other.get(RESULTS, {"after": ended, "limit": 1}).json()
        assert page == {"results": [], "receipt": head, "has_more": False}


class TestCopies:
    def test_are_taken_in_and_errors_counted(self, allowance):
        body = {
            "information_code": CHILD_ALLOWANCE,
            "copies": [COPY, {**COPY, "business_number": "X"}],
        }
        response = allowance.post(COPIES, body, format="json")
        assert response.status_code == 202
        assert response.json() == {"changed": 1, "unchanged": 0, "in_error": 1}

    def test_only_under_a_ground_of_its_own(self, client_of):
        insurer = client_of(system("024-000"), "030:copies:write")
        body = {"information_code": CHILD_ALLOWANCE, "copies": [COPY]}
        assert insurer.post(COPIES, body, format="json").status_code == 403
