"""New rows wait for their place in the feed as stretches of ids: one row for two million."""

from django.db import migrations

from sapporo_base.feed import wait_in_stretches


class Migration(migrations.Migration):
    dependencies = [("integrated_address", "0013_masses_are_checked_at_less_cost")]

    operations = [
        wait_in_stretches("integrated_address_addresseechange"),
        wait_in_stretches("integrated_address_coderequest"),
        wait_in_stretches("integrated_address_mergenotice"),
    ]
