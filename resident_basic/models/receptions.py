"""Files of 既存住基 as they were asked to be received, and what they left to be looked at."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Reception(models.Model):
    """
    One ファイル受領: a file of 既存住基 that was asked to be received, or only to be looked at.

    The name of the file says whether it is the full set or one day's 異動差分; `batch` is the run
    that did it, and says how it went. Who let a suspicious file through said why. One that was asked
    for on the staff's pages (`is_ordered`) is the queue of the worker: it is open until its run ends.
    """

    class Scope(models.TextChoices):
        """What the file holds."""

        FULL = "full", "全件"
        DAILY = "daily", "異動差分"
        OTHER = "other", "その他"

    file_name = models.CharField("ファイル名", max_length=200)
    file_sha256 = models.CharField("確認した内容のSHA-256", max_length=64, blank=True, default="")
    layout = models.CharField("レイアウト", max_length=40)
    encoding = models.CharField("文字コード", max_length=10, blank=True, default="")
    scope = models.CharField("区分", max_length=6, choices=Scope)
    day = models.DateField("ファイルの日付", null=True, blank=True)
    is_rehearsal = models.BooleanField("確認のみ", default=False)
    is_ordered = models.BooleanField("画面からの依頼", default=False)
    attempts = models.PositiveSmallIntegerField("試行回数", default=0)
    asked_at = models.DateTimeField("依頼日時")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="依頼者",
        null=True,
        blank=True,
    )
    confirmed_reason = models.CharField("確認した理由", max_length=300, blank=True, default="")
    batch = models.ForeignKey(
        "sapporo_base.BatchRun",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="一括処理",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "ファイル受領"
        verbose_name_plural = "ファイル受領"
        permissions = [("receive_file", "住民のファイルを受領できる")]
        constraints = [
            models.CheckConstraint(
                name="a_full_or_daily_file_has_its_day",
                condition=Q(scope="other") | Q(day__isnull=False),
            )
        ]
        indexes = [models.Index(name="reception_by_time", fields=["-asked_at"])]

    def __str__(self) -> str:
        return self.file_name


class ReconciliationDifference(models.Model):
    """
    One 照合差異: a full set and the register did not agree about a person.

    Who is in the register and not in the full set is never deleted: the person stays as known, and
    the difference is open until a later file or 異動 names the person or a later full set agrees.
    What the daily files had missed is received from the full set, and so closed at once.
    """

    class Kind(models.TextChoices):
        """In what they differ."""

        ABSENT = "absent", "全件に不在"
        NEW = "new", "異動差分で未着の住民"
        VERSION = "version", "異動差分で未着の履歴"
        CONTENT = "content", "内容の相違"

    batch = models.ForeignKey(
        "sapporo_base.BatchRun",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="一括処理",
    )
    kind = models.CharField("差異", max_length=8, choices=Kind)
    resident_number = models.CharField("宛名番号", max_length=15, db_index=True)
    history_number = models.PositiveSmallIntegerField("履歴番号")
    found_at = models.DateTimeField("検出日時")
    closed_at = models.DateTimeField("解消日時", null=True, blank=True)

    class Meta:
        verbose_name = "照合差異"
        verbose_name_plural = "照合差異"
        constraints = [
            models.UniqueConstraint(
                name="one_open_absence_per_resident",
                fields=["resident_number"],
                condition=Q(kind="absent") & Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_difference_closes_after_it_was_found",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("found_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resident_number} {self.get_kind_display()}"


class HistoryGap(models.Model):
    """
    One 履歴の欠番: a 履歴番号 between known ones that has not arrived.

    It closes by itself when that 履歴 arrives, by 異動 or by file; or someone says why it never will.
    """

    resident_number = models.CharField("宛名番号", max_length=15)
    history_number = models.PositiveSmallIntegerField("履歴番号")
    found_at = models.DateTimeField("検出日時")
    closed_at = models.DateTimeField("解消日時", null=True, blank=True)
    closed_by = models.CharField("解消者", max_length=20, blank=True, default="")
    closed_reason = models.CharField("理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "履歴の欠番"
        verbose_name_plural = "履歴の欠番"
        constraints = [
            models.UniqueConstraint(
                name="a_missing_history_number_is_listed_once",
                fields=["resident_number", "history_number"],
            ),
            models.CheckConstraint(
                name="a_gap_closes_after_it_was_found",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("found_at")),
            ),
            models.CheckConstraint(
                name="who_closes_a_gap_says_why",
                condition=Q(closed_by="") | ~Q(closed_reason=""),
            ),
        ]
        indexes = [
            models.Index(
                name="open_gap_by_age", fields=["found_at"], condition=Q(closed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.resident_number} 履歴{self.history_number}"
