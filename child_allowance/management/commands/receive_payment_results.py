"""What the bank sent back."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from child_allowance.services.payments import receive_payment_results
from sapporo_base.acts import Act, Refusal


class Command(BaseCommand):
    """`receive_payment_results FILE`: exit code 1 where transfers came back, 2 nothing stored."""

    help = "金融機関の振込結果ファイルを受領する。同じファイルを再度受領しても変わらない。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        """Take the results in, or none of them."""
        try:
            settled = receive_payment_results(
                content=file.read_bytes(),
                act=Act(at=timezone.now(), path="command", reason="振込結果の受領"),
            )
        except OSError as error:
            raise CommandError(f"{file}: 開けません({error.strerror})。", returncode=2) from None
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from None
        self.stdout.write(
            f"{settled.run.pay_on}支払: 振込済{settled.paid:,}件、振込不能{settled.returned:,}件"
        )
        if settled.returned:
            raise CommandError(f"振込不能が{settled.returned:,}件あります。", returncode=1)
