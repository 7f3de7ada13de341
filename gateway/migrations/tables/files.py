"""As of 0.1: ファイル連携設定, 連携ファイル."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="FileExchangeSetting",
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
                    choices=[("inquiries", "情報照会"), ("copies", "副本")],
                    max_length=10,
                    verbose_name="内容",
                ),
            ),
            (
                "prefix",
                models.CharField(
                    help_text="半角英数字。この文字で始まるファイルを受け取ります。",
                    max_length=20,
                    verbose_name="ファイル名の先頭",
                ),
            ),
            ("layout_code", models.CharField(max_length=60, verbose_name="レイアウト")),
            ("encoding", models.CharField(max_length=20, verbose_name="文字コード")),
            (
                "information_code",
                models.CharField(
                    blank=True, default="", max_length=16, verbose_name="特定個人情報名コード"
                ),
            ),
            (
                "result_layout_code",
                models.CharField(
                    blank=True, default="", max_length=60, verbose_name="結果のレイアウト"
                ),
            ),
            ("results_after", models.BigIntegerField(default=0, verbose_name="結果の開始位置")),
            (
                "days_kept",
                models.PositiveSmallIntegerField(default=30, verbose_name="ファイルの保存日数"),
            ),
            ("is_active", models.BooleanField(default=True, verbose_name="利用中")),
            ("set_up_by", models.CharField(max_length=20, verbose_name="設定者")),
            ("set_up_at", models.DateTimeField(verbose_name="設定日時")),
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
            "verbose_name": "ファイル連携設定",
            "verbose_name_plural": "ファイル連携設定",
            "permissions": [("set_up_fileexchangesetting", "ファイル連携を設定・停止できる")],
            "constraints": [
                models.UniqueConstraint(
                    fields=("system", "prefix"), name="one_file_exchange_setting_per_prefix"
                ),
                models.UniqueConstraint(
                    fields=("system", "kind", "information_code"),
                    name="one_file_exchange_setting_per_content",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("kind", "copies"),
                            ("result_layout_code", ""),
                            models.Q(("information_code", ""), _negated=True),
                        ),
                        models.Q(
                            ("information_code", ""),
                            ("kind", "inquiries"),
                            models.Q(("result_layout_code", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="file_exchange_of_copies_names_what_and_of_inquiries_a_result",
                ),
                models.CheckConstraint(
                    condition=models.Q(("prefix__regex", "^[0-9A-Za-z]{1,20}$")),
                    name="file_exchange_prefix_is_plain",
                ),
                models.CheckConstraint(
                    condition=models.Q(("days_kept__gte", 1)),
                    name="exchanged_files_are_kept_for_a_day_at_least",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ExchangedFile",
        fields=[
            (
                "id",
                models.BigAutoField(primary_key=True, serialize=False, verbose_name="ファイル番号"),
            ),
            (
                "direction",
                models.CharField(
                    choices=[("in", "受領"), ("out", "結果")], max_length=3, verbose_name="方向"
                ),
            ),
            ("name", models.CharField(max_length=120, verbose_name="ファイル名")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("done", "完了"),
                        ("partly", "完了(エラー行あり)"),
                        ("refused", "受け付けられません"),
                        ("repeated", "同じ内容を受領済"),
                        ("writing", "作成中"),
                    ],
                    max_length=8,
                    verbose_name="状態",
                ),
            ),
            (
                "sha256",
                models.CharField(blank=True, default="", max_length=64, verbose_name="SHA-256"),
            ),
            ("size", models.BigIntegerField(default=0, verbose_name="大きさ")),
            ("rows", models.PositiveIntegerField(default=0, verbose_name="行数")),
            ("accepted", models.PositiveIntegerField(default=0, verbose_name="受付行数")),
            ("unchanged", models.PositiveIntegerField(default=0, verbose_name="変更なし")),
            ("rejected", models.PositiveIntegerField(default=0, verbose_name="エラー行数")),
            ("findings", models.JSONField(default=list, verbose_name="エラー行")),
            (
                "why",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="受け付けない理由"
                ),
            ),
            ("after_receipt", models.BigIntegerField(default=0, verbose_name="結果の開始位置")),
            ("until_receipt", models.BigIntegerField(default=0, verbose_name="結果の終了位置")),
            ("at", models.DateTimeField(verbose_name="受領・作成日時")),
            ("answered_at", models.DateTimeField(null=True, verbose_name="回答日時")),
            ("disposed_at", models.DateTimeField(null=True, verbose_name="廃棄日時")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "first",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="gateway.exchangedfile",
                    verbose_name="先に受領したファイル",
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
            (
                "setting",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    to="gateway.fileexchangesetting",
                    verbose_name="ファイル連携設定",
                ),
            ),
        ],
        options={
            "verbose_name": "連携ファイル",
            "verbose_name_plural": "連携ファイル",
            "indexes": [
                models.Index(fields=["-at"], name="exchanged_file_by_time"),
                models.Index(
                    condition=models.Q(("answered_at__isnull", True)),
                    fields=["system", "name"],
                    name="exchanged_file_not_answered",
                ),
                models.Index(
                    condition=models.Q(("disposed_at__isnull", True)),
                    fields=["at"],
                    name="exchanged_file_to_dispose_of",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("direction", "in"), ("state__in", ["done", "partly"])),
                    fields=("setting", "sha256"),
                    name="a_file_of_one_content_takes_effect_once",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("direction", "out"), ("state", "writing")),
                    fields=("setting",),
                    name="one_result_file_is_written_at_a_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("direction", "out"), _negated=True),
                        ("until_receipt__gt", models.F("after_receipt")),
                        _connector="OR",
                    ),
                    name="result_file_holds_a_stretch_of_the_feed",
                ),
            ],
        },
    ),
]
