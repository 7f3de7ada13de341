"""The client of the docs keeps a copy of 個人基本 over HTTP: begins, follows, mends, and says when it can't."""

import importlib.util
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from resident_basic import services
from resident_basic.models import Delivery, UseApplication
from sapporo_base import services as base
from sapporo_base.acts import Act
from tests.factories import system
from tests.resident_basic.approvals import approved
from tests.resident_basic.factories import a_file, a_resident_number, row

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SCOPES = ["030:snapshot:read", "030:changes:read", "030:residents:read"]
ITEMS = ("name", "name_kana", "born_on", "town", "building", "support_measure")
INSURER = "024-000"


@pytest.fixture(scope="module")
def client():
    path = settings.BASE_DIR / "docs" / "clients" / "keep_a_copy.py"
    spec = importlib.util.spec_from_file_location("keep_a_copy", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def act():
    return Act(at=timezone.now(), path="command", reason="試験")


@pytest.fixture
def people(act, tmp_path):
    """Receive three residents; return a way to receive more about them."""

    def receive(*rows):
        services.receive_residents(
            path=a_file(tmp_path / "residents.csv", *rows),
            act=replace(act, path="api", system=system("001-000")),
        )

    rows = [row(resident_number=a_resident_number(), name=f"札幌　{name}") for name in "一二三"]
    receive(*rows)
    return rows, receive


@pytest.fixture
def server(client, act, live_server):
    approved(INSURER, *ITEMS, at=act.at, protected_people=True)
    issued = base.issue_credential(
        system=system(INSURER),
        method="client_secret_basic",
        scopes=SCOPES,
        expires_at=act.at + timedelta(days=1),
        act=act,
    )
    return client.Server(live_server.url, issued.credential.client_id, issued.secret)


def test_it_begins_follows_and_mends(client, server, people, act, tmp_path):
    rows, receive = people
    file = tmp_path / "copy.json"
    assert client.keep(server, file).startswith("3 residents")

    first = rows[0]
    receive(row(**first | {"history_number": 2, "building": "新館", "change_reason": "41"}))
    services.start_support_measure(
        resident_number=rows[1]["resident_number"],
        kind="1",
        subject_kind="1",
        since=timezone.localdate(),
        until=None,
        reason="試験",
        act=act,
    )
    assert "2 changes taken, 0 mended" in client.keep(server, file)
    copy = client.Copy(**json.loads(file.read_text()))

    def told(number, item):
        return dict(zip(copy.columns, copy.people[number], strict=True))[item]

    assert told(first["resident_number"], "building") == "新館"
    assert told(rows[1]["resident_number"], "support_measure") == "1"
    assert Delivery.objects.get(system=system(INSURER)).acknowledged_until == copy.receipt

    spoilt = json.loads(file.read_text())
    place = spoilt["columns"].index("name")
    spoilt["people"][first["resident_number"]][place] = "別人"
    del spoilt["people"][rows[2]["resident_number"]]
    spoilt["people"][a_resident_number()] = spoilt["people"][first["resident_number"]]
    file.write_text(json.dumps(spoilt))
    assert "3 mended" in client.keep(server, file)
    assert "0 mended" in client.keep(server, file)


def test_it_begins_anew_where_its_receipt_was_never_given(client, server, people, tmp_path):
    file = tmp_path / "copy.json"
    client.keep(server, file)
    ahead = json.loads(file.read_text())
    file.write_text(json.dumps(ahead | {"receipt": ahead["receipt"] + 500, "people": {}}))

    assert client.keep(server, file).startswith("3 residents")


def test_a_system_whose_approval_ended_is_told_why(client, server, people, act, tmp_path):
    application = UseApplication.objects.get(system=system(INSURER))
    services.withdraw_application(
        application=application,
        reason="試験",
        act=replace(act, staff=application.decided_by),
        withdrawal="revoked",
    )

    with pytest.raises(client.Refused) as refused:
        client.keep(server, tmp_path / "copy.json")

    assert refused.value.problem["fields"]["cause"] == "revoked"
