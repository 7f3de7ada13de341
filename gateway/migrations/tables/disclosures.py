"""As of 0.1: 自己情報提供."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="SelfDisclosure",
        fields=[
            (
                "disclosure_id",
                models.CharField(
                    max_length=36,
                    primary_key=True,
                    serialize=False,
                    verbose_name="自己情報提供の識別番号",
                ),
            ),
            ("sequence", models.BigIntegerField(unique=True, verbose_name="通番")),
            (
                "integrated_number",
                models.CharField(max_length=15, verbose_name="団体内統合宛名番号"),
            ),
            (
                "information_code",
                models.CharField(max_length=16, verbose_name="特定個人情報名コード"),
            ),
            ("requested_at", models.DateTimeField(verbose_name="請求日時")),
            ("provided_at", models.DateTimeField(null=True, verbose_name="提供日時")),
            (
                "result",
                models.CharField(
                    choices=[
                        ("provided", "提供済"),
                        ("no_record", "該当なし"),
                        ("withheld", "不開示"),
                        ("waiting", "自動応答不可"),
                        ("unknown", "要確認"),
                    ],
                    max_length=10,
                    verbose_name="結果",
                ),
            ),
            ("result_code", models.CharField(max_length=2, verbose_name="結果コード")),
            ("noted_at", models.DateTimeField(verbose_name="受領日時")),
            ("item_names", models.JSONField(null=True, verbose_name="示された項目")),
            (
                "is_doubtful",
                models.BooleanField(default=False, verbose_name="不開示該当なのに提供済"),
            ),
            ("shown_items", models.JSONField(null=True, verbose_name="確認中の内容")),
            ("shown_until", models.DateTimeField(null=True, verbose_name="確認できる期限")),
            (
                "exchange",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="disclosures",
                    to="gateway.exchange",
                    verbose_name="処理中の電文",
                ),
            ),
        ],
        options={
            "verbose_name": "自己情報提供",
            "verbose_name_plural": "自己情報提供",
            "permissions": [("show_selfdisclosure", "本人に示された自己情報の内容を確認できる")],
            "indexes": [
                models.Index(fields=["-requested_at"], name="disclosure_by_time"),
                models.Index(
                    condition=models.Q(("shown_items__isnull", False)),
                    fields=["shown_until"],
                    name="disclosure_shown_just_now",
                ),
                models.Index(
                    condition=models.Q(("item_names__isnull", True), ("result", "provided")),
                    fields=["sequence"],
                    name="disclosure_without_item_names",
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("shown_items__isnull", True),
                        ("shown_until__isnull", False),
                        _connector="OR",
                    ),
                    name="shown_content_is_forgotten_at_a_time",
                )
            ],
        },
    ),
]
