"""A moved row of a 名寄せ has a version before and one after."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrated_address", "0005_merged_numbers_take_no_rows"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="mergerow",
            name="a_moved_row_was_or_is",
        ),
        migrations.AlterField(
            model_name="mergerow",
            name="row_after",
            field=models.BigIntegerField(verbose_name="名寄せ後の行"),
        ),
        migrations.AlterField(
            model_name="mergerow",
            name="row_before",
            field=models.BigIntegerField(verbose_name="名寄せ前の行"),
        ),
    ]
