"""The tables of 児童手当 as of 0.1."""

from django.db import migrations

from child_allowance.migrations.tables import TABLES
from sapporo_base.migrating import AtOnce


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("child_allowance", "0001_initial"),
        ("child_allowance", "0002_staff_notify_recipients"),
    ]

    dependencies = [
        ("sapporo_base", "0001_as_of_0_1"),
    ]

    operations = [
        AtOnce(TABLES),
    ]
