"""As of 0.1: インターフェイス利用許可."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="InterfacePermission",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "group",
                models.CharField(
                    choices=[("SKI", "情報照会"), ("DBM", "副本"), ("OSR", "お知らせ")],
                    max_length=3,
                    verbose_name="対象",
                ),
            ),
            (
                "information_code",
                models.CharField(
                    blank=True,
                    default="",
                    help_text="空欄は、法令上の根拠がある全ての特定個人情報。",
                    max_length=16,
                    verbose_name="特定個人情報名コード",
                ),
            ),
            ("valid_from", models.DateField(verbose_name="開始日")),
            (
                "valid_until",
                models.DateField(
                    blank=True, help_text="この日から使えません。", null=True, verbose_name="終了日"
                ),
            ),
            ("reason", models.CharField(max_length=200, verbose_name="理由")),
            (
                "system",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
        ],
        options={
            "verbose_name": "インターフェイス利用許可",
            "verbose_name_plural": "インターフェイス利用許可",
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("valid_until__isnull", True)),
                    fields=("system", "group", "information_code"),
                    name="an_open_permission_stands_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gt", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="permission_ends_after_it_begins",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("information_code", ""),
                        ("information_code__regex", "^TM\\d{14}$"),
                        _connector="OR",
                    ),
                    name="permission_names_a_specific_personal_information",
                ),
            ],
        },
    ),
]
