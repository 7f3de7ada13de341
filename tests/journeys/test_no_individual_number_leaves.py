"""
A recognisable 個人番号 is planted, and everything that leaves is searched for it.

Nothing that goes to a system, a member of staff, a log or a queue without the right holds it. Those
who were approved for it get it in the delivery itself, and in no other place.
"""

import base64
import csv
import gzip
import html
import io
import json
import logging
import re
from dataclasses import replace

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.urls import reverse
from guardian.shortcuts import assign_perm

from integrated_address import selectors as addressees
from resident_basic import selectors, services
from resident_basic.models import DeliveryFile, WebhookSubscription
from resident_basic.rules.items import INDIVIDUAL_NUMBER, REGISTER
from sapporo_base.acts import Act
from sapporo_base.logs import SealNumbers, line_formatter
from sapporo_base.models import PersonalInformationFile, Staff
from sapporo_base.selectors import system
from sapporo_base.services import prepare_demo_staff
from sapporo_base.services.staff import DEMO_STAFF
from tests.resident_basic import approvals
from tests.resident_basic.factories import a_file, an_individual_number, row
from tests.resident_basic.test_day_files import a_layout
from tests.resident_basic.test_snapshots import StandingHere

pytestmark = pytest.mark.django_db
API = "/api/v1/resident-basic/"
SCOPES = (
    "030:changes:read",
    "030:residents:read",
    "030:snapshot:read",
    "030:events:write",
    "030:files:read",
)
WITH_RIGHT, WITHOUT_RIGHT, UNKNOWN = "024-000", "017-000", "010-000"
# 027-000 uses 個人番号, and was approved for items without it.
USES_IT_BUT_WAS_NOT_APPROVED = "027-000"
ITEMS = ("name", "born_on", "town", "resident_status")
PAGES_OF_ONE_ROLE = 90


# One of each role of the demo that holds no right to open a 個人番号.
READERS = {
    told.role: told.staff_number
    for told in DEMO_STAFF
    if "open_individual_number" not in told.rights
}.values()


class Planted:
    """The number, and every form in which it could lie somewhere."""

    def __init__(self, number: str) -> None:
        self.number = number
        raw = number.encode()
        full_width = number.translate(
            {ord(str(digit)): "０１２３４５６７８９"[digit] for digit in range(10)}
        )
        grouped = [gap.join(re.findall("....", number)) for gap in (" ", "-", "　")]
        self._forms = [
            number,
            full_width,
            *grouped,
            raw.hex(),
            base64.b64encode(raw).decode(),
            number[:11],
        ]

    def found_in(self, text: object) -> list[str]:
        """Return the forms in which it is in a text."""
        if isinstance(text, bytes):
            text = text.decode("utf-8", errors="replace") + text.decode("cp932", errors="replace")
        return [form for form in self._forms if form in html.unescape(str(text))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("planted")


@pytest.fixture(scope="module")
def _planted(standing, folder):
    """Hanako has the number: it came by file, by event, by a rejected row and by a mended one."""
    act = Act(at=approvals.NOON, path="command", reason="試験")
    number = an_individual_number()
    hanako = row(individual_number=number, name="札幌　花子")
    wrong = row(individual_number=number, sex="7")
    services.receive_residents(
        path=a_file(folder / "day.csv", hanako, wrong), act=replace(act, system=system(REGISTER))
    )
    services.receive_event(
        values=row(
            resident_number=hanako["resident_number"],
            history_number=2,
            individual_number=number,
            name="札幌　良子",
        ),
        act=replace(act, path="api", system=system(REGISTER)),
    )
    found = Planted(number)
    found.resident_number = hanako["resident_number"]
    found.row = hanako
    found.integrated_number = addressees.integrated_numbers_of(
        system=system(REGISTER), business_numbers=[found.resident_number]
    )[found.resident_number]
    return found


@pytest.fixture
def planted(db, _planted, monkeypatch):
    monkeypatch.setattr("resident_basic.services.snapshots.Standstill", StandingHere)
    return _planted


@pytest.fixture(scope="module")
def _approved(_planted, folder):
    """Approve three systems, and have a file of the day made for each, with a column for the number."""
    act = Act(at=approvals.NOON, path="command", reason="試験")
    layout = a_layout(
        "all",
        ("resident_number", "宛名番号", "X", 15),
        ("individual_number", "個人番号", "X", 12),
        ("name", "氏名", "N", 100),
    )
    approvals.approved(WITH_RIGHT, *ITEMS, individual_number=True)
    for code in (WITHOUT_RIGHT, USES_IT_BUT_WAS_NOT_APPROVED):
        approvals.approved(code, *ITEMS)
    for code in (WITH_RIGHT, WITHOUT_RIGHT, USES_IT_BUT_WAS_NOT_APPROVED):
        services.subscribe_to_files(
            receiving=system(code), layout_code=layout, encoding="cp932", starts_after=0, act=act
        )
    with override_settings(VAR_DIR=folder / "var"):
        services.make_day_files(day=act.day, act=act)
    return folder / "var"


@pytest.fixture
def approve_all(db, _approved, settings):
    settings.VAR_DIR = _approved
    return _approved


@pytest.fixture
def logs(caplog):
    """Return what the log of a running system would hold by now."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(SealNumbers())
    handler.setFormatter(line_formatter())
    caplog.set_level(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield written.getvalue
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def messages(monkeypatch):
    """Return what would have been handed to the broker."""
    sent = []

    def send(app, *args, **kwargs):
        sent.append((args, kwargs))

    monkeypatch.setattr("celery.app.base.Celery.send_task", send)
    return sent


def body(answer):
    """Return what was sent: headers and content, unzipped."""
    content = answer.getvalue() if answer.streaming else answer.content
    if answer.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return f"{dict(answer.headers)}".encode() + content


def deliveries(api, planted):
    """Yield every delivery that may carry the 個人番号 for those who hold the right."""
    one = {"resident_numbers": [planted.resident_number]}
    known = {"known_at": "2026-11-24T12:00:00+09:00"}
    yield "detail", api.post(f"{API}residents/", one, format="json")
    yield "as of a day", api.post(f"{API}residents/", one | {"as_of": "2026-10-02"}, format="json")
    yield "as known at", api.post(f"{API}residents/", one | known, format="json")
    yield "feed", api.get(f"{API}changes/?after=0&limit=1000")
    yield "snapshot", api.get(f"{API}snapshot/")
    yield "zipped", api.get(f"{API}snapshot/", headers={"Accept-Encoding": "gzip"})
    for file in DeliveryFile.objects.order_by("pk"):
        answer = api.get(f"{API}files/{file.pk}/")
        if answer.status_code != 404:
            yield "file of the day", answer


def everything_else(api, planted):
    """Yield what never carries it, whoever asks: hashes, comparisons, states and refusals."""
    number = planted.number
    post = {"format": "json"}
    columns = selectors.hash_rows(
        selectors.approved_items(system=system(WITHOUT_RIGHT), day=approvals.NOON.date())
    ).columns
    pair = {"resident_number": planted.resident_number, "hash": "0" * 64}
    comparison = {"columns": columns, "receipt": 0, "hashes": [pair]}
    yield "hashes", api.get(f"{API}hashes/")
    yield "state", api.get(f"{API}delivery/")
    yield "ledger of files", api.get(f"{API}files/")
    yield "comparison", api.post(f"{API}reconcile/", comparison, **post)
    yield "acknowledgement", api.post(f"{API}acknowledgements/", {"receipt": 0}, **post)
    # What a confused caller sends comes back in no error.
    yield "asked by it", api.post(f"{API}residents/", {"resident_numbers": [number]}, **post)
    yield "a choice", api.post(f"{API}residents/", {"resident_numbers": {"x": number}}, **post)
    yield (
        "a day",
        api.post(f"{API}residents/", {"resident_numbers": ["1"], "as_of": number}, **post),
    )
    yield "too long", api.post(f"{API}residents/", {"resident_numbers": [number * 2]}, **post)
    yield "a receipt", api.get(f"{API}changes/?after={number}")
    yield "no receipt", api.get(f"{API}changes/?after=x{number}")
    yield "acknowledged", api.post(f"{API}acknowledgements/", {"receipt": number}, **post)
    yield (
        "no hash",
        api.post(f"{API}reconcile/", comparison | {"hashes": [pair | {"hash": number}]}, **post),
    )
    yield (
        "compared",
        api.post(
            f"{API}reconcile/",
            comparison | {"hashes": [pair | {"resident_number": number}]},
            **post,
        ),
    )
    yield (
        "wrong event",
        api.post(
            f"{API}events/", {"items": planted.row | {"sex": number, "history_number": "9"}}, **post
        ),
    )
    yield (
        "unknown item",
        api.post(f"{API}events/", {"items": planted.row | {"my_number": number}}, **post),
    )
    yield (
        "wrong number",
        api.post(
            f"{API}events/",
            {"items": planted.row | {"individual_number": f"9{number[1:]}"}},
            **post,
        ),
    )
    yield (
        "no json",
        api.post(
            f"{API}residents/",
            f'{{"resident_numbers": ["{number}"',
            content_type="application/json",
        ),
    )
    yield "no such file", api.get(f"{API}files/{number}/")
    yield "no such page", api.get(f"{API}nothing/")


class TestSystems:
    @pytest.mark.parametrize("code", [WITHOUT_RIGHT, USES_IT_BUT_WAS_NOT_APPROVED, UNKNOWN])
    def test_nothing_that_goes_to_a_system_without_the_right_holds_it(
        self, planted, approve_all, client_of, code
    ):
        api = client_of(system(code), *SCOPES)
        searched = {
            name: body(answer)
            for name, answer in [*deliveries(api, planted), *everything_else(api, planted)]
        }

        assert [name for name, text in searched.items() if planted.found_in(text)] == []
        if code != UNKNOWN:
            # Hanako herself was there: the search looked at what was delivered.
            for name in ("detail", "feed", "snapshot", "zipped", "file of the day", "hashes"):
                assert planted.resident_number.encode() in searched[name], name

    def test_those_approved_for_it_get_it_in_the_delivery_and_nowhere_else(
        self, planted, approve_all, client_of
    ):
        api = client_of(system(WITH_RIGHT), *SCOPES)
        for name, answer in deliveries(api, planted):
            text = body(answer)
            assert planted.found_in(text)[0] == planted.number, name
            assert planted.found_in(_without_the_item(answer, text)) == [], name
        for name, answer in everything_else(api, planted):
            assert planted.found_in(body(answer)) == [], name

    def test_an_approval_that_is_withdrawn_stops_it_on_every_path(
        self, planted, approve_all, client_of, act
    ):
        from resident_basic.models import UseApplication

        services.withdraw_application(
            application=UseApplication.objects.get(system=system(WITH_RIGHT)),
            reason="廃止",
            act=replace(act, staff=approvals.StaffFactory()),
        )
        api = client_of(system(WITH_RIGHT), *SCOPES)
        for name, answer in [*deliveries(api, planted), *everything_else(api, planted)]:
            assert planted.found_in(body(answer)) == [], name

    @pytest.mark.parametrize(
        "place", ["selectors.residents_for", "addressees.disclose_individual_numbers"]
    )
    def test_an_error_500_tells_nothing(
        self, planted, approve_all, client_of, logs, monkeypatch, place
    ):
        def breaks(*args, **kwargs):
            raise RuntimeError(f"個人番号 {planted.number}")

        monkeypatch.setattr(f"resident_basic.services.disclosure.{place}", breaks)
        api = client_of(system(WITH_RIGHT), *SCOPES)
        api.raise_request_exception = False
        answer = api.post(
            f"{API}residents/", {"resident_numbers": [planted.resident_number]}, format="json"
        )

        assert answer.status_code == 500
        assert planted.found_in(body(answer)) == []
        assert "RuntimeError" in logs()
        assert planted.found_in(logs()) == []

    def test_rows_in_this_process_hold_it_for_nobody_without_the_right(self, planted, approve_all):
        for code in (WITHOUT_RIGHT, USES_IT_BUT_WAS_NOT_APPROVED):
            act = approvals.receiving(code, Act(at=approvals.NOON, path="task"))
            staged = services.stage_changes(name="planted", receipt=0, limit=100, act=act)
            rows = staged.staging.select("SELECT t::text FROM {staging} t")
            assert rows
            assert planted.found_in(rows) == []
            assert planted.found_in(services.disclose_changes(receipt=0, limit=9, act=act)) == []
        act = approvals.receiving(WITH_RIGHT, Act(at=approvals.NOON, path="task"))
        staged = services.stage_changes(name="planted", receipt=0, limit=100, act=act)
        assert INDIVIDUAL_NUMBER not in staged.items
        assert planted.found_in(staged.staging.select("SELECT t::text FROM {staging} t")) == []


class TestCalls:
    def test_a_wake_up_call_says_nothing_about_anybody(self, planted, approve_all, act):
        for code in (WITH_RIGHT, WITHOUT_RIGHT):
            services.subscribe_webhook(
                receiving=system(code), url="http://127.0.0.1:9/wake", act=act
            )
        WebhookSubscription.objects.update(told_until=0)
        services.plan_wake_ups(act=act)
        calls = services.claim_calls(at=act.at)

        assert len(calls) == 2
        for call in calls:
            assert planned_words(call, planted) == []


class TestWhatStays:
    def test_no_table_log_or_message_holds_it_after_everything_was_delivered(
        self, planted, approve_all, client_of, logs, messages
    ):
        """情報連携記録, auditlog, outbox, received files and rejected rows among the tables."""
        for code in (WITH_RIGHT, WITHOUT_RIGHT, UNKNOWN):
            api = client_of(system(code), *SCOPES)
            for _, answer in [*deliveries(api, planted), *everything_else(api, planted)]:
                body(answer)
        services.publish_changes()
        services.forward_households(
            act=approvals.receiving("030-001", Act(at=approvals.NOON, path="task"))
        )

        assert _tables_that_hold(planted) == []
        assert planted.found_in(logs()) == []
        assert planted.found_in(messages) == []

    def test_no_file_that_this_system_keeps_holds_it(self, planted, approve_all):
        """A file of the day with the number lies sealed."""
        made = [path for path in approve_all.rglob("*") if path.is_file()]
        assert len(made) == 3
        kept = [*made, *(path for path in settings.BROKER_FOLDER.rglob("*") if path.is_file())]
        assert [path.name for path in kept if planted.found_in(path.read_bytes())] == []


@pytest.fixture(scope="module")
def _looking(_planted, _approved):
    """The demo's staff, who may look into every file and open no 個人番号."""
    prepare_demo_staff(act=Act(at=approvals.NOON, path="command", reason="試験"))
    for staff in Staff.objects.all():
        for file in PersonalInformationFile.objects.all():
            assign_perm("sapporo_base.open_personalinformationfile", staff, file)


@pytest.mark.slow
class TestStaff:
    @pytest.mark.usefixtures("_looking")
    @pytest.mark.parametrize("staff_number", sorted(READERS))
    def test_no_page_or_export_of_a_role_without_the_right_holds_it(
        self, planted, approve_all, client_of, staff_client, staff_number
    ):
        for code in (WITH_RIGHT, WITHOUT_RIGHT):
            for _, answer in deliveries(client_of(system(code), *SCOPES), planted):
                body(answer)
        browser = staff_client(staff=Staff.objects.get(staff_number=staff_number))
        seeds = [
            "/admin/",
            reverse("admin:resident_basic_resident_change", args=[planted.resident_number]),
            reverse(
                "admin:integrated_address_integratedaddressee_change",
                args=[planted.integrated_number],
            ),
            f"{reverse('admin:resident_basic_resident_changelist')}?q={planted.resident_number}",
        ]
        pages = dict(_walk(browser, seeds))

        assert len(pages) > len(seeds)
        assert {address: text for address, text in pages.items() if planted.found_in(text)} == {}


def planned_words(call, planted):
    """Return what of Hanako stands in a call: her number in any form, or her 宛名番号."""
    said = f"{call.url} {call.body!r} {call.headers}"
    return [*planted.found_in(said), *([said] if planted.resident_number in said else [])]


def _without_the_item(answer, text):
    """Return a delivery with the 個人番号 taken out of the one place where it belongs."""
    if "filename" in answer.headers.get("Content-Disposition", ""):
        lines = text[text.index("宛名番号".encode("cp932")) :].decode("cp932").splitlines()
        rows = list(csv.reader(lines))
        place = rows[0].index("個人番号")
        return [one[:place] + one[place + 1 :] for one in rows]
    if answer.streaming:
        head, *rest = text[text.index(b'{"format"') :].splitlines()
        place = json.loads(head)["columns"].index(INDIVIDUAL_NUMBER)
        rows = [json.loads(line) for line in rest[:-1]]
        return [one[:place] + one[place + 1 :] for one in rows]
    content = answer.json()
    people = content if isinstance(content, list) else content["changes"]
    for person in people:
        del person["items"][INDIVIDUAL_NUMBER]
    return content


def _tables_that_hold(planted):
    """Return the tables of the database that hold the number in a form of it, in any column."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        for (table,) in cursor.fetchall():
            for form in planted.found_in(planted._forms):
                cursor.execute(
                    f"SELECT EXISTS (SELECT FROM {connection.ops.quote_name(table)} t"
                    " WHERE strpos(t::text, %s) > 0)",
                    [form],
                )
                if cursor.fetchone()[0]:
                    found.append((table, form))
    return found


def _walk(browser, seeds):
    """Yield the pages that can be reached by links and exports, breadth first."""
    waiting, seen = list(seeds), set(seeds)
    while waiting:
        address = waiting.pop(0)
        answer = browser.get(address)
        text = body(answer)
        yield address, text
        if len(seen) >= PAGES_OF_ONE_ROLE:
            continue
        for link in re.findall(r'href="([^"#]+)"', text.decode("utf-8", errors="replace")):
            target = html.unescape(link)
            if target.startswith("?"):
                target = address.split("?")[0] + target
            elif not target.startswith("/"):
                target = f"{address.split('?')[0]}{target}"
            # Each list may have an export, whether its page offers it by a link or by a button.
            exports = [f"{target}export/"] if re.fullmatch(r"/admin/\w+/\w+/", target) else []
            for one in (target, *exports):
                if len(seen) >= PAGES_OF_ONE_ROLE or one in seen:
                    continue
                if one.startswith("/admin/") and "logout" not in one:
                    seen.add(one)
                    waiting.append(one)
