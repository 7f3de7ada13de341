"""Compares numbers and 符号取得状況 with the platform, shows what differs, and mends it if told to."""

from celery import current_app
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway import selectors, services
from gateway.models import CodeDifference
from sapporo_base.acts import Act, NotNow


class Command(BaseCommand):
    help = (
        "団体内統合宛名番号と符号取得状況を中間サーバ・プラットフォームと照合する。"
        "相違が残れば終了コード1。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--mend", nargs="+", choices=CodeDifference.Kind.values, help="直す相違の種類"
        )
        parser.add_argument("--reason", default="", help="直す理由(情報連携記録に残る)")
        parser.add_argument(
            "--dry-run", action="store_true", help="--mendで何件をどう直すかだけを表示する"
        )

    def handle(
        self, *, mend: list[str] | None, reason: str, dry_run: bool, **options: object
    ) -> None:
        if mend and not reason and not dry_run:
            raise CommandError("--mendには--reason(直す理由)が必要です。", returncode=2)
        current_app.loader.import_default_modules()
        try:
            found = current_app.tasks["gateway.tasks.reconcile_codes"]()
        except NotNow as error:
            raise CommandError(error.message, returncode=2) from error
        self.stdout.write(
            f"{found['state']} 市{found['count_here']:,}件 プラットフォーム"
            f"{found['count_there']:,}件 処理中{found['in_flight']:,}件 {found['reason']}".rstrip()
        )
        for kind, count in selectors.open_code_difference_counts():
            self.stdout.write(f"  {kind:20} {CodeDifference.Kind(kind).label}: {count:,}件")
        if mend:
            self._mend(mend, reason, dry_run=dry_run)
        left = sum(count for _, count in selectors.open_code_difference_counts())
        if left or found["reason"]:
            raise CommandError(
                f"相違が{left:,}件残っています。" if left else "照合が最後まで終わりませんでした。",
                returncode=1,
            )

    def _mend(self, kinds: list[str], reason: str, *, dry_run: bool) -> None:
        act = Act(at=timezone.now(), path="command", procedure="符号照合", reason=reason)
        ids = services.open_code_differences(kinds=kinds)
        done = services.mend_code_differences(ids=ids, act=act, dry_run=dry_run)
        self.stdout.write(
            f"{'直すもの(まだ何も変えていません)' if dry_run else '直したもの'}: "
            f"再登録{done.registered:,}件 プラットフォームから削除{done.deleted_there:,}件 "
            f"状態の引継ぎ{done.taken_over:,}件 再要求{done.requested_again:,}件 "
            f"登録し直し{done.registered_anew:,}件 今回は直さない{done.left:,}件"
        )
