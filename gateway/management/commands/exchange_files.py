"""manage.py exchange_files [--system CODE] [--dispose]."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway import services
from sapporo_base.acts import Act
from sapporo_base.selectors import system
from sapporo_base.selectors.reference import UnknownSystem


class Command(BaseCommand):
    """Looks once at the folders. Exit code 0: all rows taken; 1: some rows or files were not; 2: trouble."""

    help = (
        "庁内業務システムのフォルダーを1回確認し、届いたファイルを受け取り、受領書・エラー・結果を書き出す。"
        "終了コード 0: すべて受付、1: エラー行または受け付けられないファイルあり、2: 使えないフォルダーあり。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the system, and whether to dispose of what is over instead."""
        parser.add_argument(
            "--system", default="", help="庁内業務システム(例 024-000)。省略時は全て"
        )
        parser.add_argument(
            "--dispose",
            action="store_true",
            help="保存日数を過ぎたファイルと照会結果の値を廃棄する",
        )

    def handle(self, *, system: str, dispose: bool, **options: object) -> None:
        act = Act(at=timezone.now(), path="command", system=_system("030-003"))
        if dispose:
            self.stdout.write(f"廃棄した照会結果: {services.dispose_results(act=act):,}件")
            self.stdout.write(f"廃棄したファイル: {services.dispose_exchanged_files(act=act):,}件")
            return
        done = services.exchange_files(act=act, system=_system(system) if system else None)
        self.stdout.write(
            f"受領: {done.received:,}件(受け付けられない {done.refused:,}件)、"
            f"エラー行: {done.rejected:,}件、結果ファイル: {done.results:,}件"
        )
        for trouble in done.troubles:
            self.stderr.write(trouble)
        if done.troubles or done.refused or done.rejected:
            raise CommandError(
                "使えないフォルダーがあります。" if done.troubles else "エラーがあります。",
                returncode=2 if done.troubles else 1,
            )


def _system(code: str):
    try:
        return system(code)
    except UnknownSystem:
        raise CommandError(f"庁内業務システム {code} はありません。", returncode=2) from None
