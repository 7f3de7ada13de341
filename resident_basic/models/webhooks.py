"""更新通知: where a system wants to be woken, and the calls that wait or were made."""

from django.db import models
from django.db.models import F, Q


class WebhookSubscription(models.Model):
    """
    更新通知先: the address at which a system wants to hear that there is something to read.

    A call is a wake-up and carries nothing about anybody; the feed stays the truth. It is signed with a
    secret that is shown once and kept sealed; after a rotation both secrets sign until `previous_until`.
    A place that fails again and again is left in peace until `closed_until`.
    """

    system = models.OneToOneField(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="庁内業務システム",
    )
    url = models.URLField("通知先", max_length=300)
    is_active = models.BooleanField("通知中", default=True)
    key_id = models.CharField("鍵ID", max_length=16)
    sealed_secret = models.BinaryField("署名鍵(封緘)")
    previous_key_id = models.CharField("前の鍵ID", max_length=16, blank=True, default="")
    previous_sealed_secret = models.BinaryField("前の署名鍵(封緘)", null=True, blank=True)
    previous_until = models.DateTimeField("前の鍵の有効期限", null=True, blank=True)
    told_until = models.BigIntegerField("通知済みの位置", default=0)
    failures = models.PositiveSmallIntegerField("連続失敗回数", default=0)
    closed_until = models.DateTimeField("休止期限", null=True, blank=True)
    succeeded_at = models.DateTimeField("最終成功日時", null=True, blank=True)
    failed_at = models.DateTimeField("最終失敗日時", null=True, blank=True)
    last_error = models.CharField("直近のエラー", max_length=200, blank=True, default="")
    registered_at = models.DateTimeField("登録日時")

    class Meta:
        verbose_name = "更新通知先"
        verbose_name_plural = "更新通知先"
        constraints = [
            models.CheckConstraint(
                name="a_previous_secret_ends",
                condition=Q(previous_sealed_secret__isnull=True, previous_until__isnull=True)
                | Q(previous_sealed_secret__isnull=False, previous_until__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.system.name


class WebhookCall(models.Model):
    """One 更新通知: the row is the queue. Not more than one wake-up waits for a system at a time."""

    class Kind(models.TextChoices):
        """Why it is made."""

        WAKE = "wake", "更新通知"
        TEST = "test", "接続試験"

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "待機"
        SENT = "sent", "送信済"
        FAILED = "failed", "失敗"

    subscription = models.ForeignKey(
        WebhookSubscription,
        on_delete=models.CASCADE,
        related_name="calls",
        verbose_name="更新通知先",
    )
    kind = models.CharField("種別", max_length=6, choices=Kind)
    state = models.CharField("状態", max_length=8, choices=State, default=State.WAITING)
    head = models.BigIntegerField("最新の受領番号")
    waiting = models.BigIntegerField("未配信の件数")
    attempts = models.PositiveSmallIntegerField("試行回数", default=0)
    due_at = models.DateTimeField("実行予定日時")
    leased_until = models.DateTimeField("処理期限", null=True, blank=True)
    created_at = models.DateTimeField("登録日時")
    settled_at = models.DateTimeField("完了日時", null=True, blank=True)
    status = models.PositiveSmallIntegerField("応答コード", null=True, blank=True)
    last_error = models.CharField("直近のエラー", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "更新通知"
        verbose_name_plural = "更新通知"
        constraints = [
            models.UniqueConstraint(
                name="one_wake_up_waits_for_a_system",
                fields=["subscription"],
                condition=Q(state="waiting", kind="wake"),
            ),
            models.CheckConstraint(
                name="a_settled_call_says_when",
                condition=Q(state="waiting", settled_at__isnull=True)
                | (~Q(state="waiting") & Q(settled_at__gte=F("created_at"))),
            ),
        ]
        indexes = [
            models.Index(name="webhook_call_due", fields=["due_at"], condition=Q(state="waiting")),
            models.Index(name="webhook_call_by_place", fields=["subscription", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_state_display()}"
