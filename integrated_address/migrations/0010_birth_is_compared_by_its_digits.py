"""The birth date of a 照合キー is eight digits: slips are compared digit by digit."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrated_address", "0009_check_digits_in_sql"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="matchkey",
            name="match_key_by_birth",
        ),
        migrations.RemoveField(
            model_name="matchkey",
            name="birth_on",
        ),
        migrations.AddField(
            model_name="matchkey",
            name="birth",
            field=models.CharField(
                blank=True, default="", max_length=8, verbose_name="照合用生年月日"
            ),
        ),
        migrations.AlterField(
            model_name="matchthreshold",
            name="candidate_from",
            field=models.DecimalField(
                decimal_places=1,
                default=0,
                help_text="この得点以上の組を候補一覧に載せます。下げると見落としが減り、件数が増えます。",
                max_digits=4,
                validators=[
                    django.core.validators.MinValueValidator(-20),
                    django.core.validators.MaxValueValidator(60),
                ],
                verbose_name="候補とする得点",
            ),
        ),
        migrations.AddIndex(
            model_name="matchkey",
            index=models.Index(
                condition=models.Q(("birth", ""), _negated=True),
                fields=["birth", "kana"],
                name="match_key_by_birth",
            ),
        ),
    ]
