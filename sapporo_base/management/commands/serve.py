"""Runs the whole system on this machine: web, workers, scheduler and platform simulator."""

import io
import os
import shlex
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from honcho.manager import Manager

from sapporo_base.processes import free_port, simulator_process, system_processes

CITIZENS = settings.VAR_DIR / "city" / "platform_citizens.json"


class Command(BaseCommand):
    help = (
        "Web・ワーカー・スケジューラ・プラットフォームシミュレータをデモデータとともに起動する"
        "(Ctrl-Cで終了)。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="Webのポート")

    def handle(self, *, port: int, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("このコマンドはデモ環境でのみ使用できます。", returncode=2)
        if not free_port(port):
            raise CommandError(
                f"ポート{port}は使用中です。make serve PORT=8001 のように別のポートを指定してください。",
                returncode=2,
            )
        call_command("check", tags=["database"], databases=["default"], stdout=io.StringIO())
        call_command("migrate", verbosity=0)
        call_command("load_reference_data", stdout=io.StringIO())
        if not CITIZENS.exists():
            self.stdout.write("デモデータがありません。先に小さな市(2,000人)で本処理を行います。")
            call_command("run_demo", population=2000)
        call_command("prepare_demo_staff", stdout=self.stdout)
        self.stdout.write(f"\n職員用の画面: http://127.0.0.1:{port}/admin/  (終了: Ctrl-C)\n\n")
        self.stdout.flush()
        sys.exit(self._run(port))

    def _run(self, port: int) -> int:
        manager = Manager()
        processes = {
            "platform": simulator_process(
                port=settings.PLATFORM_PORT, state=settings.VAR_DIR / "simulator", citizens=CITIZENS
            ),
            **system_processes(port=port),
        }
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        for name, command in processes.items():
            manager.add_process(name, shlex.join(command), env=environment, quiet=False)
        manager.loop()
        return int(manager.returncode or 0)
