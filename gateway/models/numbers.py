"""What the platform knows of each 団体内統合宛名番号: that it exists, its 符号, its flags."""

import uuid

from django.db import models
from django.db.models import F, Q

from gateway.models.exchanges import Exchange


class PlatformNumber(models.Model):
    """
    One 団体内統合宛名番号 as it stands between the city and the platform (中間サーバ登録番号).

    The 符号 itself never reaches the city; its status for staff is kept by 団体内統合宛名.
    """

    class State(models.TextChoices):
        """Whether the platform was told of the number."""

        TO_REGISTER = "to_register", "登録待"
        REGISTERED = "registered", "登録済"
        TO_DELETE = "to_delete", "削除待"
        DELETED = "deleted", "削除済"
        REFUSED = "refused", "拒否"

    class CodeState(models.TextChoices):
        """How far the 符号取得 is."""

        NONE = "none", "未要求"
        WAITING = "waiting", "要求待"
        REQUESTED = "requested", "要求中"
        ACQUIRED = "acquired", "取得済"
        FAILED = "failed", "エラー"

    integrated_number = models.CharField("団体内統合宛名番号", max_length=15, primary_key=True)
    state = models.CharField("登録状態", max_length=12, choices=State, default=State.TO_REGISTER)
    code_state = models.CharField(
        "符号取得状況", max_length=10, choices=CodeState, default=CodeState.NONE
    )
    registers_again = models.BooleanField("削除後に再登録", default=False)
    is_urgent = models.BooleanField("照会が待機中", default=False)
    serial = models.CharField("処理通番", max_length=64, blank=True, default="")
    due_at = models.DateTimeField("次回処理日時")
    attempts = models.PositiveIntegerField("試行回数", default=0)
    exchange = models.ForeignKey(
        Exchange,
        on_delete=models.PROTECT,
        null=True,
        related_name="numbers",
        verbose_name="処理中の電文",
    )
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    registered_at = models.DateTimeField("登録日時", null=True)
    requested_at = models.DateTimeField("符号要求日時", null=True)
    acquired_at = models.DateTimeField("符号取得日時", null=True)
    no_automatic_answer = models.BooleanField("自動応答不可", default=False)
    not_disclosed = models.BooleanField("不開示該当", default=False)
    sent_no_automatic_answer = models.BooleanField("自動応答不可(送信済)", default=False)
    sent_not_disclosed = models.BooleanField("不開示該当(送信済)", default=False)
    flags_due_at = models.DateTimeField("フラグ次回処理日時", null=True)
    flags_attempts = models.PositiveIntegerField("フラグ試行回数", default=0)
    flags_error = models.CharField("フラグの直近のエラー", max_length=300, blank=True, default="")
    flags_set_at = models.DateTimeField("フラグ設定日時", null=True)
    flags_checked_at = models.DateTimeField("フラグ最終確認日時", null=True)
    flags_differed_at = models.DateTimeField("フラグ相違の発見日時", null=True)
    before_merges = models.JSONField(
        "名寄せ前のフラグ", default=list, db_default=[], editable=False
    )
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "中間サーバ登録番号"
        verbose_name_plural = "中間サーバ登録番号"
        constraints = [
            models.CheckConstraint(
                name="integrated_number_has_fifteen_digits",
                condition=Q(integrated_number__regex=r"^\d{15}$"),
            ),
        ]
        indexes = [
            models.Index(
                F("due_at"),
                name="number_to_tell_the_platform",
                condition=Q(state__in=["to_register", "to_delete"], exchange__isnull=True),
            ),
            models.Index(
                F("is_urgent").desc(),
                F("due_at"),
                name="number_waiting_for_its_code",
                condition=Q(code_state__in=["waiting", "requested"], exchange__isnull=True),
            ),
            models.Index(
                F("flags_due_at"),
                name="number_with_flags_to_send",
                condition=Q(flags_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.integrated_number} {self.get_state_display()}"


class CodeWaiting(PlatformNumber):
    """A number without 符号 on which inquiries or copies wait, as staff look at it (符号待ち)."""

    class Meta:
        proxy = True
        verbose_name = "符号待ち"
        verbose_name_plural = "符号待ち"
