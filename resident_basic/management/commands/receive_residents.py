"""manage.py receive_residents FILE [--dry-run] [--confirm REASON --by STAFF]."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from resident_basic import services
from resident_basic.rules.items import LAYOUT, LAYOUTS
from sapporo_base.acts import Act, Refusal
from sapporo_base.bulk import Progress
from sapporo_base.measuring import long_statements
from sapporo_base.selectors import system, working_staff


class Command(BaseCommand):
    """
    Receives a file of 既存住基. Exit code 0: all; 1: some rows rejected; 2: nothing stored.

    A rehearsal ends with 0 where the file can be read, whatever it would change or reject.
    """

    help = (
        "既存住基のファイル(全件・異動差分)を受領する。同じファイルを再度受領しても何も変わらない。"
        "終了コード 0: 全件受領、1: 一部の行を受領できず、2: 何も保存していない。"
    )
    # A day's file is received in less time than all pages are loaded and checked in.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and whether only to look."""
        parser.add_argument("file", type=Path, help="受領するファイル")
        parser.add_argument("--dry-run", action="store_true", help="変更内容だけを表示する")
        parser.add_argument(
            "--layout",
            default=LAYOUT,
            choices=LAYOUTS,
            help="レイアウト(CSVまたは固定長)",
        )
        parser.add_argument(
            "--encoding",
            default="",
            choices=["", "utf-8", "cp932", "utf-16"],
            help="文字コード(省略時はレイアウトの指定)",
        )
        parser.add_argument(
            "--confirm",
            default="",
            metavar="理由",
            help="確認が必要と判定されたファイルを、理由を記録して受領する(--byと一緒に指定)",
        )
        parser.add_argument(
            "--by", default="", metavar="職員番号", help="実行する職員(--confirmでは必須)"
        )

    def handle(
        self,
        *,
        file: Path,
        dry_run: bool,
        layout: str,
        encoding: str,
        confirm: str,
        by: str,
        verbosity: int,
        **options: object,
    ) -> None:
        """
        Receive, show what happened, and end with an honest exit code.

        With `--verbosity 2` also how long each step took, and each long statement of it.
        """
        act = Act(
            at=timezone.now(),
            path="file",
            system=system("030-001"),
            procedure="住民基本台帳に関する事務",
            reason=confirm,
        )
        if by:
            act = replace(act, staff=working_staff(by, day=act.day))
            if act.staff is None:
                raise CommandError(f"職員番号{by}の有効な職員がいません。", returncode=2)
        try:
            with ExitStack() as stack:
                progress = stack.enter_context(Progress(tells_seconds=verbosity > 1))
                if verbosity > 1:
                    stack.enter_context(long_statements(self.stderr.write))
                receipt = services.receive_residents(
                    path=file,
                    act=act,
                    layout=layout,
                    encoding=encoding,
                    dry_run=dry_run,
                    confirm_reason=confirm,
                    progress=progress,
                )
        except services.SuspiciousFile as suspicious:
            raise CommandError(
                "\n".join(
                    [
                        "確認が必要なため受領していません(何も保存していません)。",
                        *(f"  ・{finding}" for finding in suspicious.findings),
                        "送信元に確認し、正しいファイルであれば --confirm 理由 --by 職員番号 を付けて"
                        "再度実行してください。",
                    ]
                ),
                returncode=2,
            ) from suspicious
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        self.stdout.write(_as_text(receipt))
        if receipt.rejected and not receipt.is_rehearsal:
            raise CommandError(
                f"{receipt.rejected:,}行を受領できませんでした"
                "(運用 → 受領エラー の未処理の行を、訂正するか破棄してください)。",
                returncode=1,
            )


def _as_text(receipt: services.Receipt) -> str:
    counts = receipt.counts
    lines = [
        ("ファイルの行数", receipt.rows),
        ("変更のない行", counts.unchanged),
        ("新しい住民", counts.new_residents),
        ("新しい履歴", counts.new_versions),
        ("履歴の訂正", counts.corrections),
        ("受領できない行", receipt.rejected),
        ("処理が古い行(反映しない)", counts.outdated),
    ]
    if receipt.is_rehearsal:
        heading = "確認のみ(住民の情報は変更していません)"
    else:
        lines += [
            ("付番した人", counts.numbered),
            ("付番待ちの人", counts.unnumbered),
            ("支援措置の開始・変更", counts.protected),
            ("支援措置の終了", counts.released),
            ("新たな履歴の欠番", counts.gaps),
        ]
        heading = f"一括処理{receipt.batch_number}: 受領しました"
    text = [heading, *(f"  {label:　<12}{count:>12,}" for label, count in lines)]
    if counts.unnumbered:
        text.append(services.UNNUMBERED.format(people=counts.unnumbered))
    if receipt.findings:
        heading = "このファイルの受領には確認が必要です" if receipt.is_rehearsal else "確認済みの点"
        text += [heading, *(f"  ・{finding}" for finding in receipt.findings)]
    for section in receipt.report:
        text += [section["title"], "  " + " | ".join(section["headings"])]
        text += ["  " + " | ".join(map(_cell, row)) for row in section["rows"]] or ["  なし"]
    return "\n".join(text)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
