"""The check digit of a serial as a function of its own, for numbers that are brought along."""

from django.db import migrations

# NULL for a serial with remainder 1, which has no check digit.
CHECKED_NUMBER = """
CREATE FUNCTION integrated_address_checked_number(s bigint) RETURNS varchar(15)
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE r WHEN 1 THEN NULL WHEN 0 THEN s::text || '0' ELSE s::text || (11 - r)::text END
    FROM (SELECT (
        s % 10 * 2 + s / 10 % 10 * 3 + s / 100 % 10 * 4 + s / 1000 % 10 * 5
        + s / 10000 % 10 * 6 + s / 100000 % 10 * 7 + s / 1000000 % 10 * 2
        + s / 10000000 % 10 * 3 + s / 100000000 % 10 * 4 + s / 1000000000 % 10 * 5
        + s / 10000000000 % 10 * 6 + s / 100000000000 % 10 * 7
        + s / 1000000000000 % 10 * 2 + s / 10000000000000 % 10 * 3
    ) % 11 AS r) q
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("integrated_address", "0008_names_found_amendments_and_watched_searches"),
    ]

    operations = [
        migrations.RunSQL(
            CHECKED_NUMBER, "DROP FUNCTION integrated_address_checked_number(bigint);"
        ),
    ]
