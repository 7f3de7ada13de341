"""manage.py receive_accounts FILE [--dry-run]."""

from sapporo_base.management.receiving import ReceivingCommand
from social_address import services


class Command(ReceivingCommand):
    help = "社会保障業務の口座情報ファイルを受領する。同じファイルを再度受領しても何も変わらない。"
    receive = staticmethod(services.receive_accounts)
    system_code = "030-002"
