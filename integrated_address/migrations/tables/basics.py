"""As of 0.1: 基本4情報."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="BasicItems",
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
            ("name", models.CharField(max_length=300, verbose_name="氏名")),
            (
                "name_kana",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="氏名フリガナ"
                ),
            ),
            (
                "kana_key",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="検索用フリガナ"
                ),
            ),
            ("birth_on", models.DateField(blank=True, null=True, verbose_name="生年月日")),
            (
                "birth_text",
                models.CharField(
                    blank=True, default="", max_length=72, verbose_name="生年月日(不詳表記)"
                ),
            ),
            ("sex", models.CharField(default="0", max_length=1, verbose_name="性別")),
            (
                "residential_address",
                models.CharField(blank=True, default="", max_length=600, verbose_name="住所"),
            ),
            (
                "resident_state",
                models.CharField(blank=True, default="", max_length=1, verbose_name="住民状態"),
            ),
            (
                "source",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="sapporo_base.businesssystem",
                    verbose_name="情報元",
                ),
            ),
            (
                "addressee",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="basic_items",
                    to="integrated_address.integratedaddressee",
                    verbose_name="団体内統合宛名",
                ),
            ),
            ("name_key", models.TextField(blank=True, default="", verbose_name="検索用氏名")),
        ],
        options={
            "verbose_name": "基本4情報",
            "verbose_name_plural": "基本4情報",
            "indexes": [
                models.Index(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", True)
                    ),
                    fields=["birth_on"],
                    name="basic_items_by_birth",
                ),
                models.Index(
                    condition=models.Q(
                        ("superseded_at__isnull", False),
                        ("valid_until__isnull", False),
                        _connector="OR",
                    ),
                    fields=["addressee"],
                    name="basic_items_of_the_past",
                ),
                models.Index(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", False)
                    ),
                    fields=["kana_key"],
                    name="basic_items_by_past_kana",
                    opclasses=["varchar_pattern_ops"],
                ),
                models.Index(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", False)
                    ),
                    fields=["name_key"],
                    name="basic_items_by_past_name",
                    opclasses=["text_pattern_ops"],
                ),
                models.Index(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", False)
                    ),
                    fields=["birth_on"],
                    name="basic_items_by_past_birth",
                ),
                models.Index(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", True)
                    ),
                    fields=["kana_key"],
                    include=("addressee",),
                    name="basic_items_by_kana",
                    opclasses=["varchar_pattern_ops"],
                ),
                models.Index(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", True)
                    ),
                    fields=["name_key"],
                    include=("addressee",),
                    name="basic_items_by_name",
                    opclasses=["text_pattern_ops"],
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(
                        ("superseded_at__isnull", True), ("valid_until__isnull", True)
                    ),
                    fields=("addressee",),
                    name="one_open_set_of_basic_items_per_addressee",
                )
            ],
        },
    ),
]
