"""New rows wait for their place in the feed as stretches of ids: one row for two million."""

from django.db import migrations

from sapporo_base.feed import wait_in_stretches


class Migration(migrations.Migration):
    dependencies = [("gateway", "0014_copies_wait_apart_from_deletions")]

    operations = [wait_in_stretches("gateway_inquiryresult")]
