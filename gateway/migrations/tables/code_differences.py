"""As of 0.1: 符号照合, 符号の相違."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="CodeReconciliation",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="照合番号")),
            ("started_at", models.DateTimeField(verbose_name="開始日時")),
            ("ended_at", models.DateTimeField(null=True, verbose_name="終了日時")),
            (
                "state",
                models.CharField(
                    choices=[
                        ("running", "照合中"),
                        ("equal", "一致"),
                        ("different", "不一致"),
                        ("broken", "中断"),
                    ],
                    default="running",
                    max_length=10,
                    verbose_name="結果",
                ),
            ),
            ("count_here", models.PositiveIntegerField(default=0, verbose_name="市の番号")),
            (
                "count_there",
                models.PositiveIntegerField(default=0, verbose_name="プラットフォームの番号"),
            ),
            (
                "in_flight",
                models.PositiveIntegerField(default=0, verbose_name="処理中で比べなかったもの"),
            ),
            ("difference_count", models.PositiveIntegerField(default=0, verbose_name="相違")),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="中断の理由"),
            ),
        ],
        options={
            "verbose_name": "符号照合",
            "verbose_name_plural": "符号照合",
            "permissions": [("reconcile_code", "符号を照合できる")],
            "indexes": [models.Index(fields=["-started_at"], name="code_reconciliation_by_time")],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("state", "running")),
                    fields=("state",),
                    name="one_code_reconciliation_at_a_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state", "running"), ("ended_at__isnull", False), _connector="XOR"
                    ),
                    name="ended_code_reconciliation_says_when",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="CodeDifference",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="相違番号")),
            (
                "integrated_number",
                models.CharField(max_length=15, verbose_name="団体内統合宛名番号"),
            ),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("unknown_there", "プラットフォームに番号がない"),
                        ("unknown_here", "市にない番号がある"),
                        ("acquired_there", "プラットフォームでは取得済"),
                        ("failed_there", "プラットフォームではエラー"),
                        ("requested_there", "プラットフォームでは要求中"),
                        ("not_requested_there", "プラットフォームでは未要求"),
                        ("out_of_date_there", "以前の個人番号の符号が残っている"),
                    ],
                    max_length=20,
                    verbose_name="相違",
                ),
            ),
            (
                "state_here",
                models.CharField(
                    blank=True, default="", max_length=15, verbose_name="市の符号取得状況"
                ),
            ),
            (
                "state_there",
                models.CharField(
                    blank=True,
                    default="",
                    max_length=15,
                    verbose_name="プラットフォームの符号取得状況",
                ),
            ),
            (
                "cause",
                models.CharField(
                    blank=True, default="", max_length=300, verbose_name="プラットフォームの理由"
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("open", "未対応"),
                        ("mending", "対応中"),
                        ("mended", "対応済"),
                        ("gone", "自然解消"),
                    ],
                    default="open",
                    max_length=8,
                    verbose_name="状態",
                ),
            ),
            ("found_at", models.DateTimeField(verbose_name="発見日時")),
            ("settled_at", models.DateTimeField(null=True, verbose_name="解消日時")),
            (
                "mended_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="対応者",
                ),
            ),
            (
                "reconciliation",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="differences",
                    to="gateway.codereconciliation",
                    verbose_name="符号照合",
                ),
            ),
        ],
        options={
            "verbose_name": "符号の相違",
            "verbose_name_plural": "符号の相違",
            "permissions": [("mend_codedifference", "符号の相違を直すことができる")],
            "indexes": [
                models.Index(fields=["state", "found_at"], name="code_difference_by_state")
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("state__in", ["open", "mending"])),
                    fields=("integrated_number",),
                    name="one_open_code_difference_per_number",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state__in", ["open", "mending"]),
                        ("settled_at__isnull", False),
                        _connector="XOR",
                    ),
                    name="settled_code_difference_says_when",
                ),
            ],
        },
    ),
]
