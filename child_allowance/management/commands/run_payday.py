"""A pay day: payments and the 全銀 file."""

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from child_allowance.services.payments import run_payday
from sapporo_base.acts import Act, Refusal
from sapporo_base.bulk import Progress


class Command(BaseCommand):
    """`run_payday --on 2026-12-11`: exit code 1 payments are held, 2 nothing was done."""

    help = "定時支払日の支払と振込データ(全銀 総合振込)を作成する(再度実行しても変わらない)。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the pay day and the folder of the file."""
        parser.add_argument("--on", required=True, type=date.fromisoformat, help="支払日")
        parser.add_argument("--folder", type=Path, default=settings.VAR_DIR / "payments")

    def handle(self, *, on: date, folder: Path, **options: Any) -> None:
        """Pay, and say how much."""
        try:
            with Progress() as progress:
                run = run_payday(
                    pay_on=on,
                    folder=folder,
                    act=Act(at=timezone.now(), path="command", reason="定時支払"),
                    progress=progress,
                )
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from None
        self.stdout.write(
            f"{run.pay_on}支払({run.months}): 振込{run.count:,}件 {run.yen:,}円、"
            f"支払保留{run.held_count:,}件 {run.held_yen:,}円\n{folder / run.file_name}"
        )
        if run.held_count:
            raise CommandError(f"支払保留が{run.held_count:,}件あります。", returncode=1)
