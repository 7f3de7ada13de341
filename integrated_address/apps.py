"""システム基盤(団体内統合宛名) as a Django app."""

from django.apps import AppConfig


class IntegratedAddressConfig(AppConfig):
    """団体内統合宛名."""

    name = "integrated_address"
    verbose_name = "団体内統合宛名"
