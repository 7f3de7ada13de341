"""システム基盤(個人基本) as a Django app."""

from django.apps import AppConfig


class ResidentBasicConfig(AppConfig):
    """個人基本."""

    name = "resident_basic"
    verbose_name = "個人基本"
