"""システム基盤(市中間サーバ) as a Django app, and what the linkage history (auditlog) follows."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    """市中間サーバ."""

    name = "gateway"
    verbose_name = "市中間サーバ"

    def ready(self) -> None:
        """Register what staff change singly; the masses carry their own states and records."""
        from auditlog.registry import auditlog

        from gateway import models

        auditlog.register(models.OperatingWindow)
        auditlog.register(models.PlannedStop)
        auditlog.register(models.Pace)
        auditlog.register(models.PlatformInterface)
        auditlog.register(models.InterfacePermission)
        auditlog.register(models.MasterUpdate)
        auditlog.register(models.FileExchangeSetting, exclude_fields=["results_after"])
        auditlog.register(models.PortalNotice, exclude_fields=["text", "title"])
        auditlog.register(models.Provision, exclude_fields=["copy_items", "answer_items"])
        auditlog.register(
            models.CopyError, include_fields=["mended_at", "code", "item", "reason", "noted_at"]
        )
