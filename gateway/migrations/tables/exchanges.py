"""As of 0.1: 中間サーバインターフェイス, 電文, 電文の経過, 読取位置."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="PlatformInterface",
        fields=[
            (
                "interface_id",
                models.CharField(
                    max_length=12, primary_key=True, serialize=False, verbose_name="IF番号"
                ),
            ),
            ("name", models.CharField(max_length=100, verbose_name="名称")),
            ("group", models.CharField(max_length=3, verbose_name="分類")),
            ("in_use", models.BooleanField(default=True, verbose_name="利用する")),
            (
                "purpose",
                models.CharField(blank=True, default="", max_length=200, verbose_name="使い道"),
            ),
            (
                "stop_reason",
                models.CharField(
                    blank=True, default="", max_length=200, verbose_name="利用しない理由"
                ),
            ),
        ],
        options={
            "verbose_name": "中間サーバインターフェイス",
            "verbose_name_plural": "中間サーバインターフェイス",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("in_use", True),
                        models.Q(("stop_reason", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="interface_is_switched_off_with_a_reason",
                )
            ],
            "permissions": [("switch_platforminterface", "中間サーバの利用を止め、再開できる")],
        },
    ),
    migrations.CreateModel(
        name="Exchange",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="電文番号")),
            (
                "work",
                models.CharField(
                    choices=[
                        ("register_numbers", "番号の登録"),
                        ("delete_numbers", "番号の削除"),
                        ("request_codes", "符号取得の依頼"),
                        ("check_codes", "符号取得状況の確認"),
                        ("set_flags", "自動応答不可・不開示の設定"),
                        ("register_copies", "副本の登録"),
                        ("delete_copies", "副本の削除"),
                        ("ask", "情報照会の登録"),
                        ("check", "照会状況の確認"),
                        ("fetch", "照会結果の取得"),
                        ("cancel", "照会の取りやめ"),
                        ("check_cancel", "取りやめ結果の確認"),
                        ("compare", "照会内容の照合"),
                        ("notify", "お知らせの送信"),
                        ("check_notices", "お知らせの状況確認"),
                        ("withdraw_notices", "お知らせの取消"),
                        ("show_disclosed", "自己情報の内容確認"),
                        ("list_provisions", "提供待の確認"),
                        ("answer", "情報提供の回答"),
                        ("permit", "情報提供の送信許可"),
                        ("fetch_provided", "提供内容の確認"),
                        ("records", "情報提供等記録の取得"),
                        ("update_records", "情報提供等記録の更新"),
                        ("check_flags", "フラグ設定状況の確認"),
                        ("information_flags", "特定個人情報フラグの設定"),
                        ("delete_unknown", "市にない副本の削除"),
                        ("end_publication", "公開終了日の一括設定"),
                        ("undo_publication_end", "公開終了日の一括設定の取消"),
                        ("inspect", "副本の確認"),
                    ],
                    max_length=20,
                    verbose_name="内容",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("ready", "送信待"),
                        ("sent", "結果待"),
                        ("done", "完了"),
                        ("failed", "要対応"),
                        ("held", "保留"),
                        ("dropped", "取下げ"),
                    ],
                    default="ready",
                    max_length=8,
                    verbose_name="状態",
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
            (
                "idempotency_key",
                models.UUIDField(default=uuid.uuid4, unique=True, verbose_name="二重送信防止キー"),
            ),
            (
                "receipt",
                models.CharField(blank=True, default="", max_length=64, verbose_name="受付番号"),
            ),
            ("item_count", models.PositiveIntegerField(default=0, verbose_name="件数")),
            ("accepted_count", models.PositiveIntegerField(default=0, verbose_name="受理件数")),
            ("refused_count", models.PositiveIntegerField(default=0, verbose_name="拒否件数")),
            ("due_at", models.DateTimeField(verbose_name="次回処理日時")),
            (
                "leased_until",
                models.DateTimeField(blank=True, null=True, verbose_name="処理中期限"),
            ),
            ("lease", models.UUIDField(blank=True, null=True, verbose_name="処理権")),
            ("attempts", models.PositiveIntegerField(default=0, verbose_name="試行回数")),
            (
                "last_error",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="直近のエラー"
                ),
            ),
            ("created_at", models.DateTimeField(verbose_name="作成日時")),
            (
                "first_sent_at",
                models.DateTimeField(blank=True, null=True, verbose_name="初回送信日時"),
            ),
            ("received_at", models.DateTimeField(blank=True, null=True, verbose_name="受付日時")),
            ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="完了日時")),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            (
                "interface",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    to="gateway.platforminterface",
                    verbose_name="インターフェイス",
                ),
            ),
            (
                "item_ids",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.BigIntegerField(),
                    default=list,
                    editable=False,
                    size=None,
                    verbose_name="中身の番号",
                ),
            ),
            (
                "system",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
            ("payload", models.JSONField(default=dict, verbose_name="依頼内容")),
        ],
        options={
            "verbose_name": "電文",
            "verbose_name_plural": "電文",
            "permissions": [
                ("requeue_exchange", "電文を再送できる"),
                ("hold_exchange", "電文を保留・保留解除できる"),
                ("drop_exchange", "電文を取り下げ、中身を待ち行列に戻せる"),
            ],
            "indexes": [
                models.Index(
                    models.F("due_at"),
                    models.F("id"),
                    models.F("work"),
                    models.F("lane"),
                    condition=models.Q(("state__in", ["ready", "sent"])),
                    name="exchange_by_due_time",
                ),
                models.Index(fields=["-created_at"], name="exchange_by_time"),
                models.Index(fields=["state", "-created_at"], name="exchange_by_state"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "sent"), _negated=True),
                        models.Q(("receipt", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="exchange_awaits_a_result_only_with_a_receipt",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "done"), _negated=True),
                        ("settled_at__isnull", False),
                        _connector="OR",
                    ),
                    name="exchange_is_settled_once_done",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ExchangeStep",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("at", models.DateTimeField(verbose_name="日時")),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("sent", "送信"),
                        ("received", "受付"),
                        ("looked", "結果を確認"),
                        ("put_off", "延期"),
                        ("failed", "要対応"),
                        ("settled", "完了"),
                        ("requeued", "再送"),
                        ("held", "保留"),
                        ("released", "保留解除"),
                        ("dropped", "取下げ"),
                    ],
                    max_length=10,
                    verbose_name="経過",
                ),
            ),
            (
                "words",
                models.CharField(blank=True, default="", max_length=300, verbose_name="内容"),
            ),
            ("seconds", models.FloatField(null=True, verbose_name="所要秒数")),
            (
                "staff_number",
                models.CharField(blank=True, default="", max_length=40, verbose_name="職員番号"),
            ),
            (
                "exchange",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="steps",
                    to="gateway.exchange",
                    verbose_name="電文",
                ),
            ),
        ],
        options={
            "verbose_name": "電文の経過",
            "verbose_name_plural": "電文の経過",
            "indexes": [models.Index(fields=["exchange", "id"], name="exchange_step_by_exchange")],
        },
    ),
    migrations.CreateModel(
        name="FeedReceipt",
        fields=[
            (
                "feed",
                models.CharField(
                    max_length=60, primary_key=True, serialize=False, verbose_name="連携フィード"
                ),
            ),
            ("receipt", models.BigIntegerField(default=0, verbose_name="読取位置")),
            ("read_at", models.DateTimeField(null=True, verbose_name="読取日時")),
        ],
        options={
            "verbose_name": "読取位置",
            "verbose_name_plural": "読取位置",
        },
    ),
]
