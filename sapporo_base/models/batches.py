"""The ledger of bulk jobs (一括処理) and the rows that they could not take."""

import uuid

from django.db import models
from django.db.models import Q


class BatchRun(models.Model):
    """One bulk job (一括処理): what came, from whom, how far it got, how it ended."""

    class State(models.TextChoices):
        """Where it stands."""

        RUNNING = "running", "処理中"
        DONE = "done", "完了"
        REJECTED = "rejected", "完了(エラー行あり)"
        FAILED = "failed", "中止(何も保存していません)"
        HELD = "held", "確認待ち(何も保存していません)"
        REHEARSED = "rehearsed", "確認のみ"

    id = models.BigAutoField("処理番号", primary_key=True)
    kind = models.CharField("処理", max_length=60)
    file_name = models.CharField("ファイル名", max_length=200, blank=True, default="")
    file_sha256 = models.CharField("ファイルのSHA-256", max_length=64, blank=True, default="")
    state = models.CharField("状態", max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField("開始日時")
    ended_at = models.DateTimeField("終了日時", null=True, blank=True)
    checkpoint = models.JSONField("再開位置", default=dict, blank=True)
    counts = models.JSONField("件数", default=dict, blank=True)
    report = models.JSONField("明細", default=dict, blank=True)
    message = models.CharField("結果", max_length=500, blank=True, default="")
    staff_number = models.CharField("職員番号", max_length=20, blank=True, default="")
    system_code = models.CharField("庁内業務システム", max_length=7, blank=True, default="")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "一括処理"
        verbose_name_plural = "一括処理"
        constraints = [
            models.UniqueConstraint(
                name="one_open_run_per_file",
                fields=["kind", "file_sha256"],
                condition=Q(state="running") & ~Q(file_sha256=""),
            )
        ]
        indexes = [models.Index(fields=["-started_at"], name="batch_run_by_time")]

    def __str__(self) -> str:
        return f"一括処理 第{self.pk}号 {self.file_name}".rstrip()


class RejectedRow(models.Model):
    """
    A row that could not be taken (受領エラー): where, which item, why; the row itself is sealed.
    """

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", "未処理"
        MENDED = "mended", "訂正済"
        DROPPED = "dropped", "破棄"

    batch = models.ForeignKey(
        BatchRun, on_delete=models.PROTECT, related_name="rejected_rows", verbose_name="一括処理"
    )
    row_number = models.PositiveIntegerField("行番号")
    item = models.CharField("項目", max_length=100)
    code = models.CharField("エラーコード", max_length=40)
    reason = models.CharField("理由", max_length=300)
    sealed_row = models.BinaryField("行の内容(封緘)")
    state = models.CharField("状態", max_length=10, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField("処理日時", null=True, blank=True)
    settled_by = models.CharField("処理者", max_length=20, blank=True, default="")
    settled_reason = models.CharField("処理の理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "受領エラー"
        verbose_name_plural = "受領エラー"
        constraints = [
            models.CheckConstraint(
                name="a_settled_reject_says_by_whom_when_and_why",
                condition=Q(state="open")
                | (Q(settled_at__isnull=False) & ~Q(settled_by="") & ~Q(settled_reason="")),
            ),
            models.UniqueConstraint(
                name="one_reject_per_row_and_item", fields=["batch", "row_number", "item", "code"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row_number}行 {self.item}"
