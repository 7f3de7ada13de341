"""The table and the picture of how cost grows, from what `make bench` measured at several sizes."""

import json
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand, CommandParser

from sapporo_base.benchmarks import growth

_BEGIN, _END = "<!-- table -->\n", "<!-- end of table -->\n"


class Command(BaseCommand):
    help = "測定結果(var/bench.json)から、住民数による処理時間の伸びを表と図にして docs に書く。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--page", type=Path, default=Path(settings.BASE_DIR) / "docs" / "how-cost-grows.md"
        )

    def handle(self, *, page: Path, **options: object) -> None:
        measured = settings.VAR_DIR / "bench.json"
        rows = json.loads(measured.read_text()) if measured.exists() else []
        if not growth.seconds_by_size(rows)[growth.YARDSTICK]:
            raise CommandError("先に make bench ONLY=intake を実行してください。", returncode=2)
        text = page.read_text(encoding="utf-8")
        before, rest = text.split(_BEGIN)
        after = rest.split(_END)[1]
        table = growth.as_markdown(rows)
        page.write_text(f"{before}{_BEGIN}\n{table}\n{_END}{after}", encoding="utf-8")
        page.with_suffix(".svg").write_text(growth.as_svg(rows), encoding="utf-8")
        self.stdout.write(table)
