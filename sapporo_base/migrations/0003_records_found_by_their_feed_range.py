"""An index by which a person's bulk deliveries are found: the record's stretch of the feed."""

from django.db import migrations

# One range per record; whoever looks asks which ranges touch the places of a person's changes.
INDEX_FEED_RANGES = """
CREATE INDEX linkage_record_by_feed_range ON sapporo_base_linkagerecord
    USING gist (int8range(feed_after, feed_until, '(]')) WHERE feed <> '';
"""
DROP_INDEX = "DROP INDEX linkage_record_by_feed_range;"


class Migration(migrations.Migration):
    dependencies = [("sapporo_base", "0002_records_are_append_only_and_sealed")]

    operations = [migrations.RunSQL(INDEX_FEED_RANGES, DROP_INDEX)]
