"""New rows wait for their place in the feed as stretches of ids: one row for two million."""

from django.db import migrations

from sapporo_base.feed import wait_in_stretches


class Migration(migrations.Migration):
    dependencies = [("resident_basic", "0023_notices_are_told_by_mail")]

    operations = [wait_in_stretches("resident_basic_residentchange")]
