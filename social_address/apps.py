"""システム基盤(社会保障宛名) as a Django app."""

from django.apps import AppConfig


class SocialAddressConfig(AppConfig):
    """社会保障宛名."""

    name = "social_address"
    verbose_name = "社会保障宛名"

    def ready(self) -> None:
        """Register what the linkage history follows: what staff and the API change singly."""
        from auditlog.registry import auditlog

        from social_address import models

        auditlog.register(models.SocialAddressee, exclude_fields=["integrated_number"])
        auditlog.register(models.OutOfRegistryPerson)
        # Where an account is kept and what was talked about tell where someone lives: rows keep it.
        auditlog.register(
            models.BankAccount, exclude_fields=["bank_code", "branch_code", "yucho_symbol"]
        )
        auditlog.register(models.ContactRecord, exclude_fields=["subject", "content"])
        auditlog.register(models.AddresseeNumberRange)
