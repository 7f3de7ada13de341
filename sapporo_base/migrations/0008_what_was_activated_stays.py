"""A version that staff have activated is never changed or deleted; it only ends."""

from django.db import migrations

TABLES = ("layout", "charactermap", "codetablerevision")

FUNCTION = """
CREATE FUNCTION sapporo_base_keep_activated_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% that was activated is not deleted', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.code, OLD.version, OLD.name, OLD.valid_from, OLD.definition, OLD.state, OLD.drafted_by_id,
        OLD.activated_by_id, OLD.activated_at, OLD.broken_examples, OLD.broken_reason)
       IS DISTINCT FROM
       (NEW.code, NEW.version, NEW.name, NEW.valid_from, NEW.definition, NEW.state, NEW.drafted_by_id,
        NEW.activated_by_id, NEW.activated_at, NEW.broken_examples, NEW.broken_reason) THEN
        RAISE EXCEPTION '% that was activated is not changed', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
TRIGGERS = "".join(
    f"""
CREATE TRIGGER keep_activated BEFORE UPDATE OR DELETE ON sapporo_base_{table}
    FOR EACH ROW WHEN (OLD.state = 'active' AND OLD.drafted_by_id IS NOT NULL)
    EXECUTE FUNCTION sapporo_base_keep_activated_version();
"""
    for table in TABLES
)
UNDO = "DROP FUNCTION sapporo_base_keep_activated_version() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("sapporo_base", "0007_definitions_have_versions_and_four_eyes")]

    operations = [migrations.RunSQL(FUNCTION + TRIGGERS, UNDO)]
