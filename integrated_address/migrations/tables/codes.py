"""As of 0.1: 符号取得状況, 符号取得履歴, 符号取得依頼."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="LinkageCodeStatus",
        fields=[
            (
                "addressee",
                models.OneToOneField(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    primary_key=True,
                    related_name="linkage_code_status",
                    serialize=False,
                    to="integrated_address.integratedaddressee",
                    verbose_name="団体内統合宛名",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("not_requested", "未要求"),
                        ("requested", "要求中"),
                        ("acquired", "取得済"),
                        ("failed", "エラー"),
                        ("requested_again", "再要求"),
                    ],
                    default="not_requested",
                    max_length=15,
                    verbose_name="状態",
                ),
            ),
            ("since", models.DateTimeField(verbose_name="状態の開始日時")),
            (
                "cause",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
        ],
        options={
            "verbose_name": "符号取得状況",
            "verbose_name_plural": "符号取得状況",
            "indexes": [
                models.Index(
                    condition=models.Q(("state", "acquired"), _negated=True),
                    fields=["state", "since"],
                    name="linkage_code_status_by_age",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="LinkageCodeStep",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "state_before",
                models.CharField(
                    choices=[
                        ("not_requested", "未要求"),
                        ("requested", "要求中"),
                        ("acquired", "取得済"),
                        ("failed", "エラー"),
                        ("requested_again", "再要求"),
                    ],
                    max_length=15,
                    verbose_name="前の状態",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("not_requested", "未要求"),
                        ("requested", "要求中"),
                        ("acquired", "取得済"),
                        ("failed", "エラー"),
                        ("requested_again", "再要求"),
                    ],
                    max_length=15,
                    verbose_name="状態",
                ),
            ),
            ("at", models.DateTimeField(verbose_name="日時")),
            (
                "cause",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "addressee",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="linkage_code_steps",
                    to="integrated_address.integratedaddressee",
                    verbose_name="団体内統合宛名",
                ),
            ),
        ],
        options={
            "verbose_name": "符号取得履歴",
            "verbose_name_plural": "符号取得履歴",
            "indexes": [models.Index(fields=["addressee"], name="code_steps_of_addressee")],
        },
    ),
    migrations.CreateModel(
        name="CodeRequest",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            (
                "integrated_numbers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=15),
                    size=None,
                    verbose_name="団体内統合宛名番号",
                ),
            ),
            ("at", models.DateTimeField(verbose_name="日時")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
        ],
        options={
            "verbose_name": "符号取得依頼",
            "verbose_name_plural": "符号取得依頼",
        },
    ),
]
