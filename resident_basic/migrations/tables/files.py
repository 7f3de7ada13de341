"""As of 0.1: 日次ファイル配信, 配信ファイル, 変換結果."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="FileSubscription",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("layout_code", models.SlugField(max_length=60, verbose_name="レイアウトコード")),
            (
                "encoding",
                models.CharField(
                    choices=[
                        ("utf-8", "UTF-8"),
                        ("utf-8-sig", "UTF-8(BOM付き)"),
                        ("cp932", "シフトJIS(CP932)"),
                    ],
                    max_length=12,
                    verbose_name="文字コード",
                ),
            ),
            (
                "starts_after",
                models.BigIntegerField(
                    help_text="この受領番号より後の異動から始めます。", verbose_name="開始位置"
                ),
            ),
            ("is_active", models.BooleanField(default=True, verbose_name="配信中")),
            ("registered_at", models.DateTimeField(verbose_name="登録日時")),
            (
                "system",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
        ],
        options={
            "verbose_name": "日次ファイル配信",
            "verbose_name_plural": "日次ファイル配信",
        },
    ),
    migrations.CreateModel(
        name="DeliveryFile",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("day", models.DateField(verbose_name="対象日")),
            ("layout_code", models.SlugField(max_length=60, verbose_name="レイアウトコード")),
            ("layout_version", models.PositiveSmallIntegerField(verbose_name="レイアウトの版")),
            (
                "encoding",
                models.CharField(
                    choices=[
                        ("utf-8", "UTF-8"),
                        ("utf-8-sig", "UTF-8(BOM付き)"),
                        ("cp932", "シフトJIS(CP932)"),
                    ],
                    max_length=12,
                    verbose_name="文字コード",
                ),
            ),
            ("name", models.CharField(max_length=100, verbose_name="ファイル名")),
            ("after_receipt", models.BigIntegerField(verbose_name="受領番号(この後から)")),
            ("until_receipt", models.BigIntegerField(verbose_name="受領番号(ここまで)")),
            ("rows", models.PositiveIntegerField(verbose_name="行数")),
            ("lost", models.PositiveIntegerField(verbose_name="縮退した項目数")),
            ("unwritten", models.PositiveIntegerField(verbose_name="出力できない行数")),
            (
                "items",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=40),
                    default=list,
                    size=None,
                    verbose_name="移転した項目",
                ),
            ),
            (
                "empty_columns",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=60),
                    default=list,
                    size=None,
                    verbose_name="承認がなく空欄の項目",
                ),
            ),
            ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
            ("size", models.BigIntegerField(verbose_name="バイト数")),
            ("is_sealed", models.BooleanField(default=False, verbose_name="封緘")),
            ("made_at", models.DateTimeField(verbose_name="作成日時")),
            (
                "remade_at",
                models.DateTimeField(
                    blank=True, null=True, verbose_name="内容が変わった再作成の日時"
                ),
            ),
            (
                "fetched_at",
                models.DateTimeField(blank=True, null=True, verbose_name="最終取得日時"),
            ),
            (
                "system",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
        ],
        options={
            "verbose_name": "配信ファイル",
            "verbose_name_plural": "配信ファイル",
            "indexes": [
                models.Index(fields=["system", "-until_receipt"], name="delivery_file_by_stretch")
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("system", "day"), name="one_delivery_file_per_system_and_day"
                ),
                models.CheckConstraint(
                    condition=models.Q(("until_receipt__gte", models.F("after_receipt"))),
                    name="a_delivery_file_does_not_end_before_it_begins",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="FileFinding",
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
                    choices=[("unwritten", "出力できない"), ("lost", "縮退")],
                    max_length=10,
                    verbose_name="種別",
                ),
            ),
            ("receipt", models.BigIntegerField(verbose_name="受領番号")),
            ("resident_number", models.CharField(max_length=15, verbose_name="宛名番号")),
            ("item", models.CharField(max_length=60, verbose_name="項目")),
            ("words", models.CharField(max_length=300, verbose_name="内容")),
            (
                "file",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="findings",
                    to="resident_basic.deliveryfile",
                    verbose_name="配信ファイル",
                ),
            ),
        ],
        options={
            "verbose_name": "変換結果",
            "verbose_name_plural": "変換結果",
            "indexes": [
                models.Index(fields=["file", "kind", "receipt"], name="file_finding_in_order")
            ],
        },
    ),
]
