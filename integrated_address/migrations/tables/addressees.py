"""As of 0.1: 団体内統合宛名, 統合宛名異動."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="IntegratedAddressee",
        fields=[
            (
                "integrated_number",
                models.CharField(
                    max_length=15,
                    primary_key=True,
                    serialize=False,
                    verbose_name="団体内統合宛名番号",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[("active", "有効"), ("deleted", "削除"), ("merged", "名寄せ済")],
                    default="active",
                    max_length=8,
                    verbose_name="状態",
                ),
            ),
            ("under_support", models.BooleanField(default=False, verbose_name="支援措置")),
            ("numbered_at", models.DateTimeField(verbose_name="付番日時")),
            (
                "deleted_at",
                models.DateTimeField(blank=True, null=True, verbose_name="削除・名寄せ日時"),
            ),
            (
                "merged_into",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="merged_numbers",
                    to="integrated_address.integratedaddressee",
                    verbose_name="名寄せ先",
                ),
            ),
        ],
        options={
            "verbose_name": "団体内統合宛名",
            "verbose_name_plural": "団体内統合宛名",
            "permissions": [
                ("number_person", "団体内統合宛名番号を付番できる"),
                ("request_linkage_code", "符号の取得を依頼できる"),
            ],
            "indexes": [
                models.Index(
                    condition=models.Q(("under_support", True)),
                    fields=["integrated_number"],
                    name="addressee_under_support",
                ),
                models.Index(
                    condition=models.Q(("merged_into__isnull", False)),
                    fields=["merged_into"],
                    name="numbers_merged_into",
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("deleted_at__isnull", True), ("state", "active")),
                        models.Q(
                            ("deleted_at__isnull", False), ("state__in", ["deleted", "merged"])
                        ),
                        _connector="OR",
                    ),
                    name="deleted_addressee_says_when",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("merged_into__isnull", False), ("state", "merged")),
                        models.Q(
                            models.Q(("state", "merged"), _negated=True),
                            ("merged_into__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="merged_addressee_says_into_whom",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length("integrated_number"), 15
                        ),
                        django.db.models.lookups.Exact(
                            models.Func(
                                models.F("integrated_number"),
                                models.Value("0123456789"),
                                models.Value(""),
                                function="translate",
                                output_field=models.CharField(),
                            ),
                            models.Value(""),
                        ),
                    ),
                    name="integrated_number_is_fifteen_digits",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="AddresseeChange",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("numbered", "付番"),
                        ("updated", "基本4情報の更新"),
                        ("deleted", "削除"),
                        ("merged", "名寄せ"),
                        ("unmerged", "名寄せ解除"),
                        ("moved", "業務番号の訂正"),
                    ],
                    max_length=8,
                    verbose_name="種別",
                ),
            ),
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
            (
                "survivor",
                models.CharField(blank=True, db_default="", max_length=15, verbose_name="残る番号"),
            ),
        ],
        options={
            "verbose_name": "統合宛名異動",
            "verbose_name_plural": "統合宛名異動",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("kind__in", ["merged", "unmerged"]), ("survivor", ""), _connector="XOR"
                    ),
                    name="a_merge_in_the_feed_says_who_survives",
                )
            ],
        },
    ),
]
