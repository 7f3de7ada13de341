"""システム基盤(市中間サーバ) as a Django app."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    """市中間サーバ."""

    name = "gateway"
    verbose_name = "市中間サーバ"
