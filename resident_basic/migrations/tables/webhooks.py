"""As of 0.1: 更新通知先, 更新通知."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="WebhookSubscription",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("url", models.URLField(max_length=300, verbose_name="通知先")),
            ("is_active", models.BooleanField(default=True, verbose_name="通知中")),
            ("key_id", models.CharField(max_length=16, verbose_name="鍵ID")),
            ("sealed_secret", models.BinaryField(verbose_name="署名鍵(封緘)")),
            (
                "previous_key_id",
                models.CharField(blank=True, default="", max_length=16, verbose_name="前の鍵ID"),
            ),
            (
                "previous_sealed_secret",
                models.BinaryField(blank=True, null=True, verbose_name="前の署名鍵(封緘)"),
            ),
            (
                "previous_until",
                models.DateTimeField(blank=True, null=True, verbose_name="前の鍵の有効期限"),
            ),
            ("told_until", models.BigIntegerField(default=0, verbose_name="通知済みの位置")),
            ("failures", models.PositiveSmallIntegerField(default=0, verbose_name="連続失敗回数")),
            ("closed_until", models.DateTimeField(blank=True, null=True, verbose_name="休止期限")),
            (
                "succeeded_at",
                models.DateTimeField(blank=True, null=True, verbose_name="最終成功日時"),
            ),
            ("failed_at", models.DateTimeField(blank=True, null=True, verbose_name="最終失敗日時")),
            (
                "last_error",
                models.CharField(
                    blank=True, default="", max_length=200, verbose_name="直近のエラー"
                ),
            ),
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
            "verbose_name": "更新通知先",
            "verbose_name_plural": "更新通知先",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("previous_sealed_secret__isnull", True),
                            ("previous_until__isnull", True),
                        ),
                        models.Q(
                            ("previous_sealed_secret__isnull", False),
                            ("previous_until__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="a_previous_secret_ends",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="WebhookCall",
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
                    choices=[("wake", "更新通知"), ("test", "接続試験")],
                    max_length=6,
                    verbose_name="種別",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[("waiting", "待機"), ("sent", "送信済"), ("failed", "失敗")],
                    default="waiting",
                    max_length=8,
                    verbose_name="状態",
                ),
            ),
            ("head", models.BigIntegerField(verbose_name="最新の受領番号")),
            ("waiting", models.BigIntegerField(verbose_name="未配信の件数")),
            ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="試行回数")),
            ("due_at", models.DateTimeField(verbose_name="実行予定日時")),
            ("leased_until", models.DateTimeField(blank=True, null=True, verbose_name="処理期限")),
            ("created_at", models.DateTimeField(verbose_name="登録日時")),
            ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="完了日時")),
            (
                "status",
                models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="応答コード"),
            ),
            (
                "last_error",
                models.CharField(
                    blank=True, default="", max_length=200, verbose_name="直近のエラー"
                ),
            ),
            (
                "subscription",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="calls",
                    to="resident_basic.webhooksubscription",
                    verbose_name="更新通知先",
                ),
            ),
        ],
        options={
            "verbose_name": "更新通知",
            "verbose_name_plural": "更新通知",
            "indexes": [
                models.Index(
                    condition=models.Q(("state", "waiting")),
                    fields=["due_at"],
                    name="webhook_call_due",
                ),
                models.Index(fields=["subscription", "-id"], name="webhook_call_by_place"),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("kind", "wake"), ("state", "waiting")),
                    fields=("subscription",),
                    name="one_wake_up_waits_for_a_system",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("settled_at__isnull", True), ("state", "waiting")),
                        models.Q(
                            models.Q(("state", "waiting"), _negated=True),
                            ("settled_at__gte", models.F("created_at")),
                        ),
                        _connector="OR",
                    ),
                    name="a_settled_call_says_when",
                ),
            ],
        },
    ),
]
