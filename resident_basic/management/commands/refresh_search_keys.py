"""manage.py refresh_search_keys."""

from django.core.management.base import BaseCommand

from resident_basic import services
from sapporo_base.bulk import Progress


class Command(BaseCommand):
    """Writes the keys of the search for residents anew; needed after their rule has changed."""

    help = "住民の検索に使う項目(カナ・氏名)を、現在の規則で書き直す。途中で止めても再実行できる。"

    def handle(self, **options: object) -> None:
        """Refresh, and say how many versions had other keys."""
        with Progress() as progress:
            written = services.refresh_search_keys(progress=progress)
        self.stdout.write(f"検索用の項目を更新した履歴: {written:,}件")
