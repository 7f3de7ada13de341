"""システム基盤(個人基本) as a Django app."""

from django.apps import AppConfig


class ResidentBasicConfig(AppConfig):
    """個人基本."""

    name = "resident_basic"
    verbose_name = "個人基本"

    def ready(self) -> None:
        """
        Register what the linkage history follows: what is changed singly.

        Versions, changes and residents are written in bulk and carry their own history.
        """
        from auditlog.registry import auditlog

        from resident_basic import models

        auditlog.register(models.UseApplication)
        auditlog.register(models.RequestedItem)
        auditlog.register(models.ApprovedItem)
        auditlog.register(models.Certification)
        auditlog.register(models.FileSubscription)
        auditlog.register(models.Delivery, include_fields=["system", "reads_feed"])
        auditlog.register(models.WebhookSubscription, include_fields=["system", "url", "is_active"])
        # Whom a finding concerns is no part of what staff say about it.
        auditlog.register(
            models.ConsistencyFinding,
            include_fields=["kind", "state", "reason", "judged_by", "judged_at"],
        )
        # Who is under protection stays out of the history's text: only that it changed is told.
        auditlog.register(models.SupportMeasure, include_fields=["kind", "started_at", "ended_at"])
        auditlog.register(models.SupportApplication, exclude_fields=["recorded_at"])
