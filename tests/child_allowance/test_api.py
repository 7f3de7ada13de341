"""Where claims stand, over HTTP: only for systems that may, and recorded."""

import pytest
from django.urls import reverse

from sapporo_base.models import LinkageRecord
from tests.child_allowance.factories import ClaimFactory
from tests.factories import system

pytestmark = pytest.mark.django_db
STATES = reverse("child-allowance-claim-states")


def asked(client, *numbers):
    return client.post(STATES, {"claim_numbers": list(numbers)}, format="json")


def test_without_a_token_nobody_is_answered(client):
    assert client.post(STATES, {}, content_type="application/json").status_code == 401


def test_another_scope_is_not_enough(client_of):
    assert asked(client_of(system("024-000"), "032:numbers:read"), "C1").status_code == 403


def test_each_claim_says_where_it_stands_and_the_unknown_are_named(client_of):
    claim = ClaimFactory(state="under_examination")
    response = asked(client_of(system("024-000"), "027:claims:read"), claim.claim_number, "C-none")
    assert response.status_code == 200
    (found,) = response.json()["claims"]
    assert (found["state_words"], found["outcome"]) == ("審査中", None)
    assert response.json()["unknown"] == ["C-none"]
    record = LinkageRecord.objects.get(kind="claim_states_disclosed")
    assert record.receiver_code == "024-000"


def test_a_body_that_names_nothing_is_refused_by_field(client_of):
    response = asked(client_of(system("024-000"), "027:claims:read"))
    assert response.status_code == 400
    assert "claim_numbers" in response.content.decode()
