"""When and how fast messages may go out: hours, stops, pace, and how the platform is just now."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from gateway.models.exchanges import Lane


class Group(models.TextChoices):
    """A group of interfaces with hours of its own; an empty one means all that have none."""

    ALL = "", "全て"
    SKI = "SKI", "情報照会"
    TKY = "TKY", "情報提供"
    TKM = "TKM", "情報提供等記録"
    DBM = "DBM", "副本"
    FGU = "FGU", "符号"
    SCM = "SCM", "コード・組合せ"
    JTK = "JTK", "自己情報"
    OSR = "OSR", "お知らせ"


class OperatingWindow(models.Model):
    """
    Weekly opening hours (稼働時間) of the platform for a group of interfaces, for a time.

    Several rows of one day are several windows; a row that closes when it opens (0:00-0:00) says
    that it is closed all day. Where a group has no row at all, the rows for all groups hold. A day
    from 29 December to 3 January follows the 年末年始 rows where there are any, a national holiday
    the 祝日 rows, else its weekday.
    """

    class Day(models.IntegerChoices):
        """Day of the week, a national holiday, or one of the days around the new year."""

        MONDAY = 0, "月"
        TUESDAY = 1, "火"
        WEDNESDAY = 2, "水"
        THURSDAY = 3, "木"
        FRIDAY = 4, "金"
        SATURDAY = 5, "土"
        SUNDAY = 6, "日"
        HOLIDAY = 7, "祝日"
        YEAR_END = 8, "年末年始"

    group = models.CharField("対象", max_length=3, choices=Group, blank=True, default=Group.ALL)
    day = models.PositiveSmallIntegerField("曜日", choices=Day)
    opens_minute = models.PositiveSmallIntegerField(
        "開始(0時からの分)", help_text="例: 7:00 は 420"
    )
    closes_minute = models.PositiveSmallIntegerField(
        "終了(0時からの分)", help_text="例: 23:00 は 1380、24:00 は 1440"
    )
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField(
        "適用終了日", null=True, blank=True, help_text="この日以降は適用しません。"
    )

    class Meta:
        verbose_name = "稼働時間"
        verbose_name_plural = "稼働時間"
        constraints = [
            models.CheckConstraint(
                name="operating_window_closes_after_it_opens_or_not_at_all",
                condition=Q(closes_minute__gt=F("opens_minute"), closes_minute__lte=1440)
                | Q(opens_minute=0, closes_minute=0),
            ),
            models.CheckConstraint(
                name="operating_window_is_on_a_day_we_know", condition=Q(day__lte=8)
            ),
            models.CheckConstraint(
                name="operating_window_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.UniqueConstraint(
                name="one_operating_window_per_opening",
                fields=["group", "day", "opens_minute", "valid_from"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_group_display()} {self.get_day_display()} {self.hours}"

    @property
    def hours(self) -> str:
        """Opening and closing time, as in `7:00-23:00`."""
        if self.closes_minute == 0:
            return "終日停止"
        return "-".join(f"{m // 60}:{m % 60:02d}" for m in (self.opens_minute, self.closes_minute))


class PlannedStop(models.Model):
    """A stop of the platform that was announced (計画停止)."""

    group = models.CharField("対象", max_length=3, choices=Group, blank=True, default=Group.ALL)
    starts_at = models.DateTimeField("停止開始")
    ends_at = models.DateTimeField("再開予定")
    notice = models.CharField("お知らせ", max_length=300)
    noted_at = models.DateTimeField("登録日時", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "計画停止"
        verbose_name_plural = "計画停止"
        constraints = [
            models.CheckConstraint(
                name="planned_stop_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            )
        ]

    def __str__(self) -> str:
        return self.notice


class Pace(models.Model):
    """How fast a business system, or every one without a row, may send in a lane (送信制限)."""

    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name="庁内業務システム",
        help_text="空欄は、個別の行がない全てのシステム。",
    )
    lane = models.CharField("レーン", max_length=12, choices=Lane)
    per_minute = models.PositiveIntegerField("分あたり上限")
    most_in_flight = models.PositiveIntegerField("同時送信上限", default=100_000)

    class Meta:
        verbose_name = "送信制限"
        verbose_name_plural = "送信制限"
        constraints = [
            models.UniqueConstraint(
                name="one_pace_per_system_and_lane",
                fields=["system", "lane"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="pace_lets_something_through",
                condition=Q(per_minute__gte=1, most_in_flight__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system or '全システム'} {self.get_lane_display()}"


class PlatformState(models.Model):
    """How the platform is just now, as it told (稼働状態): one row."""

    number = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    is_open = models.BooleanField("稼働中", default=True)
    closes_at = models.DateTimeField("停止予定日時", null=True)
    reopens_at = models.DateTimeField("再開予定日時", null=True)
    checked_at = models.DateTimeField("確認日時", null=True)

    class Meta:
        verbose_name = "稼働状態"
        verbose_name_plural = "稼働状態"
        permissions = [("test_connection", "プラットフォームへの接続を確かめられる")]
        constraints = [models.CheckConstraint(name="there_is_one_platform", condition=Q(number=1))]

    def __str__(self) -> str:
        return "稼働中" if self.is_open else "停止中"


class Circuit(models.Model):
    """
    Our circuit towards one group of interfaces (回路): what fails there holds back nothing else.

    The group SYM is the platform's own word on how it is; no message waits for that one.
    """

    class State(models.TextChoices):
        """Whether we send: freely, not at all, or one message to see."""

        CLOSED = "closed", "正常"
        OPEN = "open", "遮断中"
        PROBING = "probing", "試し送り中"

    group = models.CharField("対象", max_length=3, primary_key=True)
    failures = models.PositiveIntegerField("連続失敗回数", default=0)
    broken_since = models.DateTimeField("遮断の開始", null=True)
    broken_until = models.DateTimeField("遮断の期限", null=True)
    probing_until = models.DateTimeField("試し送りの期限", null=True)
    cause = models.CharField("直近の失敗の原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "回路"
        verbose_name_plural = "回路"
        constraints = [
            models.CheckConstraint(
                name="broken_circuit_has_a_cause", condition=Q(broken_since=None) | ~Q(cause="")
            )
        ]

    def __str__(self) -> str:
        return dict(Group.choices).get(self.group, "稼働状態の確認")

    def state(self, at: datetime) -> "Circuit.State":
        """Return how it stands at a time."""
        if self.broken_since is None:
            return self.State.CLOSED
        is_open = self.broken_until is not None and self.broken_until > at
        return self.State.OPEN if is_open else self.State.PROBING
