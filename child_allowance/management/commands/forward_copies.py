"""児童手当情報 as 副本 to 市中間サーバ."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from child_allowance.services.copies import forward_copies
from sapporo_base.acts import Act


class Command(BaseCommand):
    """`forward_copies`: exit code 1 where copies went to the error list."""

    help = "児童手当情報を副本として市中間サーバへ転送する(変わっていないものは再送しない)。"

    def handle(self, **options: Any) -> None:
        """Forward everybody's copy, and say how many changed."""
        counts = forward_copies(
            act=Act(at=timezone.now(), path="command", reason="児童手当情報の情報転送")
        )
        self.stdout.write(f"副本: 更新{counts.changed:,}件、変更なし{counts.unchanged:,}件")
        if counts.errors:
            raise CommandError(f"変換できない副本が{counts.errors:,}件あります。", returncode=1)
