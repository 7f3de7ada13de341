"""What the commands that receive a file have in common: arguments, progress, honest exit codes."""

from collections.abc import Callable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sapporo_base import selectors, services
from sapporo_base.acts import Act, Refusal
from sapporo_base.bulk import Progress
from sapporo_base.layouts import UnreadableFile


class ReceivingCommand(BaseCommand):
    """Receives a file by `receive`: exit code 0 all well, 1 some rows rejected, 2 nothing stored."""

    receive: Callable[..., services.Receipt]
    system_code = ""
    """The 庁内業務システム for which the file is received."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, whether only to look, and how it is encoded."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="変更内容だけを表示する")
        parser.add_argument("--encoding", default="", help="レイアウトと異なる文字コード")

    def handle(self, *, file: Path, dry_run: bool, encoding: str, **options: object) -> None:
        """Receive, show the counts, and end with an honest exit code."""
        act = Act(
            at=timezone.now(),
            path="command",
            system=selectors.system(self.system_code),
            reason="ファイル受領",
        )
        try:
            with Progress() as progress:
                receipt = type(self).receive(
                    path=file, act=act, dry_run=dry_run, progress=progress, encoding=encoding
                )
        except UnreadableFile as fault:
            raise CommandError(f"受領できません。{fault.reason}", returncode=2) from fault
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        if dry_run:
            self.stdout.write("確認のみ(登録内容は変更していません)")
        for line in receipt.lines():
            self.stdout.write(line)
        if receipt.rejected:
            raise CommandError(
                f"{receipt.rejected:,}件を受領できませんでした(受領エラー一覧を参照)。",
                returncode=1,
            )
