"""The tables of 個人基本 as of 0.1, what guards its 利用申請, and the feed of 異動情報."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from resident_basic.migrations.sql import applications
from resident_basic.migrations.tables import TABLES
from sapporo_base.feed import create_feed
from sapporo_base.migrating import AtOnce

# The second index of a key serves LIKE under a linguistic collation; the database sorts by code point.
NO_SECOND_INDEX_OF_A_KEY = migrations.RunSQL(
    "DROP INDEX resident_basic_resident_resident_number_644c88f0_like;",
    "CREATE INDEX resident_basic_resident_resident_number_644c88f0_like"
    " ON resident_basic_resident (resident_number varchar_pattern_ops);",
)


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("resident_basic", "0001_initial"),
        ("resident_basic", "0002_changes_are_an_ordered_feed"),
        ("resident_basic", "0003_corrections_are_found_by_resident"),
        ("resident_basic", "0004_receptions_differences_and_gaps"),
        ("resident_basic", "0005_people_found_by_words_and_place"),
        ("resident_basic", "0006_one_run_may_answer_several_orders"),
        ("resident_basic", "0007_approvals_whole"),
        ("resident_basic", "0008_applications_are_guarded"),
        ("resident_basic", "0009_protection_has_terms_families_and_alarms"),
        ("resident_basic", "0010_delivery_of_masses"),
        ("resident_basic", "0011_consistency_findings"),
        ("resident_basic", "0012_versions_by_day_processed"),
        ("resident_basic", "0013_skipped_stretches_are_known"),
        ("resident_basic", "0014_the_content_that_was_looked_at_is_received"),
        ("resident_basic", "0015_files_of_the_day"),
        ("resident_basic", "0016_sections_draft_and_previews_are_a_right"),
        ("resident_basic", "0017_wake_up_calls"),
        ("resident_basic", "0018_orders_are_the_queue_of_the_worker"),
        ("resident_basic", "0019_outcomes_of_looks_in_few_words"),
        ("resident_basic", "0020_no_second_index_of_a_key"),
        ("resident_basic", "0021_some_systems_read_no_feed"),
        ("resident_basic", "0022_who_is_given_protected_people_is_told_of_them"),
        ("resident_basic", "0023_notices_are_told_by_mail"),
        ("resident_basic", "0024_new_rows_wait_in_stretches"),
    ]

    dependencies = [
        ("sapporo_base", "0001_as_of_0_1"),
    ]

    operations = [
        TrigramExtension(),
        AtOnce(TABLES),
        NO_SECOND_INDEX_OF_A_KEY,
        applications.INDIVIDUAL_NUMBER_ONLY_FOR_SYSTEMS_THAT_USE_IT,
        applications.APPLICATIONS_GO_THEIR_WAY,
        applications.WHO_IS_GIVEN_PROTECTED_PEOPLE_IS_TOLD_OF_THEM,
        create_feed("resident_basic_residentchange"),
    ]
