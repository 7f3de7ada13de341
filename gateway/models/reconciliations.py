"""副本照合: the nightly comparison with the platform, and each difference by name."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from gateway.models.copies import Copy
from gateway.models.exchanges import Exchange


class Reconciliation(models.Model):
    """One comparison of copies here and at the platform (副本照合), by count and digest."""

    class State(models.TextChoices):
        """How it ended."""

        RUNNING = "running", "照合中"
        EQUAL = "equal", "一致"
        DIFFERENT = "different", "不一致"

    id = models.BigAutoField("照合番号", primary_key=True)
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    started_at = models.DateTimeField("開始日時")
    ended_at = models.DateTimeField("終了日時", null=True)
    state = models.CharField("結果", max_length=10, choices=State, default=State.RUNNING)
    count_here = models.PositiveIntegerField("市の件数", default=0)
    count_there = models.PositiveIntegerField("プラットフォームの件数", default=0)
    in_flight = models.PositiveIntegerField("送信待・送信中の件数", default=0)
    digest_here = models.BinaryField("市のダイジェスト", max_length=32, null=True)
    digest_there = models.BinaryField("プラットフォームのダイジェスト", max_length=32, null=True)
    difference_count = models.PositiveIntegerField("相違件数", default=0)

    class Meta:
        verbose_name = "副本照合"
        verbose_name_plural = "副本照合"
        indexes = [
            models.Index(fields=["information_code", "-started_at"], name="reconciliation_by_time")
        ]

    def __str__(self) -> str:
        return f"照合{self.pk} {self.get_state_display()}"


class CopyDifference(models.Model):
    """
    One copy that is not the same here and at the platform (副本の相違), until it is mended.
    """

    class Kind(models.TextChoices):
        """What differs."""

        MISSING_THERE = "missing_there", "プラットフォームにない"
        DIFFERS = "differs", "内容が異なる"
        UNKNOWN_HERE = "unknown_here", "市にない"

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", "未対応"
        MENDING = "mending", "対応中"
        MENDED = "mended", "対応済"
        GONE = "gone", "自然解消"

    id = models.BigAutoField("相違番号", primary_key=True)
    reconciliation = models.ForeignKey(
        Reconciliation,
        on_delete=models.PROTECT,
        related_name="differences",
        verbose_name="副本照合",
    )
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    kind = models.CharField("相違", max_length=16, choices=Kind)
    copy = models.ForeignKey(
        Copy, on_delete=models.PROTECT, null=True, related_name="differences", verbose_name="副本"
    )
    integrated_number = models.CharField("団体内統合宛名番号", max_length=15)
    dataset = models.CharField("データセットの識別項目コード", max_length=64)
    key = models.CharField("データセットレコードのキー", max_length=64)
    layout_version = models.CharField("特定個人情報の版番号", max_length=64)
    state = models.CharField("状態", max_length=8, choices=State, default=State.OPEN)
    record_id = models.CharField("レコード識別番号", max_length=36, blank=True, default="")
    exchange = models.ForeignKey(
        Exchange,
        on_delete=models.PROTECT,
        null=True,
        related_name="differences",
        verbose_name="処理中の電文",
    )
    found_at = models.DateTimeField("発見日時")
    mended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="対応者",
    )
    settled_at = models.DateTimeField("解消日時", null=True)
    reason = models.CharField("理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "副本の相違"
        verbose_name_plural = "副本の相違"
        constraints = [
            models.UniqueConstraint(
                name="one_open_difference_per_copy",
                fields=[
                    "information_code",
                    "integrated_number",
                    "dataset",
                    "key",
                    "layout_version",
                ],
                condition=Q(state__in=["open", "mending"]),
            ),
            models.CheckConstraint(
                name="settled_difference_says_when",
                condition=~Q(state__in=["mended", "gone"]) | Q(settled_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-found_at"], name="copy_difference_by_state"),
            models.Index(
                fields=["exchange"],
                name="copy_difference_by_exchange",
                condition=Q(exchange__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"相違{self.pk} {self.get_kind_display()}"
