"""児童手当 as a Django app."""

from django.apps import AppConfig


class ChildAllowanceConfig(AppConfig):
    """児童手当."""

    name = "child_allowance"
    verbose_name = "児童手当"
