"""Does the gateway's work in this process: for an operator whose workers stand still."""

from celery import current_app
from django.core.management.base import BaseCommand, CommandParser

_TASKS = ("gateway.tasks.work_interactive", "gateway.tasks.work_bulk")


class Command(BaseCommand):
    help = "送信待の照会・副本・符号の処理を、ワーカーを使わずに行う。稼働時間外のものは待ったままになる。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until-empty", action="store_true", help="今すぐ処理できるものがなくなるまで繰り返す"
        )

    def handle(self, *, until_empty: bool, **options: object) -> None:
        current_app.loader.import_default_modules()
        total = 0
        while done := sum(current_app.tasks[name]() for name in _TASKS):
            total += done
            if not until_empty:
                break
        self.stdout.write(f"電文を{total:,}回処理しました。")
