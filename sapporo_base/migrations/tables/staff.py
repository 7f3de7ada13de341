"""As of 0.1: 職員."""

import django.contrib.postgres.fields
import django.core.validators
import guardian.mixins
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Staff",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("password", models.CharField(max_length=128, verbose_name="password")),
            ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
            (
                "is_superuser",
                models.BooleanField(
                    default=False,
                    help_text="Designates that this user has all permissions without explicitly assigning them.",
                    verbose_name="superuser status",
                ),
            ),
            (
                "staff_number",
                models.CharField(
                    max_length=20,
                    unique=True,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^[0-9A-Za-z-]+$", "半角英数字とハイフンで入力してください。"
                        )
                    ],
                    verbose_name="職員番号",
                ),
            ),
            ("name", models.CharField(max_length=100, verbose_name="氏名")),
            ("section", models.CharField(max_length=100, verbose_name="所属")),
            (
                "wards",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=6),
                    blank=True,
                    default=list,
                    help_text="空の場合は全区を担当します。",
                    size=None,
                    verbose_name="担当区",
                ),
            ),
            ("email", models.EmailField(blank=True, max_length=254, verbose_name="メールアドレス")),
            ("valid_from", models.DateField(verbose_name="利用開始日")),
            (
                "valid_until",
                models.DateField(
                    blank=True,
                    help_text="この日以降は利用できません。",
                    null=True,
                    verbose_name="利用終了日",
                ),
            ),
            ("is_active", models.BooleanField(default=True, verbose_name="有効")),
            ("is_administrator", models.BooleanField(default=False, verbose_name="システム管理者")),
            ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="登録日時")),
            (
                "groups",
                models.ManyToManyField(
                    blank=True,
                    help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                    related_name="user_set",
                    related_query_name="user",
                    to="auth.group",
                    verbose_name="groups",
                ),
            ),
            (
                "user_permissions",
                models.ManyToManyField(
                    blank=True,
                    help_text="Specific permissions for this user.",
                    related_name="user_set",
                    related_query_name="user",
                    to="auth.permission",
                    verbose_name="user permissions",
                ),
            ),
        ],
        options={
            "verbose_name": "職員",
            "verbose_name_plural": "職員",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gt", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="staff_validity_ends_after_it_begins",
                )
            ],
        },
        bases=(guardian.mixins.GuardianUserMixin, models.Model),
    ),
]
