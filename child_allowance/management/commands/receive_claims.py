"""Claims as they arrive."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from child_allowance.services.intake import receive_claims
from sapporo_base.acts import Act, Refusal
from sapporo_base.bulk import Progress
from sapporo_base.layouts import UnreadableFile, load_layout, open_source


class Command(BaseCommand):
    """`receive_claims FILE [--children FILE]`: exit code 1 some rows rejected, 2 nothing stored."""

    help = "児童手当の請求・届出と児童のファイルを受領する(再度受領しても変わらない)。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file of claims; that of the children stands beside it unless named."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--children", type=Path, help="児童のファイル(省略時は対のもの)")
        parser.add_argument("--encoding", default="", help="レイアウトと異なる場合の文字コード")

    def handle(self, *, file: Path, children: Path | None, encoding: str, **options: Any) -> None:
        """Take both in, or nothing."""
        children = children or file.with_name(file.name.replace("claims", "claim_children", 1))
        try:
            with Progress() as progress:
                receipt = receive_claims(
                    claims=open_source(file, load_layout("claims"), encoding=encoding),
                    children=open_source(
                        children, load_layout("claim_children"), encoding=encoding
                    ),
                    act=Act(at=timezone.now(), path="command", reason="請求・届出の受領"),
                    progress=progress,
                )
        except UnreadableFile as error:
            raise CommandError(f"受領できません: {error.reason}", returncode=2) from None
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from None
        self.stdout.write(
            f"請求・届出{receipt.rows:,}件: 受領{receipt.stored:,}件、既知{receipt.known:,}件、"
            f"うち移行{receipt.handed_over:,}人、児童{receipt.children:,}人"
        )
        if receipt.children_without_claim:
            self.stdout.write(
                f"受領できなかった請求・届出の児童{receipt.children_without_claim:,}人も受領エラーです。"
            )
        rejected = receipt.rejected + receipt.rejected_children
        if rejected or receipt.children_without_claim:
            raise CommandError(
                f"{rejected:,}行を受領できませんでした(受領エラーの一覧を参照)。", returncode=1
            )
