"""New rows wait for their place in the feed as stretches of ids: one row for two million."""

from django.db import migrations

from sapporo_base.feed import wait_in_stretches

# Who looks for records that nobody sealed passes over those that wait.
FINDINGS = """
CREATE OR REPLACE FUNCTION sapporo_base_record_findings()
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
"""


class Migration(migrations.Migration):
    dependencies = [("sapporo_base", "0010_results_are_kept_by_decision")]

    operations = [
        wait_in_stretches("sapporo_base_linkagerecord"),
        migrations.RunSQL(FINDINGS, migrations.RunSQL.noop),
    ]
