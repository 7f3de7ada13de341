"""What is append-only, and what staff have activated, stays as it is: functions and triggers."""

from django.db import migrations

_APPEND_ONLY = ("linkagerecord", "linkagerecordsubject", "recordleaf", "recordseal")
# A truncated partition fires its own trigger only.
_NOT_TRUNCATED = (*_APPEND_ONLY, "linkagerecord_default", "linkagerecordsubject_default")
_VERSIONED = ("layout", "charactermap", "codetablerevision")


def _refuse_change(table: str) -> str:
    return f"""
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
"""


def _refuse_truncate(table: str) -> str:
    return f"""
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION sapporo_base_refuse_change();
"""


RECORDS_ARE_APPEND_ONLY = migrations.RunSQL(
    """
CREATE FUNCTION sapporo_base_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""
    + "".join(_refuse_change(f"sapporo_base_{table}") for table in _APPEND_ONLY)
    + "".join(_refuse_truncate(f"sapporo_base_{table}") for table in _NOT_TRUNCATED),
    "DROP FUNCTION sapporo_base_refuse_change() CASCADE;",
)

LINKAGE_HISTORY_IS_APPEND_ONLY = migrations.RunSQL(
    _refuse_change("auditlog_logentry") + _refuse_truncate("auditlog_logentry"),
    """
DROP TRIGGER refuse_truncate ON auditlog_logentry;
DROP TRIGGER refuse_change ON auditlog_logentry;
""",
)

# A version that staff have activated is never changed or deleted; it only ends.
ACTIVATED_VERSIONS_STAY = migrations.RunSQL(
    """
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
    + "".join(
        f"""
CREATE TRIGGER keep_activated BEFORE UPDATE OR DELETE ON sapporo_base_{table}
    FOR EACH ROW WHEN (OLD.state = 'active' AND OLD.drafted_by_id IS NOT NULL)
    EXECUTE FUNCTION sapporo_base_keep_activated_version();
"""
        for table in _VERSIONED
    ),
    "DROP FUNCTION sapporo_base_keep_activated_version() CASCADE;",
)
