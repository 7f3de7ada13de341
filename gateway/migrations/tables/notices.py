"""As of 0.1: お知らせ."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="PortalNotice",
        fields=[
            (
                "id",
                models.BigAutoField(primary_key=True, serialize=False, verbose_name="お知らせ番号"),
            ),
            ("request_key", models.CharField(max_length=64, verbose_name="要求キー")),
            (
                "record_id",
                models.CharField(max_length=36, unique=True, verbose_name="レコード識別番号"),
            ),
            ("business_number", models.CharField(max_length=20, verbose_name="業務番号")),
            (
                "integrated_number",
                models.CharField(max_length=15, verbose_name="団体内統合宛名番号"),
            ),
            ("title", models.CharField(max_length=60, verbose_name="件名")),
            ("text", models.TextField(max_length=1000, verbose_name="本文")),
            ("shown_from", models.DateTimeField(verbose_name="掲載開始日時")),
            ("shown_until", models.DateTimeField(verbose_name="掲載終了日時")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("waiting", "送信待"),
                        ("sending", "送信中"),
                        ("sent", "受付済"),
                        ("delivered", "配信済"),
                        ("read", "既読"),
                        ("withdrawn", "取消済"),
                        ("undeliverable", "配信不可"),
                        ("failed", "エラー"),
                        ("unclear", "要確認"),
                    ],
                    default="waiting",
                    max_length=14,
                    verbose_name="状態",
                ),
            ),
            (
                "status",
                models.CharField(blank=True, default="", max_length=1, verbose_name="お知らせ状況"),
            ),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
            ("due_at", models.DateTimeField(verbose_name="次回処理日時")),
            ("looks", models.PositiveIntegerField(default=0, verbose_name="確認回数")),
            ("withdrawal_asked_at", models.DateTimeField(null=True, verbose_name="取消要求日時")),
            (
                "withdrawal_reason",
                models.CharField(blank=True, default="", max_length=200, verbose_name="取消の理由"),
            ),
            ("accepted_at", models.DateTimeField(verbose_name="受付日時")),
            ("sent_at", models.DateTimeField(null=True, verbose_name="送信日時")),
            ("read_at", models.DateTimeField(null=True, verbose_name="既読日時")),
            ("settled_at", models.DateTimeField(null=True, verbose_name="完了日時")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "exchange",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="notices",
                    to="gateway.exchange",
                    verbose_name="処理中の電文",
                ),
            ),
            (
                "system",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
        ],
        options={
            "verbose_name": "お知らせ",
            "verbose_name_plural": "お知らせ",
            "permissions": [("withdraw_portalnotice", "お知らせを取り消すことができる")],
            "indexes": [
                models.Index(
                    models.F("due_at"),
                    models.F("id"),
                    condition=models.Q(
                        ("exchange__isnull", True), ("state__in", ["waiting", "sent", "delivered"])
                    ),
                    name="notice_with_work_to_do",
                ),
                models.Index(fields=["system", "-accepted_at"], name="notice_by_system"),
                models.Index(
                    condition=models.Q(("exchange__isnull", False)),
                    fields=["exchange"],
                    name="notice_by_exchange",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("system", "request_key"), name="one_notice_per_request_key"
                ),
                models.CheckConstraint(
                    condition=models.Q(("shown_until__gt", models.F("shown_from"))),
                    name="notice_is_shown_until_after_it_is_shown",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "read"), _negated=True),
                        ("read_at__isnull", False),
                        _connector="OR",
                    ),
                    name="read_notice_bears_its_time",
                ),
            ],
        },
    ),
]
