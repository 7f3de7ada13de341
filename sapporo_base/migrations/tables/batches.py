"""As of 0.1: 一括処理, 受領エラー."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="BatchRun",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="処理番号")),
            ("kind", models.CharField(max_length=60, verbose_name="処理")),
            (
                "file_name",
                models.CharField(blank=True, default="", max_length=200, verbose_name="ファイル名"),
            ),
            (
                "file_sha256",
                models.CharField(
                    blank=True, default="", max_length=64, verbose_name="ファイルのSHA-256"
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("running", "処理中"),
                        ("done", "完了"),
                        ("rejected", "完了(エラー行あり)"),
                        ("failed", "中止(何も保存していません)"),
                        ("held", "確認待ち(何も保存していません)"),
                        ("rehearsed", "確認のみ"),
                    ],
                    default="running",
                    max_length=10,
                    verbose_name="状態",
                ),
            ),
            ("started_at", models.DateTimeField(verbose_name="開始日時")),
            ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="終了日時")),
            ("checkpoint", models.JSONField(blank=True, default=dict, verbose_name="再開位置")),
            ("counts", models.JSONField(blank=True, default=dict, verbose_name="件数")),
            (
                "message",
                models.CharField(blank=True, default="", max_length=500, verbose_name="結果"),
            ),
            (
                "staff_number",
                models.CharField(blank=True, default="", max_length=20, verbose_name="職員番号"),
            ),
            (
                "system_code",
                models.CharField(
                    blank=True, default="", max_length=7, verbose_name="庁内業務システム"
                ),
            ),
            ("correlation_id", models.UUIDField(default=uuid.uuid4, verbose_name="相関ID")),
            ("report", models.JSONField(blank=True, default=dict, verbose_name="明細")),
        ],
        options={
            "verbose_name": "一括処理",
            "verbose_name_plural": "一括処理",
            "indexes": [models.Index(fields=["-started_at"], name="batch_run_by_time")],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(
                        ("state", "running"), models.Q(("file_sha256", ""), _negated=True)
                    ),
                    fields=("kind", "file_sha256"),
                    name="one_open_run_per_file",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="RejectedRow",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("row_number", models.PositiveIntegerField(verbose_name="行番号")),
            ("item", models.CharField(max_length=100, verbose_name="項目")),
            ("code", models.CharField(max_length=40, verbose_name="エラーコード")),
            ("reason", models.CharField(max_length=300, verbose_name="理由")),
            ("sealed_row", models.BinaryField(verbose_name="行の内容(封緘)")),
            (
                "state",
                models.CharField(
                    choices=[("open", "未処理"), ("mended", "訂正済"), ("dropped", "破棄")],
                    default="open",
                    max_length=10,
                    verbose_name="状態",
                ),
            ),
            (
                "batch",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="rejected_rows",
                    to="sapporo_base.batchrun",
                    verbose_name="一括処理",
                ),
            ),
            ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="処理日時")),
            (
                "settled_by",
                models.CharField(blank=True, default="", max_length=20, verbose_name="処理者"),
            ),
            (
                "settled_reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="処理の理由"),
            ),
        ],
        options={
            "verbose_name": "受領エラー",
            "verbose_name_plural": "受領エラー",
            "constraints": [
                models.UniqueConstraint(
                    fields=("batch", "row_number", "item", "code"),
                    name="one_reject_per_row_and_item",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state", "open"),
                        models.Q(
                            ("settled_at__isnull", False),
                            models.Q(("settled_by", ""), _negated=True),
                            models.Q(("settled_reason", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="a_settled_reject_says_by_whom_when_and_why",
                ),
            ],
        },
    ),
]
