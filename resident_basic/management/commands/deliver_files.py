"""manage.py deliver_files [--system CODE] [--on DAY]."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from resident_basic import services
from sapporo_base.acts import Act
from sapporo_base.selectors import system
from sapporo_base.selectors.reference import UnknownSystem


class Command(BaseCommand):
    """Makes the files of a day. Exit code 0: all rows written; 1: some did not fit; 2: nothing done."""

    help = (
        "日次ファイルを作成する。既にある日のファイルは変わらない(失われていれば同じ内容で作り直す)。"
        "終了コード 0: すべて出力、1: 出力できない行あり、2: 何もしていない。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the receiver and the day."""
        parser.add_argument(
            "--system", default="", help="庁内業務システム(例 017-000)。省略時は全て"
        )
        parser.add_argument(
            "--on", type=date.fromisoformat, help="対象日(例 2026-11-24)。省略時は今日"
        )

    def handle(self, *, on: date | None, **options: str) -> None:
        """Make them and say what became of them."""
        act = Act(at=timezone.now(), path="command", system=system("030-001"))
        day = on or act.day
        if day > act.day:
            raise CommandError("未来の日のファイルは作成できません。", returncode=2)
        try:
            only = system(options["system"]) if options["system"] else None
        except UnknownSystem as unknown:
            raise CommandError(
                f"庁内業務システム「{options['system']}」はありません。", returncode=2
            ) from unknown
        made = services.make_day_files(day=day, act=act, only=only)
        for file in made:
            until = file.until_receipt
            stretch = (
                f"受領番号 {file.after_receipt + 1:,}〜{until:,}"
                if until > file.after_receipt
                else f"受領番号{until:,}より後の異動情報なし"
            )
            self.stdout.write(
                f"{file.system}: {file.name} {file.rows:,}行"
                f" ({stretch}、縮退 {file.lost:,}項目、出力できない行 {file.unwritten:,}行)"
            )
        if not made:
            self.stdout.write("日次ファイルの配信対象はありません。")
        if any(file.unwritten for file in made):
            raise CommandError(
                "出力できない行があります(配信ファイルの変換結果を参照)。", returncode=1
            )
