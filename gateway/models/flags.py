"""自動応答不可 and 不開示該当 of one 特定個人情報 of one person."""

import uuid

from django.db import models
from django.db.models import F, Q


class InformationFlag(models.Model):
    """
    The flags of one 特定個人情報 of one person (特定個人情報フラグ); those of the person stand on its number.

    What is wanted here, what the platform was told, and what it said when it was last checked;
    `before_merges` is what was wanted before each 名寄せ that added to it.
    """

    id = models.BigAutoField("フラグ番号", primary_key=True)
    integrated_number = models.CharField("団体内統合宛名番号", max_length=15)
    information_code = models.CharField("特定個人情報名コード", max_length=16)
    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        verbose_name="依頼した庁内業務システム",
    )
    no_automatic_answer = models.BooleanField("自動応答不可", default=False)
    not_disclosed = models.BooleanField("不開示該当", default=False)
    sent_no_automatic_answer = models.BooleanField("自動応答不可(送信済)", default=False)
    sent_not_disclosed = models.BooleanField("不開示該当(送信済)", default=False)
    due_at = models.DateTimeField("次回処理日時", null=True)
    attempts = models.PositiveIntegerField("試行回数", default=0)
    error = models.CharField("直近のエラー", max_length=300, blank=True, default="")
    set_at = models.DateTimeField("設定日時", null=True)
    checked_at = models.DateTimeField("最終確認日時", null=True)
    differed_at = models.DateTimeField("相違の発見日時", null=True)
    changed_at = models.DateTimeField("更新日時")
    before_merges = models.JSONField("名寄せ前の設定", default=list, editable=False)
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "特定個人情報フラグ"
        verbose_name_plural = "特定個人情報フラグ"
        permissions = [("set_informationflag", "特定個人情報フラグを設定できる")]
        constraints = [
            models.UniqueConstraint(
                name="one_flag_per_person_and_information",
                fields=["integrated_number", "information_code"],
            )
        ]
        indexes = [
            models.Index(
                F("due_at"),
                name="information_flag_to_send",
                condition=Q(due_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"特定個人情報フラグ{self.pk}"
