"""manage.py receive_taxes FILE [--dry-run]."""

from sapporo_base.management.receiving import ReceivingCommand
from social_address import services


class Command(ReceivingCommand):
    help = "税宛名の課税情報ファイルを受領する。同じファイルを再度受領しても何も変わらない。"
    receive = staticmethod(services.receive_taxes)
    system_code = "030-002"
