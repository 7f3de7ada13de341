"""
Whether a closed period is free is looked up in two indexes: open links are in one, closed ones in another.

In one question for both it was in neither: each link that ended read all links of all systems.
"""

from django.db import migrations

_PERIOD_IS_FREE = """
CREATE OR REPLACE FUNCTION integrated_address_period_is_free() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM integrated_address_businessnumber other
        WHERE other.system_id = NEW.system_id AND other.number = NEW.number
          AND other.id <> NEW.id AND other.superseded_at IS NULL AND other.valid_until IS NULL
          AND other.addressee_id <> NEW.addressee_id
          AND daterange(other.valid_from, NULL) && daterange(NEW.valid_from, NEW.valid_until)
    ) OR EXISTS (
        SELECT FROM integrated_address_businessnumber other
        WHERE other.system_id = NEW.system_id AND other.number = NEW.number
          AND other.id <> NEW.id AND other.superseded_at IS NULL AND other.valid_until IS NOT NULL
          AND other.addressee_id <> NEW.addressee_id
          AND daterange(other.valid_from, other.valid_until)
              && daterange(NEW.valid_from, NEW.valid_until)
    ) THEN
        RAISE EXCEPTION 'one business number belongs to one person at a time'
            USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("integrated_address", "0001_as_of_0_1"),
    ]

    # It answers as it did before, so the way back leaves it as it is.
    operations = [migrations.RunSQL(_PERIOD_IS_FREE, migrations.RunSQL.noop)]
