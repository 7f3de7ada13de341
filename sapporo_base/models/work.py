"""Work that must not be lost, and signs of life of those who do it."""

import uuid

from django.db import models
from django.db.models import Q


class OutboxMessage(models.Model):
    """
    A task that must run because of a committed act, where no other row already says so.

    `topic` is the name of the task, `arguments` hold numbers of rows and nothing about a person.
    Messages of one `order_key` run in order; a lease that expires gives the message back.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "待機"
        SENT = "sent", "送信済"
        FAILED = "failed", "保留(要確認)"

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField("タスク名", max_length=120)
    queue = models.CharField("キュー", max_length=20, default="interactive")
    arguments = models.JSONField("引数", default=dict)
    order_key = models.CharField("順序キー", max_length=60, blank=True, default="")
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("試行回数", default=0)
    due_at = models.DateTimeField("実行予定日時")
    leased_until = models.DateTimeField("処理期限", null=True, blank=True)
    last_error = models.CharField("直近のエラー", max_length=300, blank=True, default="")
    created_at = models.DateTimeField("登録日時")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "送信待ちメッセージ"
        verbose_name_plural = "送信待ちメッセージ"
        indexes = [
            models.Index(fields=["due_at", "id"], name="outbox_due", condition=Q(state="waiting")),
            models.Index(
                fields=["order_key", "id"], name="outbox_order", condition=Q(state="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.get_state_display()}"


class Heartbeat(models.Model):
    """The last sign of life of a worker or of the scheduler."""

    name = models.CharField("名称", max_length=100, primary_key=True)
    at = models.DateTimeField("最終応答")

    class Meta:
        verbose_name = "稼働状況"
        verbose_name_plural = "稼働状況"

    def __str__(self) -> str:
        return self.name
