"""As of 0.1: 変換見本, 未対応コード, 縮退記録."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="GoldenExample",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("layout_code", models.SlugField(max_length=60, verbose_name="レイアウト")),
            ("name", models.CharField(max_length=100, verbose_name="見本の名称")),
            ("rows", models.JSONField(verbose_name="値")),
            ("expected", models.BinaryField(verbose_name="書き出される内容")),
            ("valid_from", models.DateField(verbose_name="適用開始日")),
            ("valid_until", models.DateField(blank=True, null=True, verbose_name="適用終了日")),
            ("added_at", models.DateTimeField(verbose_name="登録日時")),
            (
                "added_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="登録者",
                ),
            ),
        ],
        options={
            "verbose_name": "変換見本",
            "verbose_name_plural": "変換見本",
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("valid_until__isnull", True)),
                    fields=("layout_code", "name"),
                    name="one_open_golden_example_per_name",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gte", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="golden_example_ends_after_it_begins",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="UnmappedCode",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("table_code", models.SlugField(max_length=60, verbose_name="コード表ID")),
            (
                "direction",
                models.CharField(
                    choices=[("inward", "受領"), ("outward", "送付")],
                    max_length=7,
                    verbose_name="方向",
                ),
            ),
            ("code", models.CharField(max_length=20, verbose_name="コード")),
            ("count", models.PositiveBigIntegerField(verbose_name="件数")),
            ("first_met_at", models.DateTimeField(verbose_name="最初に現れた日時")),
            ("last_met_at", models.DateTimeField(verbose_name="最後に現れた日時")),
            ("layout_code", models.SlugField(max_length=60, verbose_name="レイアウト")),
            ("item", models.CharField(max_length=100, verbose_name="項目")),
            ("place", models.CharField(max_length=200, verbose_name="現れた場所")),
            ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="登録日時")),
        ],
        options={
            "verbose_name": "未対応コード",
            "verbose_name_plural": "未対応コード",
            "constraints": [
                models.UniqueConstraint(
                    fields=("table_code", "direction", "code"),
                    name="one_unmapped_code_per_table_and_direction",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ConversionLoss",
        fields=[
            (
                "id",
                models.BigAutoField(primary_key=True, serialize=False, verbose_name="縮退記録番号"),
            ),
            ("at", models.DateTimeField(verbose_name="変換日時")),
            (
                "origin",
                models.CharField(
                    choices=[("file", "日次ファイル"), ("copy", "副本"), ("result", "照会結果")],
                    max_length=6,
                    verbose_name="経路",
                ),
            ),
            ("layout_code", models.SlugField(max_length=60, verbose_name="レイアウト")),
            ("layout_version", models.PositiveSmallIntegerField(verbose_name="版")),
            ("record", models.CharField(max_length=120, verbose_name="レコード")),
            ("item", models.CharField(max_length=100, verbose_name="項目")),
            ("position", models.PositiveIntegerField(verbose_name="文字の位置")),
            ("original", models.CharField(max_length=20, verbose_name="元の文字")),
            ("replacement", models.CharField(max_length=20, verbose_name="置き換えた文字")),
            ("rule", models.CharField(max_length=30, verbose_name="規則")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "system",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
        ],
        options={
            "verbose_name": "縮退記録",
            "verbose_name_plural": "縮退記録",
            "indexes": [
                models.Index(fields=["layout_code", "-at"], name="loss_by_layout"),
                models.Index(fields=["origin", "record"], name="loss_by_record"),
            ],
        },
    ),
]
