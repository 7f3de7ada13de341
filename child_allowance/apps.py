"""児童手当 as a Django app."""

from django.apps import AppConfig


class ChildAllowanceConfig(AppConfig):
    """児童手当."""

    name = "child_allowance"
    verbose_name = "児童手当"

    def ready(self) -> None:
        """Register what the linkage history follows: what people decide and pay, singly."""
        from auditlog.registry import auditlog

        from child_allowance import models

        auditlog.register(models.Decision)
        auditlog.register(models.Proposal)
        auditlog.register(models.PaymentRun)
