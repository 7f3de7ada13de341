"""As of 0.1: 課税情報."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="TaxInformation",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("tax_number", models.CharField(max_length=15, verbose_name="税宛名番号")),
            ("tax_year", models.PositiveSmallIntegerField(verbose_name="課税年度")),
            ("revision", models.PositiveSmallIntegerField(verbose_name="更正回数")),
            ("is_latest", models.BooleanField(default=False, verbose_name="最新")),
            ("revised_on", models.DateField(verbose_name="賦課更正年月日")),
            ("undeclared", models.CharField(max_length=1, verbose_name="未申告区分")),
            ("taxation", models.CharField(max_length=1, verbose_name="課税非課税区分")),
            (
                "total_income",
                models.BigIntegerField(blank=True, null=True, verbose_name="合計所得金額"),
            ),
            ("items", models.JSONField(default=dict, verbose_name="課税内容")),
            ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
            (
                "addressee",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="taxes",
                    to="social_address.socialaddressee",
                    verbose_name="社会保障宛名",
                ),
            ),
        ],
        options={
            "verbose_name": "課税情報",
            "verbose_name_plural": "課税情報",
            "constraints": [
                models.UniqueConstraint(
                    fields=("addressee", "tax_year", "revision"),
                    name="one_tax_row_per_person_year_and_revision",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("is_latest", True)),
                    fields=("addressee", "tax_year"),
                    name="one_latest_tax_row_per_person_and_year",
                ),
            ],
        },
    ),
]
