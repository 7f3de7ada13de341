"""Compares the copies here with those at the platform."""

from celery import current_app
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "副本の件数とハッシュを中間サーバ・プラットフォームと照合する。不一致があれば終了コード1。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("information_code", nargs="+", help="特定個人情報名コード(TM…)")

    def handle(self, *, information_code: list[str], **options: object) -> None:
        current_app.loader.import_default_modules()
        different = 0
        for code in information_code:
            found = current_app.tasks["gateway.tasks.reconcile_copies"](code)
            different += not found["is_equal"]
            self.stdout.write(
                f"{code}: {found['state']} 市{found['count_here']:,}件 "
                f"プラットフォーム{found['count_there']:,}件 送信待{found['in_flight']:,}件"
            )
        if different:
            raise CommandError(
                f"{different}種の副本が一致しません。送信待がなくなってから再度照合してください。",
                returncode=1,
            )
