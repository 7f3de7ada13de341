"""The queues towards the platform: a lane of a business system; who stopped one; how a lane flows."""

from django.db import models
from django.db.models import F, Q

from gateway.models.exchanges import Lane


class SendQueue(models.Model):
    """
    One lane of one business system (送信キュー): what it may send now, and what was seen of it.

    Rows without a system are for what belongs to none (番号, 符号, 記録). The tokens and the turn
    are written with each message; the rest is measured every few seconds and is what estimates
    and the board go by.
    """

    lane = models.CharField("レーン", max_length=12, choices=Lane)
    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.CASCADE,
        null=True,
        verbose_name="庁内業務システム",
    )
    tokens = models.FloatField("送信枠", default=0)
    filled_at = models.DateTimeField("送信枠の計算日時", null=True)
    served_at = models.DateTimeField("最後に送った日時", null=True)
    sent = models.BigIntegerField("送った件数", default=0)
    measured_at = models.DateTimeField("計測日時", null=True)
    measured_sent = models.BigIntegerField("計測時の送った件数", default=0)
    waiting = models.PositiveIntegerField("待っている件数", default=0)
    waiting_code = models.PositiveIntegerField("符号を待っている件数", default=0)
    under_way = models.PositiveIntegerField("相手方にある件数", default=0)
    oldest_at = models.DateTimeField("最も古い受付日時", null=True)
    per_minute = models.FloatField("分あたりの実績", null=True)
    answer_seconds = models.FloatField("回答までの秒数の実績", null=True)

    class Meta:
        verbose_name = "送信キュー"
        verbose_name_plural = "送信キュー"
        permissions = [("pause_sendqueue", "送信キューを停止・再開できる")]
        constraints = [
            models.UniqueConstraint(
                name="one_send_queue_per_lane_and_system",
                fields=["lane", "system"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_lane_display()} {self.system or '共通'}"


class QueuePause(models.Model):
    """
    A stop that a person put on a queue (送信の停止); an empty lane or system means every one.

    What is new is not sent from that moment on; answers to what was sent before still come in.
    """

    lane = models.CharField(
        "レーン", max_length=12, choices=Lane, blank=True, default="", help_text="空欄は全レーン。"
    )
    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name="庁内業務システム",
        help_text="空欄は全システム。",
    )
    reason = models.CharField("停止の理由", max_length=300)
    paused_by = models.CharField("停止した職員", max_length=40, blank=True, default="")
    paused_at = models.DateTimeField("停止日時")
    resumed_by = models.CharField("再開した職員", max_length=40, blank=True, default="")
    resumed_at = models.DateTimeField("再開日時", null=True, blank=True)

    class Meta:
        verbose_name = "送信の停止"
        verbose_name_plural = "送信の停止"
        constraints = [
            models.UniqueConstraint(
                name="one_open_pause_per_lane_and_system",
                fields=["lane", "system"],
                condition=Q(resumed_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="pause_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="pause_ends_after_it_begins",
                condition=Q(resumed_at__isnull=True) | Q(resumed_at__gte=F("paused_at")),
            ),
        ]

    def __str__(self) -> str:
        lane = self.get_lane_display() if self.lane else "全レーン"
        return f"{lane} {self.system or '全システム'}"


class LaneFlow(models.Model):
    """How a lane flows (送信の調整): the share of its pace that the platform bears just now."""

    lane = models.CharField("レーン", max_length=12, choices=Lane, primary_key=True)
    share = models.PositiveSmallIntegerField("送信の割合(%)", default=100)
    changed_at = models.DateTimeField("変更日時", null=True)
    not_before = models.DateTimeField("送信を控える期限", null=True)
    seconds = models.FloatField("応答の秒数", null=True)
    cause = models.CharField("調整の理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "送信の調整"
        verbose_name_plural = "送信の調整"
        constraints = [
            models.CheckConstraint(
                name="lane_keeps_a_share_of_its_pace", condition=Q(share__gte=1, share__lte=100)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_lane_display()} {self.share}%"
