"""Proposals from the registers and from age."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from child_allowance.rules.months import Month, NotAMonth
from child_allowance.services.proposals import propose_milestones, read_changes
from sapporo_base.acts import Act, Refusal


class Command(BaseCommand):
    """`propose_changes [--month 2026-12]`: proposals only; nothing changes by itself."""

    help = "異動情報と年齢到達から異動提案を作成する(支給は自動では変わらない)。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the month for 年齢到達."""
        parser.add_argument("--month", help="年齢到達を調べる月(YYYY-MM)")

    def handle(self, *, month: str | None, **options: Any) -> None:
        """Read every change, then the ages of the month."""
        act = Act(at=timezone.now(), path="command", reason="異動提案の作成")
        changes = proposals = 0
        try:
            while (read := read_changes(act=act)).changes:
                changes, proposals = changes + read.changes, proposals + read.proposals
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        self.stdout.write(f"異動{changes:,}件から提案{proposals:,}件")
        if month:
            try:
                found = propose_milestones(month=Month.parse(month), act=act)
            except NotAMonth:
                raise CommandError(
                    "--month は YYYY-MM で指定してください。", returncode=2
                ) from None
            self.stdout.write(f"{month}の年齢到達{found:,}件")
