"""システム基盤(社会保障宛名) as a Django app."""

from django.apps import AppConfig


class SocialAddressConfig(AppConfig):
    """社会保障宛名."""

    name = "social_address"
    verbose_name = "社会保障宛名"
