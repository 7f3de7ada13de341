"""manage.py forward_households [--all] [--reconcile]."""

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from resident_basic import services
from resident_basic.rules.datasets import household_dataset
from sapporo_base.acts import Act
from sapporo_base.selectors import system


class Command(BaseCommand):
    help = "世帯情報のうち変更のあったものを市中間サーバへ転送する。再実行しても何も変わらない。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="全件を確認し、違うものを転送する")

        parser.add_argument(
            "--reconcile",
            action="store_true",
            help="転送後、件数とハッシュをプラットフォームと照合する。不一致があれば終了コード1",
        )

    def handle(
        self,
        *,
        all: bool,  # noqa: A002 - the option's name
        reconcile: bool,
        **options: object,
    ) -> None:
        act = Act(at=timezone.now(), path="command", system=system("030-001"))
        done = services.forward_households(act=act, everyone=all)
        self.stdout.write(
            f"異動情報 {done.read:,}件を確認し、副本 {done.changed:,}件を更新しました"
            f"(付番待ち {done.waiting:,}人)。"
        )
        if done.stopped:
            raise CommandError(done.stopped, returncode=2)
        if reconcile:
            call_command(
                "reconcile_copies",
                household_dataset(act.day).information_code,
                stdout=self.stdout,
            )
