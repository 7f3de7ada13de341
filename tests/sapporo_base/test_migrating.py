"""Migrations: many tables at once, and no database whose history is half way between two versions."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from sapporo_base.migrating import AtOnce, check_history

REPLACED = ("gateway", "0014_copies_wait_apart_from_deletions")


def asked():
    """Return what `manage.py migrate` would be told about the database."""
    return check_history(None, ["default"])


@pytest.mark.django_db
class TestHistory:
    def test_a_database_made_by_this_version_is_whole(self):
        assert asked() == []

    def test_a_database_made_before_anything_was_replaced_has_nothing_to_do(self):
        recorder = MigrationRecorder(connection)
        for replacing in MigrationLoader(None).replacements:
            recorder.record_unapplied(*replacing)
        assert asked() == []
        executor = MigrationExecutor(connection)
        assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
        call_command("migrate", verbosity=0)
        assert set(MigrationLoader(None).replacements) <= set(recorder.applied_migrations())

    def test_a_database_that_is_half_way_is_told_what_to_do_and_left_as_it_is(self):
        MigrationRecorder(connection).record_unapplied(*REPLACED)
        (error,) = asked()
        assert "gateway" in error.msg
        assert REPLACED[1] in error.msg
        assert "0013_a_circuit_for_each_group" not in error.msg
        assert "manage.py migrate" in error.hint
        with pytest.raises(SystemCheckError, match=REPLACED[1]):
            call_command("migrate", verbosity=0, skip_checks=False, stderr=io.StringIO())

    def test_every_migration_is_replaced_once(self):
        replaced = [
            name for one in MigrationLoader(None).replacements.values() for name in one.replaces
        ]
        assert len(replaced) == len(set(replaced))


@pytest.fixture
def letters():
    """A migration of two tables, of which the first points to the second."""
    letter = migrations.CreateModel(
        "Letter",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("sender", models.ForeignKey("tests.Sender", models.PROTECT)),
        ],
    )
    sender = migrations.CreateModel("Sender", [("id", models.BigAutoField(primary_key=True))])
    migration = migrations.Migration("0001_letters", "tests")
    migration.operations = [AtOnce([letter, sender])]
    return migration


class TestAtOnce:
    @pytest.mark.django_db
    def test_tables_stand_with_their_indexes_and_keys_when_it_has_run(self, letters):
        with connection.schema_editor() as editor, connection.cursor() as cursor:
            letters.apply(ProjectState(), editor)
            cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'tests_letter'")
            assert cursor.fetchone() == (2,)
            cursor.execute(
                "SELECT count(*) FROM pg_constraint"
                " WHERE contype = 'f' AND conrelid = 'tests_letter'::regclass"
            )
            assert cursor.fetchone() == (1,)
            letters.unapply(ProjectState(), editor)
        tables = connection.introspection.table_names()
        assert not {"tests_letter", "tests_sender"} & set(tables)

    def test_models_are_rendered_when_all_are_known(self, letters, monkeypatch):
        reloaded = []
        monkeypatch.setattr(ProjectState, "reload_model", lambda *key: reloaded.append(key))
        state = ProjectState()
        assert list(state.apps.get_models()) == []
        letters.mutate_state(state, preserve=False)
        assert reloaded == []
        assert {model.__name__ for model in state.apps.get_models()} == {"Letter", "Sender"}
