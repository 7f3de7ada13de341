"""The tables of 市中間サーバ as of 0.1, and the feed of 照会結果."""

from django.db import migrations

from gateway.migrations.tables import TABLES
from sapporo_base.feed import create_feed
from sapporo_base.migrating import AtOnce


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("gateway", "0001_initial"),
        ("gateway", "0002_results_enter_the_feed"),
        ("gateway", "0003_flags_say_what_failed"),
        ("gateway", "0004_interfaces_are_switched"),
        ("gateway", "0005_queues_and_the_story_of_a_message"),
        ("gateway", "0006_notices_disclosures_masters"),
        ("gateway", "0007_copies_flags_and_records_of_the_platform"),
        ("gateway", "0008_codes_are_compared"),
        ("gateway", "0009_results_and_files_are_disposed_of"),
        ("gateway", "0010_systems_may_use_interfaces"),
        ("gateway", "0011_flags_know_what_they_were_before_a_merge"),
        ("gateway", "0012_rows_with_fewer_indexes"),
        ("gateway", "0013_a_circuit_for_each_group"),
        ("gateway", "0014_copies_wait_apart_from_deletions"),
        ("gateway", "0015_new_rows_wait_in_stretches"),
    ]

    dependencies = [
        ("sapporo_base", "0001_as_of_0_1"),
    ]

    operations = [
        AtOnce(TABLES),
        create_feed("gateway_inquiryresult"),
    ]
