"""The feed of 異動情報, and 個人番号 refused where the system does not use it."""

from django.db import migrations

from sapporo_base.feed import create_feed

# A CHECK can't look into another table; this trigger is the constraint across the two.
_GUARD = """
CREATE FUNCTION individual_number_only_for_systems_that_use_it() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.individual_number AND NOT EXISTS (
        SELECT FROM sapporo_base_businesssystem
        WHERE id = NEW.system_id AND uses_individual_number
    ) THEN
        RAISE EXCEPTION 'individual_number_only_for_systems_that_use_it'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'individual_number_only_for_systems_that_use_it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER individual_number_only_for_systems_that_use_it
    BEFORE INSERT OR UPDATE OF individual_number, system_id ON resident_basic_useapplication
    FOR EACH ROW EXECUTE FUNCTION individual_number_only_for_systems_that_use_it();
"""
_UNGUARD = """
DROP TRIGGER individual_number_only_for_systems_that_use_it ON resident_basic_useapplication;
DROP FUNCTION individual_number_only_for_systems_that_use_it();
"""


class Migration(migrations.Migration):
    dependencies = [("resident_basic", "0001_initial")]
    operations = [
        create_feed("resident_basic_residentchange"),
        migrations.RunSQL(_GUARD, _UNGUARD),
    ]
