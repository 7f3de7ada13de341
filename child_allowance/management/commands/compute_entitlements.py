"""What is due to everybody for a month."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from child_allowance.rules.months import Month, NotAMonth
from child_allowance.services.entitlements import compute_entitlements
from sapporo_base.acts import Act, Refusal
from sapporo_base.bulk import Progress


class Command(BaseCommand):
    """`compute_entitlements --month 2026-10`: exit code 1 where somebody's income is unknown."""

    help = "指定した月分の支給月額を全受給者について算定する(再度実行しても変わらない)。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the month."""
        parser.add_argument("--month", required=True, help="支給対象年月(YYYY-MM)")

    def handle(self, *, month: str, **options: Any) -> None:
        """Compute, and say what came of it."""
        try:
            with Progress() as progress:
                found = compute_entitlements(
                    month=Month.parse(month),
                    act=Act(at=timezone.now(), path="command", reason="支給月額の算定"),
                    progress=progress,
                )
        except NotAMonth:
            raise CommandError("--month は YYYY-MM で指定してください。", returncode=2) from None
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from None
        self.stdout.write(
            f"{found.month}分: 受給者{found.recipients:,}人、児童{found.children:,}人、"
            f"{found.yen:,}円、支給済額との差異{found.differences:,}件"
        )
        if found.without_income:
            raise CommandError(
                f"所得を確認できず計算できない受給者が{found.without_income:,}人います。",
                returncode=1,
            )
