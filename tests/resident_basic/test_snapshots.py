"""全件 and feed join; a copy is reconciled by hashes that the consumer computes itself."""

import gzip
import hashlib
import json
import re
import stat
import threading
import time
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from resident_basic import selectors, services
from resident_basic.models import Delivery
from sapporo_base.feed import Standstill
from sapporo_base.models import LinkageRecord
from sapporo_base.selectors import records_about
from tests.factories import system
from tests.resident_basic.factories import a_resident_number, an_individual_number, row

API = "/api/v1/resident-basic/"
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api-consumers.md"


def lines_of(answer):
    return [json.loads(line) for line in answer.getvalue().splitlines()]


def reference_implementation():
    """Return the functions that the guide gives to the consumers, as they stand there."""
    names = {}
    for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL):
        exec(block, names)  # noqa: S102 - the guide is ours; what it says is what is tested
    return names


class StandingHere(Standstill):
    """Stands on the test's own connection, whose rows nobody else could see."""

    def __init__(self, feed):
        self._connection = connection
        self.receipt = feed.head()

    def close(self):
        """Stay open: the test needs it."""


@pytest.fixture
def in_one_transaction(monkeypatch):
    """Deliver from within the test's transaction, which is quicker than emptying all tables."""
    monkeypatch.setattr("resident_basic.services.snapshots.Standstill", StandingHere)


@pytest.fixture
def _nothing_stays_open(monkeypatch):
    """Whatever a failing test leaves standing would hold the tables for ever."""
    standing = []
    stand = Standstill.__init__

    def noted(self, feed):
        standing.append(self)
        stand(self, feed)

    monkeypatch.setattr(Standstill, "__init__", noted)
    yield
    for one in standing:
        one.close()


@pytest.fixture
def school(approve):
    return approve("017-000", "name", "born_on", "town", "entry_order", "name_roman")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_nothing_stays_open")
class TestStandstill:
    """On a connection of its own, which sees only what is committed."""

    def test_snapshot_and_feed_join_while_others_write(self, receive, school, register_act):
        """What is committed during the delivery is in the feed after it, and in it alone."""
        before = receive()
        opened = services.open_snapshot(act=school)
        during = receive()
        with transaction.atomic():
            services.receive_event(values=(late := row()), act=register_act)
        numbers = [json.loads(line)[0] for line in b"".join(opened.pieces).splitlines()[1:-1]]
        page = services.disclose_changes(receipt=opened.receipt, limit=10, act=school)

        assert numbers == [before]
        assert [one.resident_number for one in page.changes] == [during, late["resident_number"]]

    def test_it_never_stands_between_a_commit_and_its_place_in_the_feed(self, receive):
        """Writers go on beside it: no row that is seen is without a receipt."""
        before = selectors.CHANGES.head()
        stop = threading.Event()

        def write():
            try:
                while not stop.is_set():
                    receive()
            finally:
                connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(20):
                still = Standstill(selectors.CHANGES)
                people = still.value(selectors.COUNT_LATEST)
                assert people == still.receipt - before
                still.close()
        finally:
            stop.set()
            writer.join()

    def test_one_at_a_time_for_each_system(self, receive, school, approve):
        receive()
        first = services.open_snapshot(act=school)
        next(first.pieces)
        with pytest.raises(services.AlreadyUnderWay):
            services.open_hashes(act=school)
        b"".join(services.open_snapshot(act=approve("024-000", "name")).pieces)
        first.pieces.close()
        b"".join(services.open_snapshot(act=school).pieces)

    def test_who_reads_too_slowly_is_cut_off(self, receive, school, monkeypatch):
        receive()
        monkeypatch.setattr(Standstill, "longest", "1s")
        opened = services.open_snapshot(act=school)
        next(opened.pieces)
        time.sleep(1.5)
        with pytest.raises(psycopg.errors.TransactionTimeout):
            next(opened.pieces)


@pytest.mark.django_db
@pytest.mark.usefixtures("in_one_transaction")
class TestSnapshot:
    def test_it_holds_everybody_in_the_approved_items_and_says_where_it_stands(
        self, receive, school, client_of
    ):
        hanako = receive(name_roman='HANAKO "H\\', entry_order=2)
        head, person, trailer = lines_of(
            client_of(school.system, "030:snapshot:read").get(f"{API}snapshot/")
        )

        assert (head["receipt"], head["count"]) == (selectors.CHANGES.head(), 1)
        assert head["system"] == "017-000"
        assert "individual_number" in head["withheld"]
        found = dict(zip(head["columns"], person, strict=True))
        assert found == {
            "resident_number": hanako,
            "history_number": "1",
            "is_suppressed": "0",
            "name": "札幌　花子",
            "name_roman": 'HANAKO "H\\',
            "born_on": "1990-04-05",
            "born_on_unknown": "",
            "born_on_text": "",
            "entry_order": "2",
            "town": "北一条西",
        }
        assert trailer["count"] == 1

    def test_a_cut_stream_is_noticed_by_its_trailer(self, receive, school):
        receive()
        whole = b"".join(services.open_snapshot(act=school).pieces)

        complete = reference_implementation()["complete"]
        assert complete(whole)
        assert not complete(whole[: whole.rindex(b"\n", 0, -1) + 1])
        assert not complete(whole[:-20]), "cut in the middle of a line"
        assert not complete(whole.replace("花子".encode(), "良子".encode()))

    def test_it_comes_compressed_where_asked(self, receive, school, client_of):
        receive()
        answer = client_of(school.system, "030:snapshot:read").get(
            f"{API}snapshot/", headers={"Accept-Encoding": "gzip"}
        )

        assert answer["Content-Encoding"] == "gzip"
        assert len(gzip.decompress(answer.getvalue()).splitlines()) == 3

    def test_the_individual_number_is_joined_for_those_approved_for_it_alone(
        self, receive, school, approve
    ):
        number = an_individual_number()
        receive(individual_number=number)
        receive()
        health = approve("024-000", "name", individual_number=True)
        head, *people = map(
            json.loads, b"".join(services.open_snapshot(act=health).pieces).splitlines()[:-1]
        )

        place = head["columns"].index("individual_number")
        assert sorted(one[place] or "" for one in people) == ["", number]
        assert number.encode() not in b"".join(services.open_snapshot(act=school).pieces)
        assert LinkageRecord.objects.filter(
            kind="individual_numbers_opened", receiver_code="024-000", subject_count=2
        ).exists()

    def test_where_a_protected_person_lives_is_hidden(self, receive, school):
        receive(support_measure="1", support_subject="1", support_from="2026-10-01")
        head, person, _ = map(
            json.loads, b"".join(services.open_snapshot(act=school).pieces).splitlines()
        )

        found = dict(zip(head["columns"], person, strict=True))
        assert (found["is_suppressed"], found["town"]) == ("1", None)
        assert head["hidden_if_suppressed"] == ["town"]

    def test_who_was_in_it_can_be_told(self, receive, school):
        hanako = receive()
        b"".join(services.open_snapshot(act=school).pieces)
        later = receive()

        assert [one.form for one in selectors.deliveries_about(hanako)] == ["全件"]
        assert selectors.deliveries_about(later) == []

    def test_it_counts_as_delivered_once_the_last_line_is_sent(self, receive, school):
        receive()
        opened = services.open_snapshot(act=school)
        next(opened.pieces)
        assert not Delivery.objects.filter(snapshot_until__isnull=False).exists()
        for _ in opened.pieces:
            pass
        services.acknowledge(receipt=opened.receipt, act=school)
        assert Delivery.objects.get(system=school.system).snapshot_until == opened.receipt

    def test_nobody_without_approval_gets_a_byte(self, receive, client_of):
        receive()
        answer = client_of(system("017-000"), "030:snapshot:read").get(f"{API}snapshot/")
        assert (answer.status_code, answer.json()["code"]) == (403, "no_approval")

    def test_the_scope_is_needed(self, school, client_of):
        assert client_of(school.system, "030:changes:read").get(f"{API}hashes/").status_code == 403


@pytest.mark.django_db
@pytest.mark.usefixtures("in_one_transaction")
class TestCommand:
    def test_the_file_is_the_owners_alone_and_holds_no_individual_number(
        self, receive, approve, tmp_path
    ):
        number = an_individual_number()
        receive(individual_number=number)
        approve("024-000", "name", individual_number=True)
        out = tmp_path / "all.ndjson"
        call_command("deliver_snapshot", system="024-000", out=out, stdout=StringIO())

        text = out.read_text(encoding="utf-8")
        assert len(text.splitlines()) == 3
        assert number not in text
        assert "individual_number" in json.loads(text.splitlines()[0])["withheld"]
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
        assert [one.name for one in tmp_path.iterdir()] == ["all.ndjson"]

    @pytest.mark.parametrize("code", ["017-000", "999-999"])
    def test_who_gets_nothing_gets_no_file(self, code, tmp_path):
        with pytest.raises(CommandError) as refusal:
            call_command("deliver_snapshot", system=code, out=tmp_path / "all.ndjson")
        assert refusal.value.returncode == 2
        assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("in_one_transaction")
class TestReconciliation:
    def test_a_consumer_computes_the_hashes_itself_from_what_it_was_delivered(
        self, receive, school
    ):
        receive(name_roman='"HANAKO"\\', entry_order=3)
        receive(born_on="", born_on_unknown="1", born_on_text="昭和５５年頃")
        receive(support_measure="1", support_subject="1", support_from="2026-10-01")
        hash_of = reference_implementation()["hash_of"]
        head, *people, _ = map(
            json.loads, b"".join(services.open_snapshot(act=school).pieces).splitlines()
        )
        page = services.disclose_changes(receipt=0, limit=10, act=school)
        told, *hashes, _ = map(
            json.loads, b"".join(services.open_hashes(act=school).pieces).splitlines()
        )

        ours = dict(hashes)
        for person in people:
            copy = dict(zip(head["columns"], person, strict=True))
            assert hash_of(copy["resident_number"], copy, told["columns"]) == ours[person[0]]
        for change in page.changes:
            items = json.loads(json.dumps(change.items, default=str))
            if change.is_latest:
                told_hash = hash_of(change.resident_number, items, told["columns"])
                assert told_hash == ours[change.resident_number]
        assert len(ours) == 3

    def test_what_differs_is_missing_superfluous_or_not_read_yet_is_named(
        self, receive, school, client_of
    ):
        equal, other, lost, changed = sorted(receive() for _ in range(4))
        nobody = a_resident_number()
        head, *hashes, _ = map(
            json.loads, b"".join(services.open_hashes(act=school).pieces).splitlines()
        )
        copy = dict(hashes) | {other: hashlib.sha256(b"").hexdigest(), nobody: "0" * 64}
        del copy[lost]
        receive(resident_number=changed, history_number=2, name="札幌　良子")
        answer = client_of(school.system, "030:snapshot:read").post(
            f"{API}reconcile/",
            {
                "columns": head["columns"],
                "receipt": head["receipt"],
                "hashes": [
                    {"resident_number": number, "hash": digest} for number, digest in copy.items()
                ],
            },
            format="json",
        )

        told = answer.json()
        assert answer.status_code == 200, told
        assert {name: told[name] for name in ("differs", "missing", "superfluous")} == {
            "differs": [other],
            "missing": [lost],
            "superfluous": [nobody],
        }
        assert (told["not_read_yet"], told["compared"], told["has_more"]) == ([changed], 4, False)
        assert equal not in json.dumps(told)

    def test_a_large_copy_is_compared_stretch_after_stretch(self, receive, school, monkeypatch):
        monkeypatch.setattr("resident_basic.services.reconciling.MOST_COMPARED", 2)
        numbers = sorted(receive() for _ in range(5))
        columns = selectors.hash_rows(
            selectors.approved_items(system=school.system, day=school.day)
        ).columns
        after, missing = "", []
        head = selectors.CHANGES.head()
        while True:
            told = services.reconcile_copy(
                hashes=[], after=after, until="", columns=columns, receipt=head, act=school
            )
            missing += told.missing
            if not told.has_more:
                break
            after = told.until
        assert missing == numbers

    def test_hashes_over_other_items_are_refused(self, receive, school):
        receive()
        with pytest.raises(services.OtherColumns):
            services.reconcile_copy(
                hashes=[], after="", until="", columns=["name"], receipt=0, act=school
            )

    def test_a_muddled_list_is_refused(self, school, client_of):
        columns = selectors.hash_rows(
            selectors.approved_items(system=school.system, day=school.day)
        ).columns
        number = a_resident_number()
        one = {"resident_number": number, "hash": "0" * 64}
        api = client_of(school.system, "030:snapshot:read")
        for body in (
            {"hashes": [one, one]},
            {"hashes": [one], "after": number},
            {"hashes": [one | {"resident_number": "1"}]},
        ):
            answer = api.post(
                f"{API}reconcile/", {"columns": columns, "receipt": 0} | body, format="json"
            )
            assert answer.status_code == 400

    def test_the_comparison_is_recorded_with_those_it_told_of(self, receive, school):
        hanako = receive()
        columns = selectors.hash_rows(
            selectors.approved_items(system=school.system, day=school.day)
        ).columns
        services.reconcile_copy(
            hashes=[], after="", until="", columns=columns, receipt=0, act=school
        )
        record = LinkageRecord.objects.get(kind="hashes_compared")
        assert (record.receiver_code, record.subject_count) == ("017-000", 1)
        assert record in records_about([("resident", hanako)])
