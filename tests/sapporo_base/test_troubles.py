"""Where no view answers: a system gets a problem document, staff get a page of the house."""

import json

from sapporo_base.troubles import server_error


def test_an_unknown_address_of_an_api_is_told_in_a_problem_document(client):
    answer = client.get("/api/v1/resident-basic/nowhere/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
    assert answer.json()["correlation_id"] == answer["X-Correlation-ID"]


def test_an_error_of_ours_is_told_to_a_system_by_its_number_alone(rf):
    answer = server_error(rf.get("/api/v1/gateway/inquiries/"))
    assert answer.status_code == 500
    assert set(json.loads(answer.content)) == {"type", "code", "title", "status", "correlation_id"}


def test_staff_get_a_page(rf):
    assert "問い合わせ番号" in server_error(rf.get("/admin/")).content.decode()
