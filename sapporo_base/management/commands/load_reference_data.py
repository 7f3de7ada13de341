"""Loads the dated data of the repository."""

from django.core.management.base import BaseCommand

from sapporo_base import services


class Command(BaseCommand):
    help = (
        "庁内業務システム・法令上の根拠・レイアウト・コード表・役割を読み込む。"
        "再実行しても何も変わらない。"
    )

    def handle(self, **options: object) -> None:
        for name, count in services.load_reference_data().items():
            self.stdout.write(f"{name}: {count:,}件")
