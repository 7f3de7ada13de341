"""The tables of 団体内統合宛名 as of 0.1, what guards them, and their feeds."""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

from integrated_address.migrations.sql import kana, links, numbers
from integrated_address.migrations.tables import TABLES
from sapporo_base.feed import create_feed
from sapporo_base.migrating import AtOnce


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("integrated_address", "0001_initial"),
        ("integrated_address", "0002_numbers_links_and_feeds"),
        ("integrated_address", "0003_kana_keys_come_with_their_people"),
        ("integrated_address", "0004_doubtful_identity_and_merges"),
        ("integrated_address", "0005_merged_numbers_take_no_rows"),
        ("integrated_address", "0006_moved_rows_were_and_are"),
        ("integrated_address", "0007_masses_are_checked_by_one_join"),
        ("integrated_address", "0008_names_found_amendments_and_watched_searches"),
        ("integrated_address", "0009_check_digits_in_sql"),
        ("integrated_address", "0010_birth_is_compared_by_its_digits"),
        ("integrated_address", "0011_from_which_score_on_a_pair_is_strong"),
        ("integrated_address", "0012_business_numbers_are_moved"),
        ("integrated_address", "0013_masses_are_checked_at_less_cost"),
        ("integrated_address", "0014_new_rows_wait_in_stretches"),
        ("integrated_address", "0015_names_lead_to_their_people_by_the_index_alone"),
        ("integrated_address", "0016_what_to_expect_of_a_score"),
    ]

    dependencies = [
        ("sapporo_base", "0001_as_of_0_1"),
    ]

    operations = [
        CreateExtension("fuzzystrmatch"),
        kana.KANA_KEY,
        AtOnce(TABLES),
        numbers.NO_SECOND_INDEX_OF_A_KEY,
        numbers.NEXT_NUMBER,
        numbers.CHECKED_NUMBER,
        numbers.PRESENT_NUMBER,
        numbers.NUMBERS_STAY,
        kana.KEYS_COME_WITH_THEIR_PEOPLE,
        links.LINKS_POINT_TO_AN_ADDRESSEE,
        links.CLOSED_PERIODS_DO_NOT_OVERLAP,
        links.OPEN_LINKS_BEGIN_AFTER_CLOSED_ONES,
        links.HISTORY_STANDS,
        create_feed("integrated_address_addresseechange"),
        create_feed("integrated_address_coderequest"),
        create_feed("integrated_address_mergenotice"),
    ]
