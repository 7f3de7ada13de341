"""システム基盤(団体内統合宛名) as a Django app."""

from django.apps import AppConfig


class IntegratedAddressConfig(AppConfig):
    """団体内統合宛名: one number per person, and what it is linked to."""

    name = "integrated_address"
    verbose_name = "団体内統合宛名"

    def ready(self) -> None:
        """
        Register what the linkage history follows; whatever derives from a 個人番号 is left out.
        """
        from auditlog.registry import auditlog

        from integrated_address import models

        auditlog.register(models.IntegratedAddressee)
        # Versions keep the residence; the history says that it changed, never what it is (支援措置).
        auditlog.register(models.BasicItems, exclude_fields=["kana_key", "residential_address"])
        auditlog.register(
            models.IndividualNumber, exclude_fields=["ciphertext", "digest", "second_digest"]
        )
        auditlog.register(models.BusinessNumber)
        auditlog.register(models.DigestKey)
        auditlog.register(models.NumberAmendment, exclude_fields=["ciphertext"])
        auditlog.register(models.SearchLimit)
        auditlog.register(models.SearchAlarm)
