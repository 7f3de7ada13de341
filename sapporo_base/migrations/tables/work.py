"""As of 0.1: 送信待ちメッセージ, 稼働状況."""

import uuid

from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="OutboxMessage",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("topic", models.CharField(max_length=120, verbose_name="タスク名")),
            (
                "queue",
                models.CharField(default="interactive", max_length=20, verbose_name="キュー"),
            ),
            ("arguments", models.JSONField(default=dict, verbose_name="引数")),
            (
                "order_key",
                models.CharField(blank=True, default="", max_length=60, verbose_name="順序キー"),
            ),
            (
                "state",
                models.CharField(
                    choices=[("waiting", "待機"), ("sent", "送信済"), ("failed", "保留(要確認)")],
                    default="waiting",
                    max_length=10,
                    verbose_name="状態",
                ),
            ),
            ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="試行回数")),
            ("due_at", models.DateTimeField(verbose_name="実行予定日時")),
            ("leased_until", models.DateTimeField(blank=True, null=True, verbose_name="処理期限")),
            (
                "last_error",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="直近のエラー"
                ),
            ),
            ("created_at", models.DateTimeField(verbose_name="登録日時")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
        ],
        options={
            "verbose_name": "送信待ちメッセージ",
            "verbose_name_plural": "送信待ちメッセージ",
            "indexes": [
                models.Index(
                    condition=models.Q(("state", "waiting")),
                    fields=["due_at", "id"],
                    name="outbox_due",
                ),
                models.Index(
                    condition=models.Q(("state", "waiting")),
                    fields=["order_key", "id"],
                    name="outbox_order",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Heartbeat",
        fields=[
            (
                "name",
                models.CharField(
                    max_length=100, primary_key=True, serialize=False, verbose_name="名称"
                ),
            ),
            ("at", models.DateTimeField(verbose_name="最終応答")),
        ],
        options={
            "verbose_name": "稼働状況",
            "verbose_name_plural": "稼働状況",
        },
    ),
]
