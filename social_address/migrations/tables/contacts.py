"""As of 0.1: 対応記録."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="ContactRecord",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("system_code", models.CharField(max_length=7, verbose_name="業務")),
            (
                "channel",
                models.CharField(
                    choices=[
                        ("counter", "窓口"),
                        ("telephone", "電話"),
                        ("letter", "郵送"),
                        ("online", "オンライン"),
                        ("visit", "訪問"),
                    ],
                    max_length=10,
                    verbose_name="対応方法",
                ),
            ),
            ("contacted_at", models.DateTimeField(verbose_name="対応日時")),
            ("subject", models.CharField(max_length=100, verbose_name="件名")),
            ("content", models.TextField(max_length=2000, verbose_name="内容")),
            ("staff_number", models.CharField(max_length=20, verbose_name="対応職員番号")),
            ("staff_name", models.CharField(max_length=100, verbose_name="対応職員")),
            ("follow_up_on", models.DateField(blank=True, null=True, verbose_name="次回対応日")),
            (
                "followed_up_at",
                models.DateTimeField(blank=True, null=True, verbose_name="対応完了日時"),
            ),
            (
                "followed_up_by",
                models.CharField(
                    blank=True, default="", max_length=20, verbose_name="対応完了職員番号"
                ),
            ),
            (
                "addressee",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="contacts",
                    to="social_address.socialaddressee",
                    verbose_name="社会保障宛名",
                ),
            ),
        ],
        options={
            "verbose_name": "対応記録",
            "verbose_name_plural": "対応記録",
            "indexes": [
                models.Index(fields=["addressee", "-contacted_at"], name="contact_by_addressee"),
                models.Index(
                    condition=models.Q(
                        ("follow_up_on__isnull", False), ("followed_up_at__isnull", True)
                    ),
                    fields=["follow_up_on"],
                    name="contact_to_follow_up",
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("followed_up_at__isnull", True),
                        models.Q(("followed_up_by", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="a_follow_up_that_is_done_says_by_whom",
                )
            ],
        },
    ),
]
