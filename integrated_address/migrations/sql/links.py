"""What belongs to a number: it points to somebody, one business number to one person at a time, history stands."""

from django.db import migrations

# A statement trigger in place of a foreign key: one join for a whole load, not a look-up a row. A number that
# was merged takes no new rows: whoever linked by it meanwhile finds the door closed, whatever the service did.
# EXISTS over NOT EXISTS would be planned for an early end that never comes, one look-up per row; a count is
# read to the end, so masses are joined by hash.
LINKS_POINT_TO_AN_ADDRESSEE = migrations.RunSQL(
    """
CREATE FUNCTION integrated_address_points_to_an_addressee() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    lost boolean;
BEGIN
    -- Planned each time: one look-up for one row, one hash join for a load.
    EXECUTE 'SELECT count(*) > 0 FROM entered e WHERE NOT EXISTS ('
        ' SELECT FROM integrated_address_integratedaddressee a'
        ' WHERE a.integrated_number = e.addressee_id AND a.state <> ''merged'')' INTO lost;
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
""",
    "DROP FUNCTION integrated_address_points_to_an_addressee() CASCADE;",
)

# Open rows are guarded by a partial unique index; a closed one must not overlap another person's.
CLOSED_PERIODS_DO_NOT_OVERLAP = migrations.RunSQL(
    """
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
""",
    """
DROP TRIGGER closed_periods_do_not_overlap ON integrated_address_businessnumber;
DROP FUNCTION integrated_address_period_is_free();
""",
)

# An open link must not begin within a closed one of somebody else. By statement, and planned each time: closed
# links are few, new ones may be two million. Where no link has ever been closed, nothing is compared.
OPEN_LINKS_BEGIN_AFTER_CLOSED_ONES = migrations.RunSQL(
    """
CREATE FUNCTION integrated_address_open_links_are_free() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    taken boolean;
BEGIN
    IF NOT EXISTS (
        SELECT FROM integrated_address_businessnumber
        WHERE valid_until IS NOT NULL AND superseded_at IS NULL
    ) THEN
        RETURN NULL;
    END IF;
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
""",
    """
DROP TRIGGER open_links_begin_after_closed_ones ON integrated_address_businessnumber;
DROP FUNCTION integrated_address_open_links_are_free();
""",
)

# What was known is superseded, never rewritten and never deleted; what was decided stands.
HISTORY_STANDS = migrations.RunSQL(
    """
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
CREATE TRIGGER decisions_stand BEFORE UPDATE OR DELETE ON integrated_address_matchdecision
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER moved_rows_stand BEFORE UPDATE OR DELETE ON integrated_address_mergerow
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
""",
    """
DROP TRIGGER moved_rows_stand ON integrated_address_mergerow;
DROP TRIGGER decisions_stand ON integrated_address_matchdecision;
DROP TRIGGER steps_stand ON integrated_address_linkagecodestep;
DROP TRIGGER history_stands ON integrated_address_businessnumber;
DROP TRIGGER history_stands ON integrated_address_basicitems;
DROP FUNCTION integrated_address_refuse_rewriting();
""",
)
