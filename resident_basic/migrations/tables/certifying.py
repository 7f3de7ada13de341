"""As of 0.1: 年次確認, 利用申請のお知らせ."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Certification",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("due_on", models.DateField(verbose_name="期日")),
            ("certified_at", models.DateTimeField(verbose_name="確認日時")),
            ("next_due_on", models.DateField(verbose_name="次の期日")),
            (
                "given_up",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=40),
                    blank=True,
                    default=list,
                    size=None,
                    verbose_name="不要とした項目",
                ),
            ),
            (
                "remark",
                models.CharField(blank=True, default="", max_length=300, verbose_name="所見"),
            ),
            (
                "application",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="certifications",
                    to="resident_basic.useapplication",
                    verbose_name="利用申請",
                ),
            ),
            (
                "certified_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="確認者",
                ),
            ),
        ],
        options={
            "verbose_name": "年次確認",
            "verbose_name_plural": "年次確認",
            "constraints": [
                models.UniqueConstraint(
                    fields=("application", "due_on"), name="a_day_of_certification_is_met_once"
                ),
                models.CheckConstraint(
                    condition=models.Q(("next_due_on__gt", models.F("due_on"))),
                    name="the_next_certification_is_later",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ApplicationNotice",
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
                    choices=[
                        ("due", "年次確認の時期です"),
                        ("late", "年次確認の期日を過ぎました"),
                        ("stopped", "年次確認がないため移転を停止しました"),
                        ("expiring", "利用期間がまもなく満了します"),
                        ("expired", "利用期間が満了しました"),
                    ],
                    max_length=10,
                    verbose_name="種別",
                ),
            ),
            ("about_on", models.DateField(verbose_name="対象の期日")),
            ("raised_at", models.DateTimeField(verbose_name="通知日時")),
            (
                "application",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="notices",
                    to="resident_basic.useapplication",
                    verbose_name="利用申請",
                ),
            ),
            ("told_at", models.DateTimeField(blank=True, null=True, verbose_name="メール送信日時")),
            (
                "told_attempts",
                models.PositiveSmallIntegerField(default=0, verbose_name="メール送信回数"),
            ),
            (
                "told_error",
                models.CharField(
                    blank=True, default="", max_length=100, verbose_name="メールのエラー"
                ),
            ),
        ],
        options={
            "verbose_name": "利用申請のお知らせ",
            "verbose_name_plural": "利用申請のお知らせ",
            "indexes": [
                models.Index(
                    condition=models.Q(("told_at__isnull", True)),
                    fields=["raised_at"],
                    name="application_notice_to_tell",
                )
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("application", "kind", "about_on"), name="a_notice_is_given_once"
                )
            ],
        },
    ),
]
