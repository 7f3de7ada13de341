"""The tables of the ground floor as of 0.1, what guards them, and the feed of the 情報連携記録."""

from django.db import migrations

from sapporo_base.feed import create_feed
from sapporo_base.migrating import AtOnce
from sapporo_base.migrations.sql import guards, records
from sapporo_base.migrations.tables import TABLES


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("sapporo_base", "0001_initial"),
        ("sapporo_base", "0003_records_found_by_their_feed_range"),
        ("sapporo_base", "0004_rejected_rows_are_settled_and_runs_held"),
        ("sapporo_base", "0005_sections_apply_for_their_systems"),
        ("sapporo_base", "0006_alarms"),
        ("sapporo_base", "0007_definitions_have_versions_and_four_eyes"),
        ("sapporo_base", "0008_what_was_activated_stays"),
        ("sapporo_base", "0009_how_long_results_are_kept"),
        ("sapporo_base", "0010_results_are_kept_by_decision"),
        ("sapporo_base", "0011_new_rows_wait_in_stretches"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        AtOnce(TABLES),
        guards.RECORDS_ARE_APPEND_ONLY,
        records.PARTITIONS,
        create_feed("sapporo_base_linkagerecord"),
        records.CANONICAL_FORM,
        guards.ACTIVATED_VERSIONS_STAY,
    ]
