"""As of 0.1: 整合性の指摘."""

import django.contrib.postgres.fields
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="ConsistencyFinding",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("no_head", "世帯主のいない世帯"),
                        ("two_heads", "世帯主が複数いる世帯"),
                        ("dead_in_household", "死亡者が世帯主のままの世帯"),
                        ("relationship_contradiction", "続柄の矛盾"),
                        ("duplicate_four_items", "基本4情報の重複"),
                    ],
                    max_length=30,
                    verbose_name="種別",
                ),
            ),
            ("number", models.CharField(max_length=15, verbose_name="対象番号")),
            (
                "resident_numbers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=15),
                    size=None,
                    verbose_name="関係する住民",
                ),
            ),
            (
                "municipality_code",
                models.CharField(blank=True, default="", max_length=6, verbose_name="区"),
            ),
            ("detail", models.CharField(max_length=200, verbose_name="内容")),
            ("found_at", models.DateTimeField(verbose_name="最初の確認日時")),
            ("seen_at", models.DateTimeField(verbose_name="最後の確認日時")),
            ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="解消日時")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("open", "未確認"),
                        ("confirmed", "確認済(訂正待ち)"),
                        ("not_needed", "対応不要"),
                    ],
                    default="open",
                    max_length=10,
                    verbose_name="対応",
                ),
            ),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="対応の理由"),
            ),
            (
                "judged_by",
                models.CharField(blank=True, default="", max_length=120, verbose_name="対応者"),
            ),
            ("judged_at", models.DateTimeField(blank=True, null=True, verbose_name="対応日時")),
        ],
        options={
            "verbose_name": "整合性の指摘",
            "verbose_name_plural": "整合性の指摘",
            "indexes": [
                models.Index(
                    condition=models.Q(("closed_at__isnull", True)),
                    fields=["kind", "id"],
                    name="open_finding_by_kind",
                )
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("closed_at__isnull", True)),
                    fields=("kind", "number"),
                    name="one_open_finding_of_a_kind_per_number",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("closed_at__isnull", True),
                        ("closed_at__gte", models.F("found_at")),
                        _connector="OR",
                    ),
                    name="a_finding_is_closed_after_it_was_found",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state", "open"),
                        models.Q(
                            ("judged_at__isnull", False),
                            models.Q(("judged_by", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="a_judged_finding_says_by_whom_and_why",
                ),
            ],
        },
    ),
]
