"""Triggers, partitions, the feed and the digests of the 情報連携記録; the linkage history is guarded too."""

from django.db import migrations

from sapporo_base.feed import create_feed

REFUSE_CHANGE = """
CREATE FUNCTION sapporo_base_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON sapporo_base_linkagerecord
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON sapporo_base_linkagerecordsubject
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON sapporo_base_recordleaf
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON sapporo_base_recordseal
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON auditlog_logentry
    FOR EACH ROW EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON sapporo_base_linkagerecord
    FOR EACH STATEMENT EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON sapporo_base_linkagerecord_default
    FOR EACH STATEMENT EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON sapporo_base_linkagerecordsubject
    FOR EACH STATEMENT EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON sapporo_base_linkagerecordsubject_default
    FOR EACH STATEMENT EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON sapporo_base_recordleaf
    FOR EACH STATEMENT EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON sapporo_base_recordseal
    FOR EACH STATEMENT EXECUTE FUNCTION sapporo_base_refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON auditlog_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION sapporo_base_refuse_change();
"""
ALLOW_CHANGE = """
DROP TRIGGER refuse_truncate ON auditlog_logentry;
DROP TRIGGER refuse_change ON auditlog_logentry;
DROP TRIGGER refuse_truncate ON sapporo_base_recordseal;
DROP TRIGGER refuse_change ON sapporo_base_recordseal;
DROP TRIGGER refuse_truncate ON sapporo_base_recordleaf;
DROP TRIGGER refuse_change ON sapporo_base_recordleaf;
DROP TRIGGER refuse_change ON sapporo_base_linkagerecordsubject;
DROP TRIGGER refuse_change ON sapporo_base_linkagerecord;
DROP FUNCTION sapporo_base_refuse_change() CASCADE;
"""

# A month runs by UTC: the boundary of a partition is no statement about anybody's day.
PREPARE_PARTITIONS = """
CREATE FUNCTION sapporo_base_prepare_partitions(day date, months_ahead integer)
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    month timestamptz;
    parent text;
    partition text;
BEGIN
    FOR ahead IN 0..months_ahead LOOP
        month := (date_trunc('month', day::timestamp) + make_interval(months => ahead)) AT TIME ZONE 'UTC';
        FOREACH parent IN ARRAY ARRAY['sapporo_base_linkagerecord', 'sapporo_base_linkagerecordsubject'] LOOP
            partition := parent || '_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM');
            CONTINUE WHEN to_regclass(partition) IS NOT NULL;
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                partition, parent, month,
                (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC'
            );
            EXECUTE format(
                'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %I'
                ' FOR EACH STATEMENT EXECUTE FUNCTION sapporo_base_refuse_change()', partition
            );
            RETURN NEXT partition;
        END LOOP;
    END LOOP;
END $$;
SELECT sapporo_base_prepare_partitions('2026-09-01', 15);
"""
DROP_PREPARE_PARTITIONS = "DROP FUNCTION sapporo_base_prepare_partitions(date, integer);"

# The canonical form of a record: version, all its columns in this order, then its people in order.
# Times are UTC text. A new column means a new version, never a change of this one.
CANONICAL = """
CREATE FUNCTION sapporo_base_record_canonical(r sapporo_base_linkagerecord)
RETURNS text LANGUAGE sql STABLE AS $$
SELECT 'v1' || jsonb_build_array(
    r.id, to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    r.kind, r.path, r.result, r.detail, r.staff_number, r.staff_name, r.system_code, r.receiver_code,
    r.on_behalf_of, r.procedure, r.legal_basis, r.legal_basis_code, r.reason,
    r.information, r.information_code, to_jsonb(r.items), to_jsonb(r.withheld), r.inquirer, r.provider,
    to_char(r.requested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    to_char(r.provided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    r.not_disclosed, r.opened_individual_number, r.subject_count, r.feed, r.feed_after, r.feed_until,
    r.terminal, r.correlation_id,
    coalesce((
        SELECT jsonb_agg(jsonb_build_array(s.number_kind, s.number) ORDER BY s.id)
        FROM sapporo_base_linkagerecordsubject s WHERE s.record_id = r.id AND s.at = r.at
    ), '[]'::jsonb)
)::text
$$;
CREATE FUNCTION sapporo_base_record_digests(after bigint, until bigint)
RETURNS TABLE (place bigint, record_id bigint, at timestamptz, digest bytea) LANGUAGE sql STABLE AS $$
SELECT p.position, r.id, r.at, sha256(convert_to(sapporo_base_record_canonical(r), 'UTF8'))
FROM sapporo_base_linkagerecord_position p
JOIN sapporo_base_linkagerecord r ON r.id = p.entry_id
WHERE p.position > after AND p.position <= until
$$;
CREATE FUNCTION sapporo_base_record_findings()
RETURNS TABLE (kind text, record_id bigint) LANGUAGE sql STABLE AS $$
SELECT CASE WHEN r.id IS NULL THEN 'removed' ELSE 'edited' END, l.record_id
FROM sapporo_base_recordleaf l
LEFT JOIN sapporo_base_linkagerecord r ON r.id = l.record_id AND r.at = l.at
WHERE r.id IS NULL OR sha256(convert_to(sapporo_base_record_canonical(r), 'UTF8')) <> l.digest
UNION ALL
SELECT 'inserted', r.id
FROM sapporo_base_linkagerecord r
WHERE NOT EXISTS (SELECT FROM sapporo_base_recordleaf l WHERE l.record_id = r.id)
  AND NOT EXISTS (SELECT FROM sapporo_base_linkagerecord_position p WHERE p.entry_id = r.id)
  AND NOT EXISTS (SELECT FROM sapporo_base_linkagerecord_pending w WHERE w.entry_id = r.id)
UNION ALL
SELECT CASE WHEN r.id IS NULL THEN 'removed' ELSE 'leaf_removed' END, p.entry_id
FROM sapporo_base_linkagerecord_position p
LEFT JOIN sapporo_base_linkagerecord r ON r.id = p.entry_id
WHERE p.position <= (SELECT max(last_position) FROM sapporo_base_recordseal)
  AND NOT EXISTS (SELECT FROM sapporo_base_recordleaf l WHERE l.record_id = p.entry_id)
UNION ALL
SELECT 'reordered', l.record_id
FROM sapporo_base_recordleaf l
JOIN sapporo_base_linkagerecord_position p ON p.position = l.position
WHERE p.entry_id <> l.record_id
$$;
"""
DROP_CANONICAL = """
DROP FUNCTION sapporo_base_record_findings();
DROP FUNCTION sapporo_base_record_digests(bigint, bigint);
DROP FUNCTION sapporo_base_record_canonical(sapporo_base_linkagerecord);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sapporo_base", "0001_initial"),
        ("auditlog", "0017_add_actor_email"),
    ]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE, ALLOW_CHANGE),
        migrations.RunSQL(PREPARE_PARTITIONS, DROP_PREPARE_PARTITIONS),
        create_feed("sapporo_base_linkagerecord"),
        migrations.RunSQL(CANONICAL, DROP_CANONICAL),
    ]
