"""
The seal over the 情報連携記録 finds what was edited, removed, slipped in or moved, and names it.
"""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction

from sapporo_base import selectors, services
from sapporo_base.models import LinkageRecord, LinkageRecordSubject, RecordLeaf, RecordSeal
from sapporo_base.rules import merkle
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def roots_file(settings, tmp_path):
    """Give each test a file of roots of its own."""
    settings.SEAL_ROOTS_FILE = tmp_path / "roots.jsonl"
    return settings.SEAL_ROOTS_FILE


@pytest.fixture
def sealed_records(act):
    """Five records in two seals."""
    records = []
    for number in range(5):
        subject = ("resident", f"{number:015d}")
        records.append(
            services.record_linkage(act, "disclosed", subjects=[subject], items=["氏名"])
        )
        if number == 2:
            services.seal_records(at=NOON)
    services.seal_records(at=NOON + timedelta(minutes=1))
    return records


def past_the_triggers(statement, *parameters):
    """Do what only a superuser of the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET LOCAL session_replication_role = origin")


def findings():
    return {(finding.kind, finding.record_id) for finding in services.verify_records()}


class TestAppendOnly:
    @pytest.mark.parametrize("model", [LinkageRecord, LinkageRecordSubject, RecordLeaf, RecordSeal])
    def test_nobody_changes_or_deletes_a_row(self, sealed_records, model):
        for statement in (
            f"UPDATE {model._meta.db_table} SET {model._meta.fields[1].column} = NULL",
            f"DELETE FROM {model._meta.db_table}",
        ):
            with pytest.raises(Error, match="append-only"), transaction.atomic():
                connection.cursor().execute(statement)

    def test_truncation_is_refused_in_every_partition(self, sealed_records):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT inhrelid::regclass::text FROM pg_inherits"
                " WHERE inhparent = 'sapporo_base_linkagerecord'::regclass"
            )
            partitions = [name for (name,) in cursor.fetchall()]
            assert len(partitions) > 1
            for table in ["sapporo_base_linkagerecord", *partitions]:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER refuse_truncate")
                with pytest.raises(Error, match="append-only"), transaction.atomic():
                    cursor.execute(f"TRUNCATE {table}")

    def test_the_linkage_history_is_guarded_too(self, act):
        from auditlog.models import LogEntry

        system = selectors.system("017-000")
        system.contact = "内線1234"
        system.save()
        entry = LogEntry.objects.get_for_object(system).latest("pk")
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            entry.delete()


class TestVerification:
    def test_finds_nothing_where_nothing_was_touched(self, sealed_records):
        assert findings() == set()
        assert selectors.seal_state().sealed == 5

    def test_names_the_record_that_was_edited(self, sealed_records):
        edited = sealed_records[1]
        past_the_triggers(
            "UPDATE sapporo_base_linkagerecord SET result = 'refused' WHERE id = %s", edited.pk
        )
        assert findings() == {("edited", edited.pk)}

    def test_names_the_record_whose_person_was_changed(self, sealed_records):
        past_the_triggers(
            "UPDATE sapporo_base_linkagerecordsubject SET number = '9' WHERE record_id = %s",
            sealed_records[3].pk,
        )
        assert findings() == {("edited", sealed_records[3].pk)}

    def test_names_the_record_that_was_removed(self, sealed_records):
        past_the_triggers(
            "DELETE FROM sapporo_base_linkagerecord WHERE id = %s", sealed_records[2].pk
        )
        assert ("removed", sealed_records[2].pk) in findings()

    def test_names_the_record_that_was_slipped_in(self, sealed_records, act):
        past_the_triggers(
            "INSERT INTO sapporo_base_linkagerecord OVERRIDING SYSTEM VALUE"
            " SELECT (r).* FROM (SELECT jsonb_populate_record(x, '{\"id\": 999999}') AS r"
            " FROM sapporo_base_linkagerecord x WHERE id = %s) AS forged",
            sealed_records[0].pk,
        )
        assert findings() == {("inserted", 999999)}

    def test_names_the_records_that_changed_places(self, sealed_records):
        first, second = sealed_records[0].pk, sealed_records[1].pk
        past_the_triggers(
            "UPDATE sapporo_base_recordleaf l SET record_id = -o.record_id, digest = o.digest"
            " FROM sapporo_base_recordleaf o"
            " WHERE (l.record_id, o.record_id) IN ((%s, %s), (%s, %s))",
            first,
            second,
            second,
            first,
        )
        past_the_triggers(
            "UPDATE sapporo_base_recordleaf SET record_id = -record_id WHERE record_id < 0"
        )
        found = findings()
        assert {("reordered", first), ("reordered", second), ("root_differs", None)} <= found

    def test_a_leaf_made_to_fit_an_edited_record_breaks_the_root(self, sealed_records):
        edited = sealed_records[4].pk
        past_the_triggers(
            "UPDATE sapporo_base_linkagerecord SET detail = '改ざん' WHERE id = %s", edited
        )
        past_the_triggers(
            "UPDATE sapporo_base_recordleaf l SET digest ="
            " sha256(convert_to(sapporo_base_record_canonical(r), 'UTF8'))"
            " FROM sapporo_base_linkagerecord r WHERE r.id = l.record_id AND r.id = %s",
            edited,
        )
        assert findings() == {("root_differs", None)}

    def test_a_seal_made_anew_differs_from_the_file_outside(self, sealed_records, roots_file):
        """Even who can write everything in the database can't sign, nor reach the file."""
        past_the_triggers("UPDATE sapporo_base_recordseal SET root = sha256('x') WHERE number = 2")
        kinds = {kind for kind, _ in findings()}
        assert {"root_differs", "chain_broken", "differs_outside"} <= kinds

    def test_the_last_seal_can_not_vanish(self, sealed_records):
        past_the_triggers("DELETE FROM sapporo_base_recordleaf WHERE seal_number = 2")
        past_the_triggers("DELETE FROM sapporo_base_recordseal WHERE number = 2")
        assert ("seal_removed", None) in findings()

    def test_a_line_lost_in_a_crash_is_written_again(self, sealed_records, roots_file, act):
        lines = roots_file.read_text().splitlines()
        roots_file.write_text(lines[0] + "\n" + lines[1][:40])
        assert ("not_outside", None) in findings()
        services.record_linkage(act, "disclosed")
        services.seal_records(at=NOON + timedelta(minutes=2))
        assert findings() == set()

    def test_the_command_ends_with_one_and_names_the_row(self, sealed_records):
        past_the_triggers(
            "UPDATE sapporo_base_linkagerecord SET reason = '別の理由' WHERE id = %s",
            sealed_records[0].pk,
        )
        out = StringIO()
        with pytest.raises(CommandError) as ended:
            call_command("verify_records", stdout=out)
        assert ended.value.returncode == 1
        assert f"記録番号{sealed_records[0].pk}" in out.getvalue()

    def test_what_waits_for_its_seal_is_counted(self, sealed_records, act):
        services.record_linkage(act, "disclosed")
        state = selectors.seal_state()
        assert (state.waiting, state.oldest_waiting_at) == (1, NOON)


class TestProof:
    def test_can_be_checked_without_the_database(self, sealed_records, tmp_path):
        file = tmp_path / "proof.json"
        call_command("export_record_proof", str(sealed_records[1].pk), out=file)
        proof = json.loads(file.read_text())
        assert services.proof_holds(proof)
        assert '"000000000000001"' in proof["canonical"]
        call_command("export_record_proof", check=file, stdout=StringIO())

    @pytest.mark.parametrize("part", ["canonical", "digest", "path", "seal"])
    def test_fails_when_any_part_was_touched(self, sealed_records, part):
        proof = services.record_proof(sealed_records[1].pk)
        forged = {
            "canonical": proof["canonical"].replace("氏名", "住所"),
            "digest": "00" * 32,
            "path": proof["path"][:-1],
            "seal": {**proof["seal"], "root": "11" * 32},
        }
        assert not services.proof_holds({**proof, part: forged[part]})

    def test_there_is_none_for_a_record_not_sealed_yet(self, act):
        assert services.record_proof(services.record_linkage(act, "disclosed").pk) is None


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 13])
def test_every_leaf_of_a_tree_has_a_path_to_its_root(count):
    digests = [bytes([number]) * 32 for number in range(count)]
    for index, digest in enumerate(digests):
        assert merkle.root_from_proof(digest, merkle.proof(digests, index)) == merkle.root(digests)
        assert merkle.root_from_proof(b"x" * 32, merkle.proof(digests, index)) != merkle.root(
            digests
        )
