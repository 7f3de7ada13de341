"""A merged number takes no new rows and is answered with the one that remains; decisions stand."""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

from sapporo_base.feed import create_feed

# Whoever linked by the number while it was merged finds the door closed, whatever the service did.
MERGED_NUMBERS_TAKE_NO_ROWS = """
CREATE OR REPLACE FUNCTION integrated_address_points_to_an_addressee() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    lost boolean;
BEGIN
    -- Planned each time: one look-up for one row, one hash join for a load.
    EXECUTE 'SELECT EXISTS (SELECT FROM entered e WHERE NOT EXISTS ('
        ' SELECT FROM integrated_address_integratedaddressee a'
        ' WHERE a.integrated_number = e.addressee_id AND a.state <> ''merged''))' INTO lost;
    IF lost THEN
        RAISE EXCEPTION '% points to an addressee that is not there', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
"""
MERGED_NUMBERS_TAKE_ROWS = """
CREATE OR REPLACE FUNCTION integrated_address_points_to_an_addressee() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    lost boolean;
BEGIN
    EXECUTE 'SELECT EXISTS (SELECT FROM entered e WHERE NOT EXISTS ('
        ' SELECT FROM integrated_address_integratedaddressee a'
        ' WHERE a.integrated_number = e.addressee_id))' INTO lost;
    IF lost THEN
        RAISE EXCEPTION '% points to an addressee that is not there', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
"""

# A number that was merged is answered with the one it was merged into, that one's included.
PRESENT_NUMBER = """
CREATE FUNCTION integrated_address_present_number(asked varchar) RETURNS varchar
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    found varchar := asked;
    next varchar;
BEGIN
    LOOP
        SELECT merged_into_id INTO next FROM integrated_address_integratedaddressee
        WHERE integrated_number = found;
        EXIT WHEN next IS NULL;
        found := next;
    END LOOP;
    RETURN found;
END $$;
"""
DROP_PRESENT_NUMBER = "DROP FUNCTION integrated_address_present_number(varchar);"

DECISIONS_STAND = """
CREATE TRIGGER decisions_stand BEFORE UPDATE OR DELETE ON integrated_address_matchdecision
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER moved_rows_stand BEFORE UPDATE OR DELETE ON integrated_address_mergerow
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
"""
DROP_DECISIONS_STAND = """
DROP TRIGGER moved_rows_stand ON integrated_address_mergerow;
DROP TRIGGER decisions_stand ON integrated_address_matchdecision;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("integrated_address", "0004_doubtful_identity_and_merges"),
    ]

    operations = [
        CreateExtension("fuzzystrmatch"),
        migrations.RunSQL(MERGED_NUMBERS_TAKE_NO_ROWS, MERGED_NUMBERS_TAKE_ROWS),
        migrations.RunSQL(PRESENT_NUMBER, DROP_PRESENT_NUMBER),
        migrations.RunSQL(DECISIONS_STAND, DROP_DECISIONS_STAND),
        create_feed("integrated_address_mergenotice"),
    ]
