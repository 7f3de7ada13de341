"""manage.py receive_residents FILE [--dry-run]."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from resident_basic import services
from sapporo_base.acts import Act, Refusal
from sapporo_base.bulk import Progress
from sapporo_base.selectors import system


class Command(BaseCommand):
    """Receives a file of 既存住基. Exit code 0: all; 1: some rows rejected; 2: nothing stored."""

    help = (
        "既存住基のファイル(全件・異動差分)を受領する。同じファイルを再度受領しても何も変わらない。"
        "終了コード 0: 全件受領、1: 一部の行を受領できず、2: 何も保存していない。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and whether only to look."""
        parser.add_argument("file", type=Path, help="受領するファイル")
        parser.add_argument("--dry-run", action="store_true", help="変更内容だけを表示する")
        parser.add_argument(
            "--encoding",
            default="",
            choices=["", "utf-8", "cp932", "utf-16"],
            help="文字コード(省略時はレイアウトの指定)",
        )

    def handle(self, *, file: Path, dry_run: bool, encoding: str, **options: object) -> None:
        """Receive, show the counts, and end with an honest exit code."""
        act = Act(
            at=timezone.now(),
            path="file",
            system=system("030-001"),
            procedure="住民基本台帳に関する事務",
        )
        try:
            with Progress() as progress:
                receipt = services.receive_residents(
                    path=file, act=act, encoding=encoding, dry_run=dry_run, progress=progress
                )
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        self.stdout.write(_as_table(receipt))
        if receipt.rejected:
            raise CommandError(
                f"{receipt.rejected:,}行を受領できませんでした"
                f"(一括処理{receipt.batch_number}の受領エラーを参照)。",
                returncode=1,
            )


def _as_table(receipt: services.Receipt) -> str:
    counts = receipt.counts
    lines = [
        ("ファイルの行数", receipt.rows),
        ("変更のない行", counts.unchanged),
        ("新しい住民", counts.new_residents),
        ("新しい履歴", counts.new_versions),
        ("履歴の訂正", counts.corrections),
        ("受領できない行", receipt.rejected),
    ]
    if receipt.is_rehearsal:
        lines += [(f"異動事由 {reason}", count) for reason, count in receipt.by_reason.items()]
        heading = "確認のみ(住民の情報は変更していません)"
    else:
        lines += [
            ("付番した人", counts.numbered),
            ("支援措置の開始・変更", counts.protected),
            ("支援措置の終了", counts.released),
        ]
        heading = f"一括処理{receipt.batch_number}: 受領しました"
    return "\n".join([heading, *(f"  {label:　<12}{count:>12,}" for label, count in lines)])
