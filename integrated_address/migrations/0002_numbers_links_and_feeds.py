"""The sequence of the 団体内統合宛名番号, the guards of links and periods, and the feeds."""

from django.db import migrations

from sapporo_base.feed import create_feed

# 14 digits of serial and M11W2-7; a serial with remainder 1 has no check digit and is skipped.
NEXT_NUMBER = """
CREATE SEQUENCE integrated_address_serial
    MINVALUE 10000000000001 START 10000000000001 MAXVALUE 19999999999999 CACHE 1;
CREATE FUNCTION integrated_address_next_number() RETURNS varchar(15) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    s bigint;
    remainder integer;
BEGIN
    LOOP
        s := nextval('integrated_address_serial');
        remainder := (
            s % 10 * 2 + s / 10 % 10 * 3 + s / 100 % 10 * 4 + s / 1000 % 10 * 5
            + s / 10000 % 10 * 6 + s / 100000 % 10 * 7 + s / 1000000 % 10 * 2
            + s / 10000000 % 10 * 3 + s / 100000000 % 10 * 4 + s / 1000000000 % 10 * 5
            + s / 10000000000 % 10 * 6 + s / 100000000000 % 10 * 7
            + s / 1000000000000 % 10 * 2 + s / 10000000000000 % 10 * 3
        ) % 11;
        EXIT WHEN remainder <> 1;
    END LOOP;
    RETURN s::text || CASE remainder WHEN 0 THEN '0' ELSE (11 - remainder)::text END;
END $$;
"""
DROP_NEXT_NUMBER = """
DROP FUNCTION integrated_address_next_number();
DROP SEQUENCE integrated_address_serial;
"""

# A statement trigger in place of a foreign key: one join for a whole load, not a look-up a row.
LINKS_POINT_TO_AN_ADDRESSEE = """
CREATE FUNCTION integrated_address_points_to_an_addressee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM entered e WHERE NOT EXISTS (
            SELECT FROM integrated_address_integratedaddressee a
            WHERE a.integrated_number = e.addressee_id
        )
    ) THEN
        RAISE EXCEPTION '% points to an addressee that is not there', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER links_point_to_an_addressee AFTER INSERT ON integrated_address_basicitems
    REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION integrated_address_points_to_an_addressee();
CREATE TRIGGER links_point_to_an_addressee AFTER INSERT ON integrated_address_individualnumber
    REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION integrated_address_points_to_an_addressee();
CREATE TRIGGER links_point_to_an_addressee AFTER INSERT ON integrated_address_businessnumber
    REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION integrated_address_points_to_an_addressee();
CREATE TRIGGER links_point_to_an_addressee AFTER INSERT ON integrated_address_linkagecodestatus
    REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION integrated_address_points_to_an_addressee();
CREATE FUNCTION integrated_address_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an integrated number is never taken away' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER numbers_stay BEFORE DELETE ON integrated_address_integratedaddressee
    FOR EACH ROW EXECUTE FUNCTION integrated_address_refuse_delete();
"""
DROP_LINKS_POINT_TO_AN_ADDRESSEE = """
DROP TRIGGER numbers_stay ON integrated_address_integratedaddressee;
DROP FUNCTION integrated_address_refuse_delete();
DROP FUNCTION integrated_address_points_to_an_addressee() CASCADE;
"""

# Open rows are guarded by a partial unique index; a closed one must not overlap another person's.
CLOSED_PERIODS_DO_NOT_OVERLAP = """
CREATE FUNCTION integrated_address_period_is_free() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM integrated_address_businessnumber other
        WHERE other.system_id = NEW.system_id AND other.number = NEW.number
          AND other.id <> NEW.id AND other.superseded_at IS NULL
          AND other.addressee_id <> NEW.addressee_id
          AND daterange(other.valid_from, other.valid_until)
              && daterange(NEW.valid_from, NEW.valid_until)
    ) THEN
        RAISE EXCEPTION 'one business number belongs to one person at a time'
            USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER closed_periods_do_not_overlap
    AFTER INSERT OR UPDATE ON integrated_address_businessnumber
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
    WHEN (NEW.valid_until IS NOT NULL AND NEW.superseded_at IS NULL)
    EXECUTE FUNCTION integrated_address_period_is_free();
"""
DROP_CLOSED_PERIODS_DO_NOT_OVERLAP = """
DROP TRIGGER closed_periods_do_not_overlap ON integrated_address_businessnumber;
DROP FUNCTION integrated_address_period_is_free();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("integrated_address", "0001_initial"),
        ("sapporo_base", "0002_records_are_append_only_and_sealed"),
    ]

    operations = [
        migrations.RunSQL(NEXT_NUMBER, DROP_NEXT_NUMBER),
        migrations.RunSQL(LINKS_POINT_TO_AN_ADDRESSEE, DROP_LINKS_POINT_TO_AN_ADDRESSEE),
        migrations.RunSQL(CLOSED_PERIODS_DO_NOT_OVERLAP, DROP_CLOSED_PERIODS_DO_NOT_OVERLAP),
        create_feed("integrated_address_addresseechange"),
        create_feed("integrated_address_coderequest"),
    ]
