"""お知らせ that business systems have shown to people by マイナポータル."""

import uuid

from django.db import models
from django.db.models import F, Q

from gateway.models.exchanges import Exchange


class PortalNotice(models.Model):
    """
    One お知らせ of a business system to one person, shown by マイナポータル.

    番号法附則第6条第3項・第4項 (情報提供等記録開示システム). Its text is for that person: nobody else's
    number is in it, and no 個人番号.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "送信待"
        SENDING = "sending", "送信中"
        SENT = "sent", "受付済"
        DELIVERED = "delivered", "配信済"
        READ = "read", "既読"
        WITHDRAWN = "withdrawn", "取消済"
        UNDELIVERABLE = "undeliverable", "配信不可"
        FAILED = "failed", "エラー"
        UNCLEAR = "unclear", "要確認"

    id = models.BigAutoField("お知らせ番号", primary_key=True)
    system = models.ForeignKey(
        "sapporo_base.BusinessSystem", on_delete=models.PROTECT, verbose_name="庁内業務システム"
    )
    request_key = models.CharField("要求キー", max_length=64)
    record_id = models.CharField("レコード識別番号", max_length=36, unique=True)
    business_number = models.CharField("業務番号", max_length=20)
    integrated_number = models.CharField("団体内統合宛名番号", max_length=15)
    title = models.CharField("件名", max_length=60)
    text = models.TextField("本文", max_length=1000)
    shown_from = models.DateTimeField("掲載開始日時")
    shown_until = models.DateTimeField("掲載終了日時")
    state = models.CharField("状態", max_length=14, choices=State, default=State.WAITING)
    status = models.CharField("お知らせ状況", max_length=1, blank=True, default="")
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    due_at = models.DateTimeField("次回処理日時")
    looks = models.PositiveIntegerField("確認回数", default=0)
    exchange = models.ForeignKey(
        Exchange,
        on_delete=models.PROTECT,
        null=True,
        related_name="notices",
        verbose_name="処理中の電文",
    )
    withdrawal_asked_at = models.DateTimeField("取消要求日時", null=True)
    withdrawal_reason = models.CharField("取消の理由", max_length=200, blank=True, default="")
    accepted_at = models.DateTimeField("受付日時")
    sent_at = models.DateTimeField("送信日時", null=True)
    read_at = models.DateTimeField("既読日時", null=True)
    settled_at = models.DateTimeField("完了日時", null=True)
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "お知らせ"
        verbose_name_plural = "お知らせ"
        permissions = [("withdraw_portalnotice", "お知らせを取り消すことができる")]
        constraints = [
            models.UniqueConstraint(
                name="one_notice_per_request_key", fields=["system", "request_key"]
            ),
            models.CheckConstraint(
                name="notice_is_shown_until_after_it_is_shown",
                condition=Q(shown_until__gt=F("shown_from")),
            ),
            models.CheckConstraint(
                name="read_notice_bears_its_time",
                condition=~Q(state="read") | Q(read_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                F("due_at"),
                F("id"),
                name="notice_with_work_to_do",
                condition=Q(state__in=["waiting", "sent", "delivered"], exchange__isnull=True),
            ),
            models.Index(fields=["system", "-accepted_at"], name="notice_by_system"),
            models.Index(
                fields=["exchange"], name="notice_by_exchange", condition=Q(exchange__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"お知らせ{self.pk} {self.get_state_display()}"
