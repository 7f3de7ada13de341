"""Brings the database to what the installed version needs, step by step, in the order in which they must run."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from sapporo_base import selectors
from sapporo_base.migrating import check_history

_LOCK = "sapporo_base upgrade"


class Command(BaseCommand):
    help = (
        "新しい版への更新: データベースの移行、基準データの読込、検索キーの書き直しを順に行う。"
        "途中で止めても、再実行すれば続きから行う。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--plan", action="store_true", help="何を行うかを示すだけで、何も変更しない。"
        )

    def handle(self, *, plan: bool, **options: object) -> None:
        with _alone():
            _refuse_older_code()
            _refuse_half_way()
            if plan:
                self._show()
                return
            _refuse_running_system()
            for place, (name, words) in enumerate(settings.UPGRADE_STEPS.items(), start=1):
                self.stdout.write(f"{place}/{len(settings.UPGRADE_STEPS)} {words} ({name})")
                self.stdout.flush()
                with self._resumable(words):
                    call_command(name, stdout=self.stdout)
        self.stdout.write(
            "更新が終わりました。すべてのプロセスを起動し、/health/ready と業務の状況を確認してください。"
        )

    def _show(self) -> None:
        running = selectors.still_running(at=timezone.now())
        if running:
            self.stdout.write(f"先に停止するもの: {'、'.join(running)}")
        for place, (name, words) in enumerate(settings.UPGRADE_STEPS.items(), start=1):
            self.stdout.write(f"{place} {words} ({name})")
        call_command("migrate", plan=True, stdout=self.stdout)

    @contextmanager
    def _resumable(self, words: str) -> Iterator[None]:
        """Say at which step it ended; whatever ended it goes on its way."""
        try:
            yield
        except KeyboardInterrupt:
            raise CommandError(
                f"「{words}」の途中で止めました。同じコマンドを再実行すれば続きから行います。",
                returncode=2,
            ) from None
        except Exception:
            self.stderr.write(
                f"「{words}」の途中で止まりました。原因を除いて同じコマンドを再実行すれば続きから行います。"
            )
            raise


@contextmanager
def _alone() -> Iterator[None]:
    """:raises CommandError: another upgrade of this database is under way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [_LOCK])
        if not cursor.fetchone()[0]:
            raise CommandError("別の更新が実行中です。終わりを待ってください。", returncode=2)
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_LOCK])


def _refuse_older_code() -> None:
    """:raises CommandError: the database was brought to a newer version than the code that is installed."""
    loader = MigrationLoader(connection)
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known |= {(app, name) for app, name in migration.replaces}
    newer = sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in known
    )
    if newer:
        raise CommandError(
            f"データベースは、このプログラムより新しい版のものです({'、'.join(newer)})。"
            "新しい版のプログラムを入れるか、更新前のバックアップを戻してください。",
            returncode=2,
        )


def _refuse_half_way() -> None:
    """:raises CommandError: migrations that are no more had not all been applied."""
    found = check_history(None, [connection.alias])
    if found:
        words = "\n".join(f"{error.msg}{error.hint}" for error in found)
        raise CommandError(words, returncode=2)


def _refuse_running_system() -> None:
    """:raises CommandError: web, workers or scheduler still run."""
    running = selectors.still_running(at=timezone.now())
    if running:
        raise CommandError(
            f"停止していないものがあります: {'、'.join(running)}。"
            "Web・ワーカー・スケジューラを停止し、20秒待ってから再実行してください。",
            returncode=2,
        )
