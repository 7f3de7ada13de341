"""What changed in the registers and may change an entitlement; and what was written to people."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Proposal(models.Model):
    """
    異動提案: a change elsewhere that may raise, lower or end an entitlement.

    Nothing changes by itself: someone takes the proposal up or sets it aside, with a reason.
    """

    class Kind(models.TextChoices):
        """What is proposed."""

        REVISION = "revision", "額改定"
        END = "end", "消滅"
        AGE = "age", "年齢到達"
        DIFFERENCE = "difference", "支給済額との差異"

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", "未処理"
        TAKEN_UP = "taken_up", "処理済"
        SET_ASIDE = "set_aside", "対応不要"

    recipient = models.ForeignKey(
        "child_allowance.Recipient",
        models.PROTECT,
        related_name="proposals",
        verbose_name="受給者",
    )
    child = models.ForeignKey(
        "child_allowance.SupportedChild",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name="算定児童",
    )
    kind = models.CharField("種別", max_length=10, choices=Kind.choices)
    month = models.DateField("適用年月")
    reason = models.CharField("事由", max_length=100)
    source = models.CharField("契機", max_length=80)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.OPEN)
    raised_at = models.DateTimeField("提案日時")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="処理者",
    )
    settled_at = models.DateTimeField("処理日時", null=True, blank=True)
    settled_because = models.CharField("処理の理由", max_length=200, blank=True)

    class Meta:
        verbose_name = "異動提案"
        verbose_name_plural = "異動提案"
        constraints = (
            models.UniqueConstraint(
                fields=["recipient", "child", "kind", "month", "source"],
                nulls_distinct=False,
                name="a_change_is_proposed_once",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(settled_at__isnull=False),
                name="a_settled_proposal_says_when",
            ),
        )
        indexes = (
            models.Index(
                fields=["raised_at"], condition=Q(state="open"), name="proposal_open_by_age"
            ),
        )

    def __str__(self):
        return f"{self.get_kind_display()}の提案 {self.month:%Y-%m}"


class FeedPosition(models.Model):
    """受領位置: the receipt up to which this app has read a feed of another."""

    feed = models.CharField("連携元", max_length=40, unique=True)
    receipt = models.BigIntegerField("受領番号", default=0)

    class Meta:
        verbose_name = "受領位置"
        verbose_name_plural = "受領位置"

    def __str__(self):
        return f"{self.feed} {self.receipt}"


class Letter(models.Model):
    """
    通知書: a decision as it was written to the person; re-issued word for word.

    Frozen at the decision, with reason, article and 審査請求の教示 (行政不服審査法第82条).
    """

    decision = models.OneToOneField(
        "child_allowance.Decision", models.PROTECT, related_name="letter", verbose_name="決定"
    )
    letter_number = models.CharField("文書番号", max_length=30, unique=True)
    title = models.CharField("表題", max_length=60)
    body = models.TextField("本文")
    dated_on = models.DateField("発出日")

    class Meta:
        verbose_name = "通知書"
        verbose_name_plural = "通知書"
        permissions = (("print_letter", "通知書を印刷できる"),)

    def __str__(self):
        return f"{self.title} {self.letter_number}"
