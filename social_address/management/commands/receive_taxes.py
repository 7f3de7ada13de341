"""manage.py receive_taxes FILE [--dry-run]."""

from social_address import services
from social_address.management.receiving import ReceivingCommand


class Command(ReceivingCommand):
    help = "税宛名の課税情報ファイルを受領する。同じファイルを再度受領しても何も変わらない。"
    receive = staticmethod(services.receive_taxes)
