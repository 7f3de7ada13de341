"""As of 0.1: 副本照合, 副本の相違."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Reconciliation",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="照合番号")),
            (
                "information_code",
                models.CharField(max_length=16, verbose_name="特定個人情報名コード"),
            ),
            ("started_at", models.DateTimeField(verbose_name="開始日時")),
            ("ended_at", models.DateTimeField(null=True, verbose_name="終了日時")),
            (
                "state",
                models.CharField(
                    choices=[("running", "照合中"), ("equal", "一致"), ("different", "不一致")],
                    default="running",
                    max_length=10,
                    verbose_name="結果",
                ),
            ),
            ("count_here", models.PositiveIntegerField(default=0, verbose_name="市の件数")),
            (
                "count_there",
                models.PositiveIntegerField(default=0, verbose_name="プラットフォームの件数"),
            ),
            (
                "in_flight",
                models.PositiveIntegerField(default=0, verbose_name="送信待・送信中の件数"),
            ),
            (
                "digest_here",
                models.BinaryField(max_length=32, null=True, verbose_name="市のダイジェスト"),
            ),
            (
                "digest_there",
                models.BinaryField(
                    max_length=32, null=True, verbose_name="プラットフォームのダイジェスト"
                ),
            ),
            ("difference_count", models.PositiveIntegerField(default=0, verbose_name="相違件数")),
        ],
        options={
            "verbose_name": "副本照合",
            "verbose_name_plural": "副本照合",
            "indexes": [
                models.Index(
                    fields=["information_code", "-started_at"], name="reconciliation_by_time"
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="CopyDifference",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="相違番号")),
            (
                "information_code",
                models.CharField(max_length=16, verbose_name="特定個人情報名コード"),
            ),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("missing_there", "プラットフォームにない"),
                        ("differs", "内容が異なる"),
                        ("unknown_here", "市にない"),
                    ],
                    max_length=16,
                    verbose_name="相違",
                ),
            ),
            (
                "integrated_number",
                models.CharField(max_length=15, verbose_name="団体内統合宛名番号"),
            ),
            (
                "dataset",
                models.CharField(max_length=64, verbose_name="データセットの識別項目コード"),
            ),
            ("key", models.CharField(max_length=64, verbose_name="データセットレコードのキー")),
            (
                "layout_version",
                models.CharField(max_length=64, verbose_name="特定個人情報の版番号"),
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
            (
                "record_id",
                models.CharField(
                    blank=True, default="", max_length=36, verbose_name="レコード識別番号"
                ),
            ),
            ("found_at", models.DateTimeField(verbose_name="発見日時")),
            ("settled_at", models.DateTimeField(null=True, verbose_name="解消日時")),
            (
                "reason",
                models.CharField(blank=True, default="", max_length=300, verbose_name="理由"),
            ),
            (
                "copy",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="differences",
                    to="gateway.copy",
                    verbose_name="副本",
                ),
            ),
            (
                "exchange",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="differences",
                    to="gateway.exchange",
                    verbose_name="処理中の電文",
                ),
            ),
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
                    to="gateway.reconciliation",
                    verbose_name="副本照合",
                ),
            ),
        ],
        options={
            "verbose_name": "副本の相違",
            "verbose_name_plural": "副本の相違",
            "indexes": [
                models.Index(fields=["state", "-found_at"], name="copy_difference_by_state"),
                models.Index(
                    condition=models.Q(("exchange__isnull", False)),
                    fields=["exchange"],
                    name="copy_difference_by_exchange",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("state__in", ["open", "mending"])),
                    fields=(
                        "information_code",
                        "integrated_number",
                        "dataset",
                        "key",
                        "layout_version",
                    ),
                    name="one_open_difference_per_copy",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state__in", ["mended", "gone"]), _negated=True),
                        ("settled_at__isnull", False),
                        _connector="OR",
                    ),
                    name="settled_difference_says_when",
                ),
            ],
        },
    ),
]
