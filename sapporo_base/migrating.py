"""What migrations are made with, and what is asked of a database before they run."""

from collections.abc import Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.core import checks
from django.db import connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

_HALF_WAY: Final = (
    "移行ファイルをまとめる前の版の移行が途中です({app}: {first} から{count}件が未適用)。"
    "このまま更新すると、この部分の表は変わらず、プログラムと合わなくなります。"
)
_FINISH_FIRST: Final = (
    "まとめる前の最後の版に戻して manage.py migrate を済ませてから、この版に更新してください"
    "(docs/decisions/0010-one-migration-per-app.md)。"
)


class AtOnce(Operation):
    """
    Creates many models at once.

    Django renders every model that is linked to a new one again, for each new one. Here they are
    rendered once, when all are known. When this has run, the indexes and foreign keys stand too,
    so that SQL of the same migration may lean on them.
    """

    category = OperationCategory.ADDITION

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Make all models known; whoever asks for them next has them rendered."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create all tables, then what Django puts off to the end of a migration."""
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)
        for statement in schema_editor.deferred_sql:
            schema_editor.execute(statement, None)
        schema_editor.deferred_sql.clear()

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop all tables, the last first."""
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say what is created, for `migrate --plan` and `sqlmigrate`."""
        return "; ".join(operation.describe() for operation in self.operations)


def check_history(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """
    Refuse a database that has some of the migrations that another replaces, but not all.

    Django would leave the tables of that app as they are, and say that nothing is to be done.
    """
    replacing = MigrationLoader(None).replacements.values()
    found: list[checks.CheckMessage] = []
    for alias in databases or ():
        applied = MigrationRecorder(connections[alias]).applied_migrations()
        for migration in replacing:
            missing = [name for app, name in migration.replaces if (app, name) not in applied]
            if missing and len(missing) < len(migration.replaces):
                words = _HALF_WAY.format(
                    app=migration.app_label, first=missing[0], count=len(missing)
                )
                found.append(checks.Error(words, hint=_FINISH_FIRST, id="sapporo_base.E001"))
    return found
