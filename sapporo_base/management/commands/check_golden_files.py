"""manage.py check_golden_files [LAYOUT]: what layouts make of their examples is what it was."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sapporo_base.layouts import load_layout
from sapporo_base.layouts.golden import broken_by, shipped_examples
from sapporo_base.models import Layout
from sapporo_base.selectors import conversions


class Command(BaseCommand):
    """
    Checks the examples that came with the product, and those that staff have added, as of a day.

    Exit code 0: all are met; 1: some are not.
    """

    help = "変換見本(製品に付属のものと職員が登録したもの)と、現在の変換結果を比べる。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a layout and a day."""
        parser.add_argument(
            "layout", nargs="?", default="", help="レイアウトの識別名(省略時は全て)"
        )
        parser.add_argument(
            "--on", type=date.fromisoformat, default=None, help="この日に適用される版で確認する"
        )

    def handle(self, *, layout: str, on: date | None, **options: Any) -> None:
        """Compare, and say which example differs from which byte on."""
        day = on or timezone.localdate()
        checked, problems = 0, []
        for example in shipped_examples():
            if layout in {"", example.layout}:
                checked += 1
                spec = load_layout(example.layout)
                tables = conversions.tables_for([spec], day=day)
                if how := broken_by(spec, example.rows, example.expected, tables):
                    problems.append(f"付属 {example.layout} 「{example.name}」: {how}")
        for code in sorted(set(Layout.objects.values_list("code", flat=True))):
            active = conversions.version_on(Layout, code, day=day)
            if active is None or layout not in {"", code}:
                continue
            checked += conversions.examples_for(code, day=day).count()
            problems += [
                f"登録 {code} 第{active.version}版 「{one.example.name}」: {one.how}"
                for one in conversions.broken_examples(active, day=day)
            ]
        if problems:
            shown = "\n".join(f"  {one}" for one in problems)
            raise CommandError(
                f"変換見本{len(problems)}件と結果が異なります。\n{shown}", returncode=1
            )
        self.stdout.write(f"変換見本{checked}件と一致しました。")
