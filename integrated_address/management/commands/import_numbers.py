"""manage.py import_numbers FILE [--dry-run]."""

from integrated_address import services
from sapporo_base.management.receiving import ReceivingCommand


class Command(ReceivingCommand):
    help = (
        "移行元の団体内統合宛名番号を引き継ぐ。番号はそのまま使い、名寄せはしない。"
        "同じファイルを再度受領しても何も変わらない。"
    )
    receive = staticmethod(services.import_numbers)
    system_code = "032-000"
