"""Receives a file: exit code 0 all well, 1 some rows rejected, 2 nothing stored."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sapporo_base import selectors as base_selectors
from sapporo_base.acts import Act
from sapporo_base.bulk import Progress
from sapporo_base.layouts import UnreadableFile
from social_address import services


class Command(BaseCommand):
    help = "社会保障業務の口座情報ファイルを受領する。同じファイルを再度受領しても何も変わらない。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="変更内容だけを表示する")
        parser.add_argument("--encoding", default="", help="レイアウトと異なる文字コード")

    def handle(self, *, file: Path, dry_run: bool, encoding: str, **options: object) -> None:
        act = Act(
            at=timezone.now(),
            path="command",
            system=base_selectors.system("030-002"),
            reason="ファイル受領",
        )
        try:
            with Progress() as progress:
                receipt = services.receive_accounts(
                    path=file, act=act, dry_run=dry_run, progress=progress, encoding=encoding
                )
        except UnreadableFile as fault:
            raise CommandError(f"受領できません。{fault.reason}", returncode=2) from fault
        for line in receipt.lines():
            self.stdout.write(line)
        if receipt.rejected:
            raise CommandError(
                f"{receipt.rejected:,}件を受領できませんでした(受領エラー一覧を参照)。",
                returncode=1,
            )
