"""Sixty thousand people of one name are read from the index, not from half the pages of the table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrated_address", "0014_new_rows_wait_in_stretches"),
        ("sapporo_base", "0011_new_rows_wait_in_stretches"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="basicitems",
            name="basic_items_by_kana",
        ),
        migrations.RemoveIndex(
            model_name="basicitems",
            name="basic_items_by_name",
        ),
        migrations.AddIndex(
            model_name="basicitems",
            index=models.Index(
                condition=models.Q(("superseded_at__isnull", True), ("valid_until__isnull", True)),
                fields=["kana_key"],
                include=("addressee",),
                name="basic_items_by_kana",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="basicitems",
            index=models.Index(
                condition=models.Q(("superseded_at__isnull", True), ("valid_until__isnull", True)),
                fields=["name_key"],
                include=("addressee",),
                name="basic_items_by_name",
                opclasses=["text_pattern_ops"],
            ),
        ),
    ]
