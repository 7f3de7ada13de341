"""The second index of a key serves LIKE under a linguistic collation; the database sorts by code point."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("resident_basic", "0019_outcomes_of_looks_in_few_words"),
    ]

    operations = [
        migrations.RunSQL(
            "DROP INDEX IF EXISTS resident_basic_resident_resident_number_644c88f0_like;",
            "CREATE INDEX resident_basic_resident_resident_number_644c88f0_like"
            " ON resident_basic_resident (resident_number varchar_pattern_ops);",
        )
    ]
