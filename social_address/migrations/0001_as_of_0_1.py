"""The tables of 社会保障宛名 as of 0.1, the feed of its changes, and the first range of numbers."""

from django.db import migrations

from sapporo_base.feed import create_feed
from sapporo_base.migrating import AtOnce
from social_address.migrations.tables import TABLES

# Reserved with 既存住基.
FIRST_RANGE = migrations.RunSQL(
    """
INSERT INTO social_address_addresseenumberrange (first_serial, last_serial, next_serial, note)
VALUES (95000000001, 95999999999, 95000000001, '既存住基と調整済みの住登外者・法人用の範囲')
""",
    "DELETE FROM social_address_addresseenumberrange",
)


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("social_address", "0001_initial"),
        ("social_address", "0002_changes_are_a_feed"),
        ("social_address", "0003_new_rows_wait_in_stretches"),
    ]

    dependencies = [
        ("sapporo_base", "0001_as_of_0_1"),
    ]

    operations = [
        AtOnce(TABLES),
        create_feed("social_address_socialaddresseechange"),
        FIRST_RANGE,
    ]
