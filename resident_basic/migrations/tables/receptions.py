"""As of 0.1: ファイル受領, 照合差異, 履歴の欠番."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Reception",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("file_name", models.CharField(max_length=200, verbose_name="ファイル名")),
            ("layout", models.CharField(max_length=40, verbose_name="レイアウト")),
            (
                "encoding",
                models.CharField(blank=True, default="", max_length=10, verbose_name="文字コード"),
            ),
            (
                "scope",
                models.CharField(
                    choices=[("full", "全件"), ("daily", "異動差分"), ("other", "その他")],
                    max_length=6,
                    verbose_name="区分",
                ),
            ),
            ("day", models.DateField(blank=True, null=True, verbose_name="ファイルの日付")),
            ("is_rehearsal", models.BooleanField(default=False, verbose_name="確認のみ")),
            ("asked_at", models.DateTimeField(verbose_name="依頼日時")),
            (
                "confirmed_reason",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="確認した理由"
                ),
            ),
            (
                "asked_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="依頼者",
                ),
            ),
            (
                "batch",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="sapporo_base.batchrun",
                    verbose_name="一括処理",
                ),
            ),
            (
                "file_sha256",
                models.CharField(
                    blank=True, default="", max_length=64, verbose_name="確認した内容のSHA-256"
                ),
            ),
            ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="試行回数")),
            ("is_ordered", models.BooleanField(default=False, verbose_name="画面からの依頼")),
        ],
        options={
            "verbose_name": "ファイル受領",
            "verbose_name_plural": "ファイル受領",
            "permissions": [("receive_file", "住民のファイルを受領できる")],
            "indexes": [models.Index(fields=["-asked_at"], name="reception_by_time")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("scope", "other"), ("day__isnull", False), _connector="OR"),
                    name="a_full_or_daily_file_has_its_day",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ReconciliationDifference",
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
                        ("absent", "全件に不在"),
                        ("new", "異動差分で未着の住民"),
                        ("version", "異動差分で未着の履歴"),
                        ("content", "内容の相違"),
                    ],
                    max_length=8,
                    verbose_name="差異",
                ),
            ),
            (
                "resident_number",
                models.CharField(db_index=True, max_length=15, verbose_name="宛名番号"),
            ),
            ("history_number", models.PositiveSmallIntegerField(verbose_name="履歴番号")),
            ("found_at", models.DateTimeField(verbose_name="検出日時")),
            ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="解消日時")),
            (
                "batch",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="sapporo_base.batchrun",
                    verbose_name="一括処理",
                ),
            ),
        ],
        options={
            "verbose_name": "照合差異",
            "verbose_name_plural": "照合差異",
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("kind", "absent"), ("closed_at__isnull", True)),
                    fields=("resident_number",),
                    name="one_open_absence_per_resident",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("closed_at__isnull", True),
                        ("closed_at__gte", models.F("found_at")),
                        _connector="OR",
                    ),
                    name="a_difference_closes_after_it_was_found",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="HistoryGap",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("resident_number", models.CharField(max_length=15, verbose_name="宛名番号")),
            ("history_number", models.PositiveSmallIntegerField(verbose_name="履歴番号")),
            ("found_at", models.DateTimeField(verbose_name="検出日時")),
            ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="解消日時")),
            (
                "closed_by",
                models.CharField(blank=True, default="", max_length=20, verbose_name="解消者"),
            ),
            (
                "closed_reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
        ],
        options={
            "verbose_name": "履歴の欠番",
            "verbose_name_plural": "履歴の欠番",
            "indexes": [
                models.Index(
                    condition=models.Q(("closed_at__isnull", True)),
                    fields=["found_at"],
                    name="open_gap_by_age",
                )
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("resident_number", "history_number"),
                    name="a_missing_history_number_is_listed_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("closed_at__isnull", True),
                        ("closed_at__gte", models.F("found_at")),
                        _connector="OR",
                    ),
                    name="a_gap_closes_after_it_was_found",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("closed_by", ""),
                        models.Q(("closed_reason", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="who_closes_a_gap_says_why",
                ),
            ],
        },
    ),
]
