"""情報照会: what a business system asks of others through the platform, and what came back."""

import uuid

from django.db import models
from django.db.models import F, Q

from gateway.models.exchanges import Exchange, Lane


class Inquiry(models.Model):
    """
    One 情報照会 (番号法第19条第8号) of a business system about one person.

    A row is written anew at each step of its way, and every index with it: what a constraint or a
    narrower index finds has no further one (`db_index=False`).
    """

    class State(models.TextChoices):
        """Where it stands; the platform's own status is kept beside it."""

        WAITING_CODE = "waiting_code", "符号取得待"
        WAITING = "waiting", "送信待"
        SENDING = "sending", "送信中"
        ASKED = "asked", "照会中"
        HELD = "held", "提供待(自動応答不可)"
        ARRIVED = "arrived", "結果取得待"
        ANSWERED = "answered", "完了"
        NO_RECORD = "no_record", "該当なし"
        FAILED = "failed", "エラー"
        CANCELLED = "cancelled", "取りやめ"
        EXPIRED = "expired", "期限切れ"
        UNCLEAR = "unclear", "要確認"

    FINAL = (
        State.ANSWERED,
        State.NO_RECORD,
        State.FAILED,
        State.CANCELLED,
        State.EXPIRED,
    )

    id = models.BigAutoField("照会番号", primary_key=True)
    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        db_index=False,
        verbose_name="庁内業務システム",
    )
    request_key = models.CharField("要求キー", max_length=64)
    record_id = models.CharField("レコード識別番号", max_length=36)
    lane = models.CharField("レーン", max_length=12, choices=Lane, default=Lane.BATCH)
    state = models.CharField("状態", max_length=12, choices=State)
    business_number = models.CharField("業務番号", max_length=20)
    integrated_number = models.CharField("団体内統合宛名番号", max_length=15)
    legal_basis = models.ForeignKey(
        "sapporo_base.LegalBasis", on_delete=models.PROTECT, verbose_name="法令上の根拠"
    )
    procedure_code = models.CharField("事務コード", max_length=16)
    step_code = models.CharField("事務手続コード", max_length=16)
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    provider_code = models.CharField("情報提供者機関コード", max_length=16)
    fiscal_year = models.PositiveSmallIntegerField("課税年度", null=True)
    period_from = models.DateField("照会開始日", null=True)
    period_until = models.DateField("照会終了日", null=True)
    not_disclosed = models.BooleanField("照会側不開示", default=False)
    asked_by = models.CharField("依頼元職員", max_length=40, blank=True, default="")
    due_at = models.DateTimeField("次回処理日時")
    attempts = models.PositiveIntegerField("試行回数", default=0)
    exchange = models.ForeignKey(
        Exchange,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="inquiries",
        verbose_name="処理中の電文",
    )
    cancel_asked_at = models.DateTimeField("取りやめ要求日時", null=True)
    detail_status = models.CharField(
        "照会ステータス(明細単位)", max_length=2, blank=True, default=""
    )
    name_status = models.CharField(
        "照会ステータス(特定個人情報名単位)", max_length=2, blank=True, default=""
    )
    reason_code = models.CharField("理由コード", max_length=40, blank=True, default="")
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    accepted_at = models.DateTimeField("受付日時")
    code_ready_at = models.DateTimeField("符号確認日時", null=True)
    sent_at = models.DateTimeField("送信日時", null=True)
    registered_at = models.DateTimeField("登録確認日時", null=True)
    arrived_at = models.DateTimeField("回答到着日時", null=True)
    settled_at = models.DateTimeField("完了日時", null=True)
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "情報照会"
        verbose_name_plural = "情報照会"
        permissions = [("cancel_inquiry", "情報照会を取りやめることができる")]
        constraints = [
            models.UniqueConstraint(
                name="one_inquiry_per_request_key", fields=["system", "request_key"]
            ),
            models.UniqueConstraint(name="one_inquiry_per_record_id", fields=["record_id"]),
            models.CheckConstraint(
                name="inquiry_period_ends_after_it_begins",
                condition=Q(period_from__isnull=True)
                | Q(period_until__isnull=True)
                | Q(period_until__gte=F("period_from")),
            ),
            models.CheckConstraint(
                name="finished_inquiry_bears_its_time",
                condition=~Q(state__in=["answered", "no_record", "failed", "cancelled", "expired"])
                | Q(settled_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                F("lane"),
                F("state"),
                F("system"),
                F("due_at"),
                F("id"),
                name="inquiry_with_work_to_do",
                condition=Q(
                    state__in=["waiting", "sending", "asked", "held", "arrived"],
                    exchange__isnull=True,
                ),
            ),
            models.Index(
                F("integrated_number"),
                name="inquiry_waiting_for_a_code",
                condition=Q(state="waiting_code"),
            ),
            models.Index(
                F("due_at"),
                name="inquiry_to_be_cancelled",
                condition=Q(cancel_asked_at__isnull=False, settled_at__isnull=True),
            ),
            models.Index(
                fields=["exchange"], name="inquiry_by_exchange", condition=Q(exchange__isnull=False)
            ),
            models.Index(fields=["lane", "system", "sent_at"], name="inquiry_by_sending_time"),
            models.Index(fields=["state", "-accepted_at"], name="inquiry_by_state"),
            models.Index(fields=["system", "-accepted_at"], name="inquiry_by_system"),
        ]

    def __str__(self) -> str:
        return f"照会{self.pk} {self.get_state_display()}"


class InquiryResult(models.Model):
    """
    How one inquiry ended (照会結果), for the system that asked and for no other.

    Rows enter the feed in the order of their commits. They are changed once: when their 事務 needs
    them no longer the values go (廃棄), the row and its record stay.
    """

    id = models.BigAutoField("結果番号", primary_key=True)
    inquiry = models.OneToOneField(
        Inquiry, on_delete=models.PROTECT, related_name="result", verbose_name="情報照会"
    )
    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        db_index=False,
        verbose_name="庁内業務システム",
    )
    state = models.CharField("状態", max_length=12, choices=Inquiry.State)
    provider_code = models.CharField("情報提供者機関コード", max_length=16)
    provided_at = models.DateTimeField("提供日時", null=True)
    items = models.JSONField("項目", default=dict)
    problems = models.JSONField("変換エラー", default=list)
    reason_code = models.CharField("理由コード", max_length=40, blank=True, default="")
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    arrived_at = models.DateTimeField("到着日時")
    disposed_at = models.DateTimeField("廃棄日時", null=True)

    class Meta:
        verbose_name = "照会結果"
        verbose_name_plural = "照会結果"
        constraints = [
            models.CheckConstraint(
                name="disposed_inquiry_result_holds_no_values",
                condition=Q(disposed_at__isnull=True) | Q(items={}, problems=[]),
            )
        ]
        indexes = [
            models.Index(fields=["system", "id"], name="inquiry_result_by_system"),
            models.Index(
                fields=["arrived_at"],
                name="inquiry_result_with_values",
                condition=Q(disposed_at__isnull=True) & ~Q(items={}),
            ),
        ]

    def __str__(self) -> str:
        return f"照会結果{self.pk} {self.get_state_display()}"
