"""An outside system is given the 住所 of protected people only together with 支援措置区分."""

from django.db import migrations

_TELL = """
-- Deferred: application and items are written one after the other in one transaction.
CREATE FUNCTION who_is_given_protected_people_is_told_of_them() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint := (CASE WHEN TG_TABLE_NAME = 'resident_basic_useapplication'
                         THEN to_jsonb(NEW) ->> 'id'
                         ELSE to_jsonb(NEW) ->> 'application_id' END)::bigint;
BEGIN
    IF EXISTS (
        SELECT FROM resident_basic_useapplication a
        JOIN sapporo_base_businesssystem s ON s.id = a.system_id
        WHERE a.id = concerned AND a.state = 'approved' AND a.grants_protected_people
          AND NOT s.in_process
          AND NOT EXISTS (
              SELECT FROM resident_basic_approveditem i
              WHERE i.application_id = a.id AND i.item = 'support_measure'
                AND i.valid_from <= a.granted_from AND i.valid_until >= a.granted_until
          )
    ) THEN
        RAISE EXCEPTION 'who_is_given_protected_people_is_told_of_them'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'who_is_given_protected_people_is_told_of_them';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER who_is_given_protected_people_is_told_of_them
    AFTER UPDATE OF state ON resident_basic_useapplication
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION who_is_given_protected_people_is_told_of_them();
CREATE CONSTRAINT TRIGGER who_is_given_protected_people_is_told_of_them
    AFTER UPDATE OF valid_until ON resident_basic_approveditem
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION who_is_given_protected_people_is_told_of_them();
"""
_BE_SILENT = """
DROP TRIGGER who_is_given_protected_people_is_told_of_them ON resident_basic_approveditem;
DROP TRIGGER who_is_given_protected_people_is_told_of_them ON resident_basic_useapplication;
DROP FUNCTION who_is_given_protected_people_is_told_of_them();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("resident_basic", "0021_some_systems_read_no_feed"),
    ]

    operations = [migrations.RunSQL(_TELL, _BE_SILENT)]
