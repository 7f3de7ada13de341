"""`manage.py generate_city`: the files of a fictitious Sapporo, for demonstrations, rehearsals and measurements."""

import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sapporo_base.sample_city import generate
from sapporo_base.sample_city.defects import ALL, USUAL
from sapporo_base.sample_city.report import report_of


class Command(BaseCommand):
    help = "架空の札幌市の住民・課税・口座・請求ファイルと正解(expected.json)を作成する。同じ種からは同じ内容になる。"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--population", type=int, required=True, help="住民の人数")
        parser.add_argument("--seed", type=int, required=True, help="乱数の種")
        parser.add_argument("--out", type=Path, required=True, help="出力先のフォルダー")
        parser.add_argument("--days", type=int, default=7, help="異動ファイルを作成する開庁日の数")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, default=date(2026, 11, 1), help="基準日(YYYY-MM-DD)"
        )
        parser.add_argument("--processes", type=int, default=2, help="並行して動かすプロセスの数")
        parser.add_argument("--encoding", choices=("utf-8", "cp932"), default="utf-8")
        parser.add_argument(
            "--defects", choices=(USUAL, ALL), default=USUAL,
            help="不備のある行: usual(規則ごとに1行とごく一部)、all(すべての規則をすべての項目について)",
        )  # fmt: skip
        parser.add_argument("--report", action="store_true", help="人口構成などの概要を表示する")

    def handle(self, **options: Any) -> None:
        if options["days"] < 0:
            raise CommandError("--days は0以上で指定してください。", returncode=2)
        try:
            expected = generate(
                options["population"], options["seed"], options["out"], options["days"], options["as_of"],
                options["processes"], self._progress, options["encoding"], options["defects"],
            )  # fmt: skip
        except (ValueError, OSError) as error:
            raise CommandError(f"作成できませんでした: {error}", returncode=2) from error
        if options["report"]:
            self.stdout.write(report_of(expected))
        files = expected.truth["files"]
        rows = sum(file["rows"] for file in files.values())
        self.stdout.write(f"{options['out']} に {len(files)}ファイル、{rows:,}行を作成しました。")

    def _progress(self, ready: int, of: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{ready}/{of}", ending="\n" if ready == of else "")
        elif ready == of or ready % max(of // 10, 1) == 0:
            self.stderr.write(f"{ready}/{of}")
