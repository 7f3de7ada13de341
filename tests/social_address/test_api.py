"""The 社会保障宛名 API: no key, wrong scope, no approval, approved."""

import dataclasses

import pytest

from sapporo_base.models import LinkageRecord
from social_address import services
from tests.factories import system
from tests.social_address.factories import approve, individual_number, resident

pytestmark = pytest.mark.django_db

ADDRESSEES = "/api/v1/social-address/addressees/"
SEARCH = "/api/v1/social-address/search/"
CHANGES = "/api/v1/social-address/changes/"
READ, WRITE = "030:social-addressees:read", "030:social-addressees:write"


@pytest.fixture
def followed(act):
    own = dataclasses.replace(act, system=system("030-002"))
    approve("030-002")
    number = resident(1, own)
    services.follow_residents(act=own)
    return number


class TestLadder:
    def test_without_a_key_nothing_opens(self, client):
        assert client.post(SEARCH, {}).status_code == 401
        assert client.get(CHANGES).status_code == 401

    def test_the_wrong_scope_opens_nothing(self, client_of):
        api = client_of(system("024-000"), WRITE)

        assert api.post(SEARCH, {"name": "札幌"}, format="json").status_code == 403
        assert api.get(CHANGES).status_code == 403

    def test_without_approval_nobody_is_found_by_name(self, followed, client_of):
        api = client_of(system("024-000"), READ)

        assert api.post(SEARCH, {"name": "札幌"}, format="json").json() == []
        (subject,) = api.post(SEARCH, {"addressee_number": followed}, format="json").json()
        assert subject["name"] == ""
        assert "name" in subject["withheld"]

    def test_part_approved_gets_that_part(self, followed, client_of):
        approve("024-000", without={"household_number", "town"})
        (subject,) = (
            client_of(system("024-000"), READ)
            .post(SEARCH, {"name_kana": "ｻﾂﾎﾟﾛ"}, format="json")
            .json()
        )

        assert subject["name"] == "札幌　花子"
        assert (subject["household_number"], subject["residential_address"]) == ("", "")

    def test_changes_come_by_receipt(self, followed, client_of):
        approve("024-000")
        api = client_of(system("024-000"), READ)
        page = api.get(CHANGES).json()

        assert [one["addressee_number"] for one in page["changes"]] == [followed]
        assert api.get(CHANGES, {"after": page["receipt"]}).json()["changes"] == []
        ahead = api.get(CHANGES, {"after": page["receipt"] + 1})
        assert (ahead.status_code, ahead.json()["code"]) == (400, "receipt_unknown")


class TestRegistering:
    def test_the_same_person_gets_the_same_number(self, client_of):
        api = client_of(system("024-000"), WRITE)
        body = {
            "individual_number": individual_number(300),
            "name": "函館　次郎",
            "born_on": "1988-01-02",
            "sex": "1",
        }
        first = api.post(ADDRESSEES, body, format="json")
        again = api.post(ADDRESSEES, body, format="json")

        assert first.status_code == 201
        assert first.json() == again.json()
        assert individual_number(300) not in str([*LinkageRecord.objects.values(), first.json()])

    def test_a_wrong_number_is_refused_and_not_repeated(self, client_of):
        wrong = individual_number(300)[:11] + "x"
        answer = client_of(system("024-000"), WRITE).post(
            ADDRESSEES, {"individual_number": wrong, "name": "函館　次郎"}, format="json"
        )

        assert answer.status_code == 400
        assert answer["Content-Type"].startswith("application/problem+json")
        assert wrong not in answer.content.decode()
