"""
The ground floor as a Django app, the admin site, and what the linkage history (auditlog) follows.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class SapporoAdminConfig(SimpleAdminConfig):
    """
    The admin site of the system base.

    Its pages are found when the addresses of the project are built: commands and workers, which
    have none, start a second earlier.
    """

    default_site = "sapporo_base.admin_site.SystemBaseSite"

    def ready(self) -> None:
        """Have the pages checked with everything else."""
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(_check_pages, checks.Tags.admin)


def _check_pages(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    import_module(settings.ROOT_URLCONF)
    return check_admin_app(app_configs, **kwargs)


class SapporoBaseConfig(AppConfig):
    """System base: staff, systems, records, work."""

    name = "sapporo_base"
    verbose_name = "共通"

    def ready(self) -> None:
        """
        Register what the linkage history follows; secrets and digests are left out, not masked.

        The database is asked, too, whether the history of its tables is whole.
        """
        from auditlog.registry import auditlog

        from sapporo_base import models
        from sapporo_base.migrating import check_history

        checks.register(check_history, checks.Tags.database)
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
