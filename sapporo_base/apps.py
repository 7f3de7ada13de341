"""
The ground floor as a Django app, the admin site, and what the linkage history (auditlog) follows.
"""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class SapporoAdminConfig(AdminConfig):
    """The admin site of the system base."""

    default_site = "sapporo_base.admin_site.SystemBaseSite"


class SapporoBaseConfig(AppConfig):
    """System base: staff, systems, records, work."""

    name = "sapporo_base"
    verbose_name = "共通"

    def ready(self) -> None:
        """
        Register what the linkage history follows; secrets and digests are left out, not masked.
        """
        from auditlog.registry import auditlog

        from sapporo_base import models

        auditlog.register(
            models.Staff, exclude_fields=["password", "last_login"], m2m_fields={"groups"}
        )
        auditlog.register(models.BusinessSystem)
        auditlog.register(
            models.SystemCredential, exclude_fields=["secret_hash", "sealed_secret", "last_used_at"]
        )
        auditlog.register(models.LegalBasis, m2m_fields={"systems"})
        auditlog.register(models.PersonalInformationFile, m2m_fields={"legal_bases"})
        auditlog.register(models.Layout)
        auditlog.register(models.CodeTable)
        auditlog.register(models.CodeEntry)
        auditlog.register(models.CodeTableRevision)
        auditlog.register(models.CharacterMap)
        auditlog.register(models.GoldenExample)
        auditlog.register(models.BatchRun, exclude_fields=["checkpoint", "report"])
        auditlog.register(models.RejectedRow, exclude_fields=["sealed_row"])
