"""年次確認 of a 利用申請, and what its section is told."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from resident_basic.models.approvals import UseApplication


class Certification(models.Model):
    """One 年次確認: the section says which items it still needs. Never changed."""

    application = models.ForeignKey(
        UseApplication,
        on_delete=models.PROTECT,
        related_name="certifications",
        verbose_name="利用申請",
    )
    due_on = models.DateField("期日")
    certified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="確認者"
    )
    certified_at = models.DateTimeField("確認日時")
    next_due_on = models.DateField("次の期日")
    given_up = ArrayField(
        models.CharField(max_length=40), verbose_name="不要とした項目", default=list, blank=True
    )
    remark = models.CharField("所見", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "年次確認"
        verbose_name_plural = "年次確認"
        constraints = [
            models.UniqueConstraint(
                name="a_day_of_certification_is_met_once", fields=["application", "due_on"]
            ),
            models.CheckConstraint(
                name="the_next_certification_is_later", condition=Q(next_due_on__gt=F("due_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.due_on:%Y-%m-%d}"


class ApplicationNotice(models.Model):
    """One 利用申請のお知らせ to the section that uses: a day comes near, or has passed."""

    class Kind(models.TextChoices):
        """What it tells."""

        CERTIFICATION_DUE = "due", "年次確認の時期です"
        CERTIFICATION_LATE = "late", "年次確認の期日を過ぎました"
        STOPPED = "stopped", "年次確認がないため移転を停止しました"
        EXPIRING = "expiring", "利用期間がまもなく満了します"
        EXPIRED = "expired", "利用期間が満了しました"

    application = models.ForeignKey(
        UseApplication, on_delete=models.PROTECT, related_name="notices", verbose_name="利用申請"
    )
    kind = models.CharField("種別", max_length=10, choices=Kind)
    about_on = models.DateField("対象の期日")
    raised_at = models.DateTimeField("通知日時")
    # By e-mail, to who applied and to スマートシティ推進部.
    told_at = models.DateTimeField("メール送信日時", null=True, blank=True)
    told_attempts = models.PositiveSmallIntegerField("メール送信回数", default=0)
    told_error = models.CharField("メールのエラー", max_length=100, blank=True, default="")

    class Meta:
        verbose_name = "利用申請のお知らせ"
        verbose_name_plural = "利用申請のお知らせ"
        constraints = [
            models.UniqueConstraint(
                name="a_notice_is_given_once", fields=["application", "kind", "about_on"]
            )
        ]
        indexes = [
            models.Index(
                name="application_notice_to_tell",
                fields=["raised_at"],
                condition=Q(told_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.get_kind_display()}"
