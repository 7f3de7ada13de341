"""付番 over HTTP, a system's own numbers, and the notices of 名寄せ."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from integrated_address import services
from integrated_address.models import IndividualNumber, MergeNotice
from tests.factories import StaffFactory, fictitious_individual_number, system
from tests.integrated_address.factories import numbered

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

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"[" * 100_000]
    )
    def test_nonsense_is_answered_in_clear_words(self, insurer, body):
        response = insurer.post(NUMBERS, body, content_type="application/json")
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize(
        "change", [{"name": ["x"]}, {"name": "a\0"}, {"birth_on": 19900405}, {"sex": None}]
    )
    def test_every_refusal_is_in_japanese(self, insurer, change):
        response = insurer.post(NUMBERS, {**HANAKO, **change}, format="json")
        ((message,),) = response.json()["fields"].values()
        assert (response.status_code, message["message"].isascii()) == (400, False)
        assert message["message"] != "何か文字を入力してください。"

    def test_what_is_too_large_is_answered_in_clear_words(self, insurer):
        body = b'{"name":"' + b"x" * 10_485_760 + b'"}'
        response = insurer.post(NUMBERS, body, content_type="application/json")
        assert (response.status_code, response.json()["code"]) == (413, "too_large")

    def test_what_is_sent_empty_is_as_if_it_were_not_sent(self, insurer):
        empty = dict.fromkeys(
            ("individual_number", "name_kana", "birth_text", "residential_address", "resident_state",
             "resident_number"), "",
        )  # fmt: skip
        assert insurer.post(NUMBERS, HANAKO | empty, format="json").status_code == 201
        assert IndividualNumber.objects.count() == 0

    def test_a_contradiction_is_left_to_people(self, insurer, act):
        numbered(act, number="N1", code="024-000", serial=2)
        response = insurer.post(NUMBERS, HANAKO, format="json")
        assert (response.status_code, response.json()["code"]) == (409, "numbering_doubtful")


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
        today = replace(act, at=timezone.now())
        numbered(today, number="N1", code="024-000")
        day = today.day.isoformat()
        ended = self.post(insurer, "ends", business_number="N1", on=day)
        assert ended.json() == {"business_number": "N1", "valid_from": day, "valid_until": day}
        opened = self.post(insurer, "reopenings", business_number="N1")
        assert opened.json()["valid_until"] is None
        assert self.post(insurer, "reopenings", business_number="N1").status_code == 404

    @pytest.mark.parametrize("days", [-57_000, -1, 1, 2_000_000])
    def test_a_number_ends_neither_before_it_began_nor_ahead(self, insurer, act, days):
        today = replace(act, at=timezone.now())
        numbered(today, number="N1", code="024-000")
        on = (today.day + timedelta(days=days)).isoformat()
        refused = self.post(insurer, "ends", business_number="N1", on=on)
        assert (refused.status_code, [*refused.json()["fields"]]) == (400, ["on"])

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
        for receipt in (999, 2**63 - 1, 2**63, 10**30):
            said = client.post(f"{MERGES}acknowledgements/", {"receipt": receipt}, format="json")
            assert said.status_code == 400
        assert MergeNotice.objects.filter(acknowledged_at=None).exists()

    @pytest.mark.parametrize("after", [999, 2**63 - 1, 2**63, 10**30])
    def test_who_is_ahead_of_the_feed_is_told_so(self, client_of, merge, after):
        read = client_of(system("024-000"), self.SCOPE).get(MERGES, {"after": after})
        assert (read.status_code, read.json()["code"] in {"receipt_unknown", "invalid"}) == (
            400,
            True,
        )

    def test_the_undoing_is_told_too(self, client_of, merge, act):
        services.undo_merge(
            merge_number=merge.pk, reason="別人", act=replace(act, staff=StaffFactory())
        )
        answer = client_of(system("024-000"), self.SCOPE).get(MERGES).json()
        assert [notice["kind"] for notice in answer["notices"]] == ["merged", "unmerged"]
