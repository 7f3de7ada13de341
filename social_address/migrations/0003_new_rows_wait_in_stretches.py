"""New rows wait for their place in the feed as stretches of ids: one row for two million."""

from django.db import migrations

from sapporo_base.feed import wait_in_stretches


class Migration(migrations.Migration):
    dependencies = [("social_address", "0002_changes_are_a_feed")]

    operations = [wait_in_stretches("social_address_socialaddresseechange")]
