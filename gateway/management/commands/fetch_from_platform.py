"""Fetches from the platform at once what comes by itself within minutes, hours or the night."""

from celery import current_app
from django.core.management.base import BaseCommand, CommandParser

_TASKS = {
    "state": ("gateway.tasks.check_platform", "稼動状態"),
    "masters": ("gateway.tasks.fetch_master_updates", "マスター更新情報"),
    "disclosures": ("gateway.tasks.fetch_disclosures", "自己情報の開示"),
    "disclosed-items": ("gateway.tasks.fetch_disclosed_items", "自己情報の開示で示された項目"),
    "comparisons": ("gateway.tasks.compare_unclear_inquiries", "要確認の照会の照合(電文)"),
    "records": ("gateway.tasks.fetch_exchange_records", "情報提供等記録"),
}


class Command(BaseCommand):
    help = (
        "プラットフォームから定期的に受け取るものを、いま受け取る。"
        "ワーカーが止まっているときや、予行で待ちたくないときに使う。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="+", choices=sorted(_TASKS), help="受け取るもの")

    def handle(self, *, what: list[str], **options: object) -> None:
        current_app.loader.import_default_modules()
        for name in what:
            task, words = _TASKS[name]
            count = current_app.tasks[task]()
            self.stdout.write(f"{words}: {'確認しました' if count is None else f'{count:,}件'}")
