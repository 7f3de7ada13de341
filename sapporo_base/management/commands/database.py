"""The embedded PostgreSQL of demo and tests: start, stop, status."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sapporo_base.database import Cluster, DatabaseDown


class Command(BaseCommand):
    help = "デモ・試験用の組込みPostgreSQLを起動(start)・停止(stop)・確認(status)する。"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["start", "stop", "status"])

    def handle(self, *, act: str, **options: object) -> None:
        cluster = Cluster(settings.VAR_DIR / "postgres")
        try:
            if act == "start":
                started = cluster.start()
                self.stdout.write("起動しました。" if started else "すでに起動しています。")
            elif act == "stop":
                stopped = cluster.stop()
                self.stdout.write("停止しました。" if stopped else "起動していません。")
            elif not cluster.answers():
                raise CommandError("停止しています。", returncode=1)
            else:
                self.stdout.write(f"稼働中です(プロセス {cluster.pid()})。")
        except DatabaseDown as error:
            raise CommandError(f"データベース: {error}", returncode=2) from error
