"""Business systems (庁内業務システム) and what they prove themselves with."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q


class BusinessSystem(models.Model):
    """
    One 庁内業務システム: the unit that is authenticated, approved and recorded (業務ID +
    独自施策ID).
    """

    business_id = models.CharField(
        "業務ID",
        max_length=3,
        validators=[RegexValidator(r"^\d{3}$", "数字3桁で入力してください。")],
    )
    local_id = models.CharField(
        "独自施策システム等ID",
        max_length=3,
        default="000",
        validators=[RegexValidator(r"^\d{3}$", "数字3桁で入力してください。")],
    )
    name = models.CharField("名称", max_length=100)
    section = models.CharField("所管課", max_length=100)
    contact = models.CharField("連絡先", max_length=200, blank=True)
    uses_individual_number = models.BooleanField(
        "個人番号利用", default=False, help_text="番号法第9条により個人番号を利用できる業務のみ。"
    )
    holds_integrated_number = models.BooleanField(
        "統合宛名番号保有", default=False, help_text="団体内統合宛名番号を受け取れるシステムのみ。"
    )
    in_process = models.BooleanField("システム基盤内", default=False)
    requests_per_minute = models.PositiveIntegerField("分あたり照会上限", default=600)
    valid_from = models.DateField("利用開始日")
    valid_until = models.DateField("利用終了日", null=True, blank=True)

    class Meta:
        verbose_name = "庁内業務システム"
        verbose_name_plural = "庁内業務システム"
        permissions = [
            ("operate_businesssystem", "この庁内業務システムの連携を運用できる"),
            ("apply_businesssystem", "この庁内業務システムの利用申請を作成できる"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_system_per_business_id", fields=["business_id", "local_id"]
            ),
            models.CheckConstraint(
                name="system_validity_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def code(self) -> str:
        """業務ID and 独自施策ID, as in `027-000`."""
        return f"{self.business_id}-{self.local_id}"


class SystemCredential(models.Model):
    """
    ID and secret of a business system: hashed for `client_secret_basic`, sealed for
    `client_secret_jwt`.
    """

    class Method(models.TextChoices):
        """How the token endpoint is told the secret (RFC 6749 2.3.1, RFC 7523)."""

        BASIC = "client_secret_basic", "ID・パスワード(Basic)"
        JWT = "client_secret_jwt", "署名付きJWT"

    system = models.ForeignKey(
        BusinessSystem,
        on_delete=models.PROTECT,
        related_name="credentials",
        verbose_name="庁内業務システム",
    )
    client_id = models.CharField("クライアントID", max_length=32, unique=True)
    method = models.CharField("認証方式", max_length=24, choices=Method)
    secret_hash = models.CharField("シークレット(ハッシュ)", max_length=200, blank=True)
    sealed_secret = models.BinaryField("シークレット(封緘)", null=True)
    scopes = ArrayField(models.CharField(max_length=100), verbose_name="利用範囲", default=list)
    valid_from = models.DateTimeField("利用開始日時")
    expires_at = models.DateTimeField("有効期限")
    revoked_at = models.DateTimeField("失効日時", null=True, blank=True)
    last_used_at = models.DateTimeField("最終利用日時", null=True, blank=True)
    issued_by = models.CharField("発行者", max_length=120)

    class Meta:
        verbose_name = "システム認証情報"
        verbose_name_plural = "システム認証情報"
        constraints = [
            models.CheckConstraint(
                name="credential_keeps_its_secret_as_its_method_needs",
                condition=(
                    Q(method="client_secret_basic", sealed_secret__isnull=True) & ~Q(secret_hash="")
                )
                | Q(method="client_secret_jwt", sealed_secret__isnull=False, secret_hash=""),
            ),
            models.CheckConstraint(
                name="credential_expires_after_it_begins",
                condition=Q(expires_at__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system.code} {self.client_id[:6]}…"


class AccessToken(models.Model):
    """A short-lived token of a business system; only its SHA-256 digest is kept."""

    digest = models.BinaryField("ダイジェスト", max_length=32, unique=True)
    credential = models.ForeignKey(
        SystemCredential,
        on_delete=models.CASCADE,
        related_name="tokens",
        verbose_name="システム認証情報",
    )
    scopes = ArrayField(models.CharField(max_length=100), verbose_name="利用範囲")
    issued_at = models.DateTimeField("発行日時")
    expires_at = models.DateTimeField("有効期限", db_index=True)

    class Meta:
        verbose_name = "アクセストークン"
        verbose_name_plural = "アクセストークン"

    def __str__(self) -> str:
        return f"{self.credential_id} {self.expires_at:%Y-%m-%d %H:%M}"


class UsedAssertion(models.Model):
    """A signed assertion that was used once and is never taken again (RFC 7523 3, `jti`)."""

    digest = models.BinaryField("ダイジェスト", max_length=32, unique=True)
    until = models.DateTimeField("有効期限", db_index=True)

    class Meta:
        verbose_name = "使用済み認証アサーション"
        verbose_name_plural = "使用済み認証アサーション"

    def __str__(self) -> str:
        return f"{self.until:%Y-%m-%d %H:%M}"
