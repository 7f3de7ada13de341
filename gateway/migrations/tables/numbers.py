"""As of 0.1: 中間サーバ登録番号, 符号待ち."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="PlatformNumber",
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
                    choices=[
                        ("to_register", "登録待"),
                        ("registered", "登録済"),
                        ("to_delete", "削除待"),
                        ("deleted", "削除済"),
                        ("refused", "拒否"),
                    ],
                    default="to_register",
                    max_length=12,
                    verbose_name="登録状態",
                ),
            ),
            (
                "code_state",
                models.CharField(
                    choices=[
                        ("none", "未要求"),
                        ("waiting", "要求待"),
                        ("requested", "要求中"),
                        ("acquired", "取得済"),
                        ("failed", "エラー"),
                    ],
                    default="none",
                    max_length=10,
                    verbose_name="符号取得状況",
                ),
            ),
            ("is_urgent", models.BooleanField(default=False, verbose_name="照会が待機中")),
            (
                "serial",
                models.CharField(blank=True, default="", max_length=64, verbose_name="処理通番"),
            ),
            ("due_at", models.DateTimeField(verbose_name="次回処理日時")),
            ("attempts", models.PositiveIntegerField(default=0, verbose_name="試行回数")),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
            ("registered_at", models.DateTimeField(null=True, verbose_name="登録日時")),
            ("requested_at", models.DateTimeField(null=True, verbose_name="符号要求日時")),
            ("acquired_at", models.DateTimeField(null=True, verbose_name="符号取得日時")),
            (
                "no_automatic_answer",
                models.BooleanField(default=False, verbose_name="自動応答不可"),
            ),
            ("not_disclosed", models.BooleanField(default=False, verbose_name="不開示該当")),
            (
                "sent_no_automatic_answer",
                models.BooleanField(default=False, verbose_name="自動応答不可(送信済)"),
            ),
            (
                "sent_not_disclosed",
                models.BooleanField(default=False, verbose_name="不開示該当(送信済)"),
            ),
            ("flags_due_at", models.DateTimeField(null=True, verbose_name="フラグ次回処理日時")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "exchange",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="numbers",
                    to="gateway.exchange",
                    verbose_name="処理中の電文",
                ),
            ),
            (
                "flags_attempts",
                models.PositiveIntegerField(default=0, verbose_name="フラグ試行回数"),
            ),
            (
                "flags_error",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="フラグの直近のエラー"
                ),
            ),
            ("flags_set_at", models.DateTimeField(null=True, verbose_name="フラグ設定日時")),
            (
                "flags_checked_at",
                models.DateTimeField(null=True, verbose_name="フラグ最終確認日時"),
            ),
            (
                "flags_differed_at",
                models.DateTimeField(null=True, verbose_name="フラグ相違の発見日時"),
            ),
            ("registers_again", models.BooleanField(default=False, verbose_name="削除後に再登録")),
            (
                "before_merges",
                models.JSONField(
                    db_default=[], default=list, editable=False, verbose_name="名寄せ前のフラグ"
                ),
            ),
        ],
        options={
            "verbose_name": "中間サーバ登録番号",
            "verbose_name_plural": "中間サーバ登録番号",
            "indexes": [
                models.Index(
                    models.F("due_at"),
                    condition=models.Q(
                        ("exchange__isnull", True), ("state__in", ["to_register", "to_delete"])
                    ),
                    name="number_to_tell_the_platform",
                ),
                models.Index(
                    models.OrderBy(models.F("is_urgent"), descending=True),
                    models.F("due_at"),
                    condition=models.Q(
                        ("code_state__in", ["waiting", "requested"]), ("exchange__isnull", True)
                    ),
                    name="number_waiting_for_its_code",
                ),
                models.Index(
                    models.F("flags_due_at"),
                    condition=models.Q(("flags_due_at__isnull", False)),
                    name="number_with_flags_to_send",
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("integrated_number__regex", "^\\d{15}$")),
                    name="integrated_number_has_fifteen_digits",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="CodeWaiting",
        fields=[],
        options={
            "verbose_name": "符号待ち",
            "verbose_name_plural": "符号待ち",
            "proxy": True,
            "indexes": [],
            "constraints": [],
        },
        bases=("gateway.platformnumber",),
    ),
]
