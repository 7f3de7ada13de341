"""The linkage history (auditlog) is append-only too: it comes after the staff of whom it tells."""

from django.db import migrations

from sapporo_base.migrations.sql import guards


class Migration(migrations.Migration):
    replaces = [("sapporo_base", "0002_records_are_append_only_and_sealed")]

    dependencies = [
        ("sapporo_base", "0001_as_of_0_1"),
        ("auditlog", "0017_add_actor_email"),
    ]

    operations = [guards.LINKAGE_HISTORY_IS_APPEND_ONLY]
