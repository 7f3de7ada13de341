"""As of 0.1: 庁内業務システム, システム認証情報, アクセストークン, 使用済み認証アサーション."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="BusinessSystem",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "business_id",
                models.CharField(
                    max_length=3,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^\\d{3}$", "数字3桁で入力してください。"
                        )
                    ],
                    verbose_name="業務ID",
                ),
            ),
            (
                "local_id",
                models.CharField(
                    default="000",
                    max_length=3,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^\\d{3}$", "数字3桁で入力してください。"
                        )
                    ],
                    verbose_name="独自施策システム等ID",
                ),
            ),
            ("name", models.CharField(max_length=100, verbose_name="名称")),
            ("section", models.CharField(max_length=100, verbose_name="所管課")),
            ("contact", models.CharField(blank=True, max_length=200, verbose_name="連絡先")),
            (
                "uses_individual_number",
                models.BooleanField(
                    default=False,
                    help_text="番号法第9条により個人番号を利用できる業務のみ。",
                    verbose_name="個人番号利用",
                ),
            ),
            (
                "holds_integrated_number",
                models.BooleanField(
                    default=False,
                    help_text="団体内統合宛名番号を受け取れるシステムのみ。",
                    verbose_name="統合宛名番号保有",
                ),
            ),
            ("in_process", models.BooleanField(default=False, verbose_name="システム基盤内")),
            (
                "requests_per_minute",
                models.PositiveIntegerField(default=600, verbose_name="分あたり照会上限"),
            ),
            ("valid_from", models.DateField(verbose_name="利用開始日")),
            ("valid_until", models.DateField(blank=True, null=True, verbose_name="利用終了日")),
        ],
        options={
            "verbose_name": "庁内業務システム",
            "verbose_name_plural": "庁内業務システム",
            "permissions": [
                ("operate_businesssystem", "この庁内業務システムの連携を運用できる"),
                ("apply_businesssystem", "この庁内業務システムの利用申請を作成できる"),
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("business_id", "local_id"), name="one_system_per_business_id"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_until__isnull", True),
                        ("valid_until__gt", models.F("valid_from")),
                        _connector="OR",
                    ),
                    name="system_validity_ends_after_it_begins",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="SystemCredential",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "client_id",
                models.CharField(max_length=32, unique=True, verbose_name="クライアントID"),
            ),
            (
                "method",
                models.CharField(
                    choices=[
                        ("client_secret_basic", "ID・パスワード(Basic)"),
                        ("client_secret_jwt", "署名付きJWT"),
                    ],
                    max_length=24,
                    verbose_name="認証方式",
                ),
            ),
            (
                "secret_hash",
                models.CharField(blank=True, max_length=200, verbose_name="シークレット(ハッシュ)"),
            ),
            ("sealed_secret", models.BinaryField(null=True, verbose_name="シークレット(封緘)")),
            (
                "scopes",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=100),
                    default=list,
                    size=None,
                    verbose_name="利用範囲",
                ),
            ),
            ("valid_from", models.DateTimeField(verbose_name="利用開始日時")),
            ("expires_at", models.DateTimeField(verbose_name="有効期限")),
            ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="失効日時")),
            (
                "last_used_at",
                models.DateTimeField(blank=True, null=True, verbose_name="最終利用日時"),
            ),
            ("issued_by", models.CharField(max_length=120, verbose_name="発行者")),
            (
                "system",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="credentials",
                    to="sapporo_base.businesssystem",
                    verbose_name="庁内業務システム",
                ),
            ),
        ],
        options={
            "verbose_name": "システム認証情報",
            "verbose_name_plural": "システム認証情報",
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("method", "client_secret_basic"),
                            ("sealed_secret__isnull", True),
                            models.Q(("secret_hash", ""), _negated=True),
                        ),
                        models.Q(
                            ("method", "client_secret_jwt"),
                            ("sealed_secret__isnull", False),
                            ("secret_hash", ""),
                        ),
                        _connector="OR",
                    ),
                    name="credential_keeps_its_secret_as_its_method_needs",
                ),
                models.CheckConstraint(
                    condition=models.Q(("expires_at__gt", models.F("valid_from"))),
                    name="credential_expires_after_it_begins",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="AccessToken",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("digest", models.BinaryField(max_length=32, unique=True, verbose_name="ダイジェスト")),
            (
                "scopes",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=100), size=None, verbose_name="利用範囲"
                ),
            ),
            ("issued_at", models.DateTimeField(verbose_name="発行日時")),
            ("expires_at", models.DateTimeField(db_index=True, verbose_name="有効期限")),
            (
                "credential",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="tokens",
                    to="sapporo_base.systemcredential",
                    verbose_name="システム認証情報",
                ),
            ),
        ],
        options={
            "verbose_name": "アクセストークン",
            "verbose_name_plural": "アクセストークン",
        },
    ),
    migrations.CreateModel(
        name="UsedAssertion",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("digest", models.BinaryField(max_length=32, unique=True, verbose_name="ダイジェスト")),
            ("until", models.DateTimeField(db_index=True, verbose_name="有効期限")),
        ],
        options={
            "verbose_name": "使用済み認証アサーション",
            "verbose_name_plural": "使用済み認証アサーション",
        },
    ),
]
