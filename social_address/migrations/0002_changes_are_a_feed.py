"""Changes of addressees are read by receipt; the first range of numbers is reserved with 既存住基."""

from django.db import migrations

from sapporo_base.feed import create_feed

_RANGE = """
INSERT INTO social_address_addresseenumberrange (first_serial, last_serial, next_serial, note)
VALUES (95000000001, 95999999999, 95000000001, '既存住基と調整済みの住登外者・法人用の範囲')
"""


class Migration(migrations.Migration):
    dependencies = [("social_address", "0001_initial")]
    operations = [
        create_feed("social_address_socialaddresseechange"),
        migrations.RunSQL(_RANGE, "DELETE FROM social_address_addresseenumberrange"),
    ]
