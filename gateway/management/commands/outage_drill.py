"""`manage.py outage_drill`: days of a closed platform with full queues, and what follows, as a table."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.module_loading import import_string

from sapporo_base.spare_databases import SpareDatabases

_OWN = "sapporo_drill"
_PREPARED_BY = (
    ("migrate", "--verbosity", "0"),
    ("load_reference_data",),
    ("prepare_demo_staff",),
)


class Command(BaseCommand):
    help = "プラットフォームが数日停止した場合の訓練を、専用のデータベースと模擬時刻で行い、結果を表で示す。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=3, help="停止する日数")
        parser.add_argument("--items", type=int, default=200_000, help="待たせる件数")
        parser.add_argument(
            "--keep", action="store_true", help="終わった後も専用のデータベースを残す"
        )

    def handle(self, *, days: int, items: int, keep: bool, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("このコマンドはデモ環境でのみ使用できます。", returncode=2)
        if days < 1 or items < 100:  # noqa: PLR2004 - fewer show nothing
            raise CommandError("--days は1以上、--items は100以上にしてください。", returncode=2)
        if connection.settings_dict["NAME"] == _OWN:
            self._drill(days, items)
            return
        spare = SpareDatabases()
        spare.create(_OWN, template="template0")
        try:
            for arguments in _PREPARED_BY:
                spare.run(_OWN, *arguments, quiet=True)
            spare.run(_OWN, "outage_drill", "--days", str(days), "--items", str(items))
        finally:
            if not keep:
                spare.drop(_OWN)

    def _drill(self, days: int, items: int) -> None:
        rehearse = import_string("gateway.tasks.drill.rehearse_outage")
        rows = rehearse(days, items, say=self._say)
        words = {None: "", True: "正常", False: "異常"}
        for what, value, expected, holds in rows:
            self.stdout.write(
                f"{words[holds]:4} {what}: {value}" + (f" (期待 {expected})" if expected else "")
            )
        broken = sum(holds is False for *_, holds in rows)
        checked = sum(holds is not None for *_, holds in rows)
        self.stdout.write(f"{checked}項目を確認し、{checked - broken}項目が正常でした。")
        if broken:
            raise CommandError(f"{broken}項目が期待どおりではありません。", returncode=1)

    def _say(self, words: str) -> None:
        self.stderr.write(words)
