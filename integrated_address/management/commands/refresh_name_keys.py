"""manage.py refresh_name_keys."""

from django.core.management.base import BaseCommand

from integrated_address import services
from sapporo_base.bulk import Progress


class Command(BaseCommand):
    """Writes the 検索用氏名 anew; needed once for rows from before it, and after a change of its rule."""

    help = "団体内統合宛名の検索用氏名を、現在の規則で書き直す。途中で止めても再実行できる。"

    def handle(self, **options: object) -> None:
        """Refresh, and say how many rows had another key."""
        written = 0
        with Progress() as progress:
            progress.begin("検索用氏名")
            for looked_at, changed in services.refresh_name_keys():
                progress.advance(looked_at)
                written += changed
        self.stdout.write(f"検索用氏名を更新した行: {written:,}件")
