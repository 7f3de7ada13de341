"""As of 0.1: 送信キュー, 送信の停止, 送信の調整."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="SendQueue",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "lane",
                models.CharField(
                    choices=[
                        ("interactive", "即時"),
                        ("batch", "一括"),
                        ("copies", "副本"),
                        ("numbers", "符号"),
                        ("records", "記録・照合"),
                    ],
                    max_length=12,
                    verbose_name="レーン",
                ),
            ),
            ("tokens", models.FloatField(default=0, verbose_name="送信枠")),
            ("filled_at", models.DateTimeField(null=True, verbose_name="送信枠の計算日時")),
            ("served_at", models.DateTimeField(null=True, verbose_name="最後に送った日時")),
            ("sent", models.BigIntegerField(default=0, verbose_name="送った件数")),
            ("measured_at", models.DateTimeField(null=True, verbose_name="計測日時")),
            ("measured_sent", models.BigIntegerField(default=0, verbose_name="計測時の送った件数")),
            ("waiting", models.PositiveIntegerField(default=0, verbose_name="待っている件数")),
            (
                "waiting_code",
                models.PositiveIntegerField(default=0, verbose_name="符号を待っている件数"),
            ),
            ("under_way", models.PositiveIntegerField(default=0, verbose_name="相手方にある件数")),
            ("oldest_at", models.DateTimeField(null=True, verbose_name="最も古い受付日時")),
            ("per_minute", models.FloatField(null=True, verbose_name="分あたりの実績")),
            ("answer_seconds", models.FloatField(null=True, verbose_name="回答までの秒数の実績")),
            (
                "system",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.CASCADE,
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
        ],
        options={
            "verbose_name": "送信キュー",
            "verbose_name_plural": "送信キュー",
            "permissions": [("pause_sendqueue", "送信キューを停止・再開できる")],
            "constraints": [
                models.UniqueConstraint(
                    fields=("lane", "system"),
                    name="one_send_queue_per_lane_and_system",
                    nulls_distinct=False,
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="QueuePause",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "lane",
                models.CharField(
                    blank=True,
                    choices=[
                        ("interactive", "即時"),
                        ("batch", "一括"),
                        ("copies", "副本"),
                        ("numbers", "符号"),
                        ("records", "記録・照合"),
                    ],
                    default="",
                    help_text="空欄は全レーン。",
                    max_length=12,
                    verbose_name="レーン",
                ),
            ),
            ("reason", models.CharField(max_length=300, verbose_name="停止の理由")),
            (
                "paused_by",
                models.CharField(
                    blank=True, default="", max_length=40, verbose_name="停止した職員"
                ),
            ),
            ("paused_at", models.DateTimeField(verbose_name="停止日時")),
            (
                "resumed_by",
                models.CharField(
                    blank=True, default="", max_length=40, verbose_name="再開した職員"
                ),
            ),
            ("resumed_at", models.DateTimeField(blank=True, null=True, verbose_name="再開日時")),
            (
                "system",
                models.ForeignKey(
                    blank=True,
                    help_text="空欄は全システム。",
                    null=True,
                    on_delete=django.db.models.deletion.CASCADE,
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
        ],
        options={
            "verbose_name": "送信の停止",
            "verbose_name_plural": "送信の停止",
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("resumed_at__isnull", True)),
                    fields=("lane", "system"),
                    name="one_open_pause_per_lane_and_system",
                    nulls_distinct=False,
                ),
                models.CheckConstraint(
                    condition=models.Q(("reason", ""), _negated=True), name="pause_has_a_reason"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("resumed_at__isnull", True),
                        ("resumed_at__gte", models.F("paused_at")),
                        _connector="OR",
                    ),
                    name="pause_ends_after_it_begins",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="LaneFlow",
        fields=[
            (
                "lane",
                models.CharField(
                    choices=[
                        ("interactive", "即時"),
                        ("batch", "一括"),
                        ("copies", "副本"),
                        ("numbers", "符号"),
                        ("records", "記録・照合"),
                    ],
                    max_length=12,
                    primary_key=True,
                    serialize=False,
                    verbose_name="レーン",
                ),
            ),
            ("share", models.PositiveSmallIntegerField(default=100, verbose_name="送信の割合(%)")),
            ("changed_at", models.DateTimeField(null=True, verbose_name="変更日時")),
            ("not_before", models.DateTimeField(null=True, verbose_name="送信を控える期限")),
            ("seconds", models.FloatField(null=True, verbose_name="応答の秒数")),
            (
                "cause",
                models.CharField(blank=True, default="", max_length=200, verbose_name="調整の理由"),
            ),
        ],
        options={
            "verbose_name": "送信の調整",
            "verbose_name_plural": "送信の調整",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("share__gte", 1), ("share__lte", 100)),
                    name="lane_keeps_a_share_of_its_pace",
                )
            ],
        },
    ),
]
