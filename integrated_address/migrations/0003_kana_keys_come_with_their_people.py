"""The 検索用フリガナ of masses come with them; of others a trigger makes it. Two million took 25 s alone."""

from django.db import migrations, models
from django.db.models import deletion

KANA_KEYS_ARE_MADE = """
ALTER TABLE integrated_address_basicitems ALTER COLUMN kana_key DROP EXPRESSION;
ALTER TABLE integrated_address_basicitems ALTER COLUMN kana_key SET NOT NULL;
CREATE FUNCTION integrated_address_make_kana_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.kana_key := integrated_address_kana_key(NEW.name_kana);
    RETURN NEW;
END $$;
CREATE TRIGGER kana_keys_are_made BEFORE INSERT ON integrated_address_basicitems
    FOR EACH ROW WHEN (NEW.kana_key = '' AND NEW.name_kana <> '')
    EXECUTE FUNCTION integrated_address_make_kana_key();
"""
KANA_KEYS_ARE_GENERATED = """
DROP TRIGGER kana_keys_are_made ON integrated_address_basicitems;
DROP FUNCTION integrated_address_make_kana_key();
ALTER TABLE integrated_address_basicitems DROP COLUMN kana_key;
ALTER TABLE integrated_address_basicitems ADD COLUMN kana_key varchar(300)
    GENERATED ALWAYS AS (integrated_address_kana_key(name_kana)) STORED;
CREATE INDEX basic_items_by_kana ON integrated_address_basicitems (kana_key varchar_pattern_ops)
    WHERE superseded_at IS NULL AND valid_until IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("integrated_address", "0002_numbers_links_and_feeds"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(KANA_KEYS_ARE_MADE, KANA_KEYS_ARE_GENERATED),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="basicitems",
                    name="kana_key",
                    field=models.CharField(
                        blank=True, default="", max_length=300, verbose_name="検索用フリガナ"
                    ),
                ),
            ],
        ),
        # Under a C collation one index serves LIKE too: the second one that Django makes is not needed.
        migrations.AlterField(
            model_name="linkagecodestep",
            name="addressee",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=deletion.DO_NOTHING,
                related_name="linkage_code_steps",
                to="integrated_address.integratedaddressee",
                verbose_name="団体内統合宛名",
            ),
        ),
        migrations.AddIndex(
            model_name="linkagecodestep",
            index=models.Index(fields=["addressee"], name="code_steps_of_addressee"),
        ),
    ]
