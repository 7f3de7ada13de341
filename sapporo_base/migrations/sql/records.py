"""The 情報連携記録: its partitioned tables, their months, and the canonical form that is sealed."""

from django.db import migrations

# Django knows `id` as the key; in the database the key of a partitioned table must hold `at` as well.
# One range of the feed per record: whoever looks for a person's bulk deliveries asks which ranges touch
# the places of the person's changes.
PARTITIONED_TABLES = migrations.RunSQL(
    """
CREATE TABLE sapporo_base_linkagerecord (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    at timestamp with time zone NOT NULL,
    kind varchar(40) NOT NULL,
    path varchar(10) NOT NULL,
    result varchar(10) NOT NULL,
    detail varchar(300) NOT NULL,
    staff_number varchar(20) NOT NULL,
    staff_name varchar(100) NOT NULL,
    system_code varchar(7) NOT NULL,
    receiver_code varchar(7) NOT NULL,
    on_behalf_of varchar(40) NOT NULL,
    procedure varchar(300) NOT NULL,
    legal_basis varchar(320) NOT NULL,
    legal_basis_code varchar(40) NOT NULL,
    reason varchar(300) NOT NULL,
    information varchar(300) NOT NULL,
    information_code varchar(16) NOT NULL,
    items varchar(100)[] NOT NULL,
    withheld varchar(100)[] NOT NULL,
    inquirer varchar(200) NOT NULL,
    provider varchar(200) NOT NULL,
    requested_at timestamp with time zone NULL,
    provided_at timestamp with time zone NULL,
    not_disclosed boolean NOT NULL,
    opened_individual_number boolean NOT NULL,
    subject_count integer NOT NULL CHECK (subject_count >= 0),
    feed varchar(60) NOT NULL,
    feed_after bigint NULL,
    feed_until bigint NULL,
    terminal varchar(60) NOT NULL,
    correlation_id uuid NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE sapporo_base_linkagerecord_default PARTITION OF sapporo_base_linkagerecord DEFAULT;
CREATE TABLE sapporo_base_linkagerecordsubject (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    record_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    number_kind varchar(12) NOT NULL,
    number varchar(20) NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE sapporo_base_linkagerecordsubject_default PARTITION OF sapporo_base_linkagerecordsubject DEFAULT;
CREATE INDEX linkage_record_by_trip ON sapporo_base_linkagerecord (correlation_id);
CREATE INDEX linkage_record_by_time ON sapporo_base_linkagerecord (at, id);
CREATE INDEX linkage_record_by_staff ON sapporo_base_linkagerecord (staff_number, at);
CREATE INDEX linkage_record_by_system ON sapporo_base_linkagerecord (system_code, at);
CREATE INDEX record_subject_by_number ON sapporo_base_linkagerecordsubject (number, number_kind, at);
CREATE INDEX record_subject_by_record ON sapporo_base_linkagerecordsubject (record_id);
CREATE INDEX linkage_record_by_feed_range ON sapporo_base_linkagerecord
    USING gist (int8range(feed_after, feed_until, '(]')) WHERE feed <> '';
""",
    """
DROP TABLE sapporo_base_linkagerecordsubject;
DROP TABLE sapporo_base_linkagerecord;
""",
)

# A month runs by UTC: the boundary of a partition is no statement about anybody's day.
PARTITIONS = migrations.RunSQL(
    """
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
""",
    "DROP FUNCTION sapporo_base_prepare_partitions(date, integer);",
)

# The canonical form of a record: version, all its columns in this order, then its people in order.
# Times are UTC text. A new column means a new version, never a change of this one.
# Who looks for records that nobody sealed passes over those that wait.
CANONICAL_FORM = migrations.RunSQL(
    """
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
  AND NOT EXISTS (
    SELECT FROM sapporo_base_linkagerecord_pending w WHERE r.id BETWEEN w.entry_id AND w.last_id)
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
""",
    """
DROP FUNCTION sapporo_base_record_findings();
DROP FUNCTION sapporo_base_record_digests(bigint, bigint);
DROP FUNCTION sapporo_base_record_canonical(sapporo_base_linkagerecord);
""",
)
