"""How often staff and systems search by 個人番号: limits, tallies by the hour, alarms."""

from django.db import models
from django.db.models import F, Q


class Holder(models.TextChoices):
    """Who searches."""

    STAFF = "staff", "職員"
    SYSTEM = "system", "庁内業務システム"


class SearchLimit(models.Model):
    """
    検索上限: how many searches by 個人番号 an hour raise an alarm, and how many are refused.

    For one member of staff or one system; with an empty `holder` for all that have none of their own.
    """

    holder_kind = models.CharField("対象の種類", max_length=6, choices=Holder)
    holder = models.CharField(
        "対象",
        max_length=20,
        blank=True,
        default="",
        help_text="職員番号、または庁内業務システムのコード。空欄は個別の定めがないすべて。",
    )
    alarm_per_hour = models.PositiveIntegerField("警報(1時間あたり)")
    stop_per_hour = models.PositiveIntegerField("停止(1時間あたり)")
    reason = models.CharField("理由", max_length=300)

    class Meta:
        verbose_name = "検索上限"
        verbose_name_plural = "検索上限"
        constraints = [
            models.UniqueConstraint(
                name="one_search_limit_per_holder", fields=["holder_kind", "holder"]
            ),
            models.CheckConstraint(
                name="searches_are_stopped_after_the_alarm",
                condition=Q(stop_per_hour__gte=F("alarm_per_hour")) & Q(alarm_per_hour__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_holder_kind_display()} {self.holder or '共通'}"


class SearchTally(models.Model):
    """検索回数: how many 個人番号 somebody searched by within one hour."""

    holder_kind = models.CharField("対象の種類", max_length=6, choices=Holder)
    holder = models.CharField("対象", max_length=20)
    hour = models.DateTimeField("時間帯")
    searches = models.PositiveIntegerField("検索回数")

    class Meta:
        verbose_name = "検索回数"
        verbose_name_plural = "検索回数"
        constraints = [
            models.UniqueConstraint(
                name="one_tally_per_hour", fields=["holder_kind", "holder", "hour"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.hour:%Y-%m-%d %H}"


class SearchAlarm(models.Model):
    """検索警報: somebody searched by 個人番号 more often within an hour than is usual; waits to be seen."""

    holder_kind = models.CharField("対象の種類", max_length=6, choices=Holder)
    holder = models.CharField("対象", max_length=20)
    hour = models.DateTimeField("時間帯")
    raised_at = models.DateTimeField("警報日時")
    searches = models.PositiveIntegerField("検索回数")
    is_stopped = models.BooleanField("検索の停止", default=False)
    acknowledged_at = models.DateTimeField("確認日時", null=True, blank=True)
    acknowledged_by = models.CharField("確認者", max_length=120, blank=True, default="")
    note = models.CharField("確認の所見", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "検索警報"
        verbose_name_plural = "検索警報"
        permissions = [("acknowledge_searchalarm", "検索警報を確認済にできる")]
        constraints = [
            models.UniqueConstraint(
                name="one_search_alarm_per_hour", fields=["holder_kind", "holder", "hour"]
            ),
            models.CheckConstraint(
                name="an_acknowledged_search_alarm_says_by_whom",
                condition=Q(acknowledged_at__isnull=True) | ~Q(acknowledged_by=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["raised_at"],
                name="search_alarm_to_see",
                condition=Q(acknowledged_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"検索警報 {self.pk}"
