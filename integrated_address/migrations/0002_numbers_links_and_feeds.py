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
DECLARE
    lost boolean;
BEGIN
    -- Planned each time: one look-up for one row, one hash join for a load.
    EXECUTE 'SELECT EXISTS (SELECT FROM entered e WHERE NOT EXISTS ('
        ' SELECT FROM integrated_address_integratedaddressee a'
        ' WHERE a.integrated_number = e.addressee_id))' INTO lost;
    IF lost THEN
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
# An open link must not begin within a closed one of somebody else. By statement, and planned each time:
# closed links are few, new ones may be two million.
OPEN_LINKS_BEGIN_AFTER_CLOSED_ONES = """
CREATE FUNCTION integrated_address_open_links_are_free() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taken boolean;
BEGIN
    EXECUTE 'SELECT EXISTS (SELECT FROM entered e'
        ' JOIN integrated_address_businessnumber o ON o.system_id = e.system_id AND o.number = e.number'
        ' AND o.valid_until > e.valid_from AND o.superseded_at IS NULL'
        ' AND o.addressee_id <> e.addressee_id'
        ' WHERE e.valid_until IS NULL AND e.superseded_at IS NULL)' INTO taken;
    IF taken THEN
        RAISE EXCEPTION 'one business number belongs to one person at a time'
            USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER open_links_begin_after_closed_ones AFTER INSERT ON integrated_address_businessnumber
    REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION integrated_address_open_links_are_free();
"""
DROP_OPEN_LINKS_BEGIN_AFTER_CLOSED_ONES = """
DROP TRIGGER open_links_begin_after_closed_ones ON integrated_address_businessnumber;
DROP FUNCTION integrated_address_open_links_are_free();
"""

# What was known is superseded, never rewritten and never deleted.
HISTORY_STANDS = """
CREATE FUNCTION integrated_address_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.superseded_at IS NOT NULL
        OR (OLD.addressee_id, OLD.valid_from, OLD.valid_until, OLD.recorded_at)
            IS DISTINCT FROM (NEW.addressee_id, NEW.valid_from, NEW.valid_until, NEW.recorded_at)
    THEN
        RAISE EXCEPTION '%: history is not rewritten', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER history_stands BEFORE UPDATE OR DELETE ON integrated_address_basicitems
    FOR EACH ROW EXECUTE FUNCTION integrated_address_refuse_rewriting();
CREATE TRIGGER history_stands BEFORE UPDATE OR DELETE ON integrated_address_businessnumber
    FOR EACH ROW EXECUTE FUNCTION integrated_address_refuse_rewriting();
CREATE TRIGGER steps_stand BEFORE UPDATE OR DELETE ON integrated_address_linkagecodestep
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
"""
DROP_HISTORY_STANDS = """
DROP TRIGGER steps_stand ON integrated_address_linkagecodestep;
DROP TRIGGER history_stands ON integrated_address_businessnumber;
DROP TRIGGER history_stands ON integrated_address_basicitems;
DROP FUNCTION integrated_address_refuse_rewriting();
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
        migrations.RunSQL(
            OPEN_LINKS_BEGIN_AFTER_CLOSED_ONES, DROP_OPEN_LINKS_BEGIN_AFTER_CLOSED_ONES
        ),
        migrations.RunSQL(HISTORY_STANDS, DROP_HISTORY_STANDS),
        create_feed("integrated_address_addresseechange"),
        create_feed("integrated_address_coderequest"),
    ]
