"""符号照合: the daily comparison of numbers and 符号取得状況 with the platform, each difference by number."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class CodeReconciliation(models.Model):
    """One comparison of the numbers here and at the platform, and of how far their 符号 are (符号照合)."""

    class State(models.TextChoices):
        """How it ended."""

        RUNNING = "running", "照合中"
        EQUAL = "equal", "一致"
        DIFFERENT = "different", "不一致"
        BROKEN = "broken", "中断"

    id = models.BigAutoField("照合番号", primary_key=True)
    started_at = models.DateTimeField("開始日時")
    ended_at = models.DateTimeField("終了日時", null=True)
    state = models.CharField("結果", max_length=10, choices=State, default=State.RUNNING)
    count_here = models.PositiveIntegerField("市の番号", default=0)
    count_there = models.PositiveIntegerField("プラットフォームの番号", default=0)
    in_flight = models.PositiveIntegerField("処理中で比べなかったもの", default=0)
    difference_count = models.PositiveIntegerField("相違", default=0)
    reason = models.CharField("中断の理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "符号照合"
        verbose_name_plural = "符号照合"
        permissions = [("reconcile_code", "符号を照合できる")]
        constraints = [
            models.UniqueConstraint(
                name="one_code_reconciliation_at_a_time",
                fields=["state"],
                condition=Q(state="running"),
            ),
            models.CheckConstraint(
                name="ended_code_reconciliation_says_when",
                condition=Q(state="running") ^ Q(ended_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["-started_at"], name="code_reconciliation_by_time")]

    def __str__(self) -> str:
        return f"符号照合{self.pk} {self.get_state_display()}"


class CodeDifference(models.Model):
    """
    One 団体内統合宛名番号 that, or whose 符号, the platform holds otherwise than the city (符号の相違).
    """

    class Kind(models.TextChoices):
        """What differs."""

        UNKNOWN_THERE = "unknown_there", "プラットフォームに番号がない"
        UNKNOWN_HERE = "unknown_here", "市にない番号がある"
        ACQUIRED_THERE = "acquired_there", "プラットフォームでは取得済"
        FAILED_THERE = "failed_there", "プラットフォームではエラー"
        REQUESTED_THERE = "requested_there", "プラットフォームでは要求中"
        NOT_REQUESTED_THERE = "not_requested_there", "プラットフォームでは未要求"
        OUT_OF_DATE_THERE = "out_of_date_there", "以前の個人番号の符号が残っている"

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", "未対応"
        MENDING = "mending", "対応中"
        MENDED = "mended", "対応済"
        GONE = "gone", "自然解消"

    id = models.BigAutoField("相違番号", primary_key=True)
    reconciliation = models.ForeignKey(
        CodeReconciliation,
        on_delete=models.PROTECT,
        related_name="differences",
        verbose_name="符号照合",
    )
    integrated_number = models.CharField("団体内統合宛名番号", max_length=15)
    kind = models.CharField("相違", max_length=20, choices=Kind)
    state_here = models.CharField("市の符号取得状況", max_length=15, blank=True, default="")
    state_there = models.CharField(
        "プラットフォームの符号取得状況", max_length=15, blank=True, default=""
    )
    cause = models.CharField("プラットフォームの理由", max_length=300, blank=True, default="")
    state = models.CharField("状態", max_length=8, choices=State, default=State.OPEN)
    found_at = models.DateTimeField("発見日時")
    mended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="対応者",
    )
    settled_at = models.DateTimeField("解消日時", null=True)

    class Meta:
        verbose_name = "符号の相違"
        verbose_name_plural = "符号の相違"
        permissions = [("mend_codedifference", "符号の相違を直すことができる")]
        constraints = [
            models.UniqueConstraint(
                name="one_open_code_difference_per_number",
                fields=["integrated_number"],
                condition=Q(state__in=["open", "mending"]),
            ),
            models.CheckConstraint(
                name="settled_code_difference_says_when",
                condition=Q(state__in=["open", "mending"]) ^ Q(settled_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "found_at"], name="code_difference_by_state")]

    def __str__(self) -> str:
        return f"符号の相違{self.pk} {self.get_kind_display()}"
