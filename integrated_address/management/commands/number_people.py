"""manage.py number_people FILE [--dry-run]."""

from integrated_address import services
from sapporo_base.management.receiving import ReceivingCommand


class Command(ReceivingCommand):
    help = (
        "業務宛名番号のファイルを受領し、付番または紐付けする。"
        "同じファイルを再度受領しても何も変わらない。"
    )
    receive = staticmethod(services.number_people)
    system_code = "032-000"
