"""Alarms (警報): what somebody must look at, since when, who was told, and when it was over."""

from django.db import models
from django.db.models import F, Q


class Alarm(models.Model):
    """
    One thing that wants a person (警報), from when it was seen until it was over.

    Causes are functions by name (`settings.ALARM_CAUSES`); rows are opened and closed by what they
    find. `key` tells things of one cause apart (a queue, a credential).
    """

    cause = models.CharField("種類", max_length=40)
    key = models.CharField("対象", max_length=80, blank=True, default="")
    title = models.CharField("警報", max_length=80)
    words = models.CharField("内容", max_length=400)
    page = models.CharField("画面", max_length=200, blank=True, default="")
    raised_at = models.DateTimeField("発生日時")
    seen_at = models.DateTimeField("最終確認日時")
    cleared_at = models.DateTimeField("解消日時", null=True, blank=True)
    told_at = models.DateTimeField("通知日時", null=True, blank=True)
    told_error = models.CharField("通知のエラー", max_length=200, blank=True, default="")
    told_attempts = models.PositiveSmallIntegerField("通知の試行回数", default=0)

    class Meta:
        verbose_name = "警報"
        verbose_name_plural = "警報"
        constraints = [
            models.UniqueConstraint(
                name="one_open_alarm_per_thing",
                fields=["cause", "key"],
                condition=Q(cleared_at__isnull=True),
            ),
            models.CheckConstraint(
                name="alarm_is_cleared_after_it_was_raised",
                condition=Q(cleared_at__isnull=True) | Q(cleared_at__gte=F("raised_at")),
            ),
        ]
        indexes = [models.Index(fields=["-raised_at"], name="alarm_newest_first")]

    def __str__(self) -> str:
        return self.title
