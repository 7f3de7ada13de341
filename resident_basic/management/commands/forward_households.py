"""manage.py forward_households [--all]."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from resident_basic import services
from sapporo_base.acts import Act
from sapporo_base.selectors import system


class Command(BaseCommand):
    help = "世帯情報のうち変更のあったものを市中間サーバへ転送する。再実行しても何も変わらない。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="全件を確認し、違うものを転送する")

    def handle(self, *, all: bool, **options: object) -> None:  # noqa: A002 - the option's name
        act = Act(at=timezone.now(), path="command", system=system("030-001"))
        done = services.forward_households(act=act, everyone=all)
        self.stdout.write(
            f"異動情報 {done.read:,}件を確認し、副本 {done.changed:,}件を更新しました"
            f"(付番待ち {done.waiting:,}人)。"
        )
        if done.stopped:
            raise CommandError(done.stopped, returncode=2)
