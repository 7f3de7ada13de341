"""As of 0.1: 業務番号."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="BusinessNumber",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("valid_from", models.DateField(verbose_name="有効開始日")),
            ("valid_until", models.DateField(blank=True, null=True, verbose_name="有効終了日")),
            ("recorded_at", models.DateTimeField(verbose_name="記録日時")),
            ("superseded_at", models.DateTimeField(blank=True, null=True, verbose_name="更新日時")),
            ("number", models.CharField(max_length=20, verbose_name="業務番号")),
            ("integrated_flag", models.BooleanField(default=False, verbose_name="統合宛名フラグ")),
            (
                "system",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
            (
                "addressee",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="business_numbers",
                    to="integrated_address.integratedaddressee",
                    verbose_name="団体内統合宛名",
                ),
            ),
        ],
        options={
            "verbose_name": "業務番号",
            "verbose_name_plural": "業務番号",
            "indexes": [
                models.Index(fields=["addressee"], name="business_number_of_addressee"),
                models.Index(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", False)
                    ),
                    fields=["system", "number"],
                    name="closed_business_number",
                ),
                models.Index(
                    condition=models.Q(("superseded_at__isnull", False)),
                    fields=["system", "number"],
                    name="superseded_business_number",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", True)
                    ),
                    fields=("system", "number"),
                    name="one_open_link_per_business_number",
                ),
                models.UniqueConstraint(
                    condition=models.Q(
                        ("superseded_at__isnull", True),
                        ("valid_until__isnull", True),
                        ("integrated_flag", True),
                    ),
                    fields=("addressee",),
                    name="one_integrated_flag_per_addressee",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gte", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="link_ends_after_it_begins",
                ),
            ],
        },
    ),
]
