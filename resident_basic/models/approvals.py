"""利用申請 and what comes of it: who may be given which item, why, until when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class UseApplication(models.Model):
    """
    One 住民基本台帳ファイル利用申請: a system asks for items, スマートシティ推進部 decides.

    Source text, システム5: 情報移転 only to systems whose application was approved. Who drafted or
    submitted it can't decide it. 個人番号 is yes or no, and no where the system does not use it.
    """

    class State(models.TextChoices):
        """Where it stands."""

        DRAFT = "draft", "作成中"
        SUBMITTED = "submitted", "申請中"
        APPROVED = "approved", "承認"
        REFUSED = "refused", "却下"
        WITHDRAWN = "withdrawn", "取下げ・承認取消し"

    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="庁内業務システム",
    )
    purpose = models.CharField("利用目的", max_length=300)
    procedure = models.CharField("事務", max_length=300)
    legal_basis = models.ForeignKey(
        "sapporo_base.LegalBasis",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="法令上の根拠",
    )
    individual_number = models.BooleanField(
        "個人番号の移転",
        default=False,
        help_text="個人番号を利用できる庁内業務システムだけが申請できます。",
    )
    protected_people = models.BooleanField(
        "支援措置対象者の住所等の移転",
        default=False,
        help_text="支援措置対象者の住所等を必要とする事務だけが申請できます。",
    )
    valid_from = models.DateField("利用開始日")
    valid_until = models.DateField(
        "利用終了日", help_text="この日以降は移転しません。継続するには再度申請します。"
    )
    recertify_on = models.DateField("年次確認日")
    state = models.CharField("状態", max_length=10, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="作成者",
    )
    drafted_at = models.DateTimeField("作成日時")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="申請者",
        null=True,
        blank=True,
    )
    submitted_at = models.DateTimeField("申請日時", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="決定者",
        null=True,
        blank=True,
    )
    decided_at = models.DateTimeField("決定日時", null=True, blank=True)
    decision_reason = models.CharField("決定の理由", max_length=300, blank=True, default="")
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="取消者",
        null=True,
        blank=True,
    )
    withdrawn_at = models.DateTimeField("取消日時", null=True, blank=True)

    class Meta:
        verbose_name = "利用申請"
        verbose_name_plural = "利用申請"
        permissions = [
            ("submit_useapplication", "利用申請を提出できる"),
            ("decide_useapplication", "利用申請を承認・却下できる"),
        ]
        constraints = [
            models.CheckConstraint(
                name="who_drafted_or_submitted_does_not_decide",
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("drafted_by")) & ~Q(decided_by=F("submitted_by"))),
            ),
            models.CheckConstraint(
                name="a_decided_application_says_who_decided_it_and_when",
                condition=~Q(state__in=["approved", "refused"])
                | (
                    Q(decided_by__isnull=False)
                    & Q(decided_at__isnull=False)
                    & Q(submitted_by__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="a_refused_application_says_why",
                condition=~Q(state="refused") | ~Q(decision_reason=""),
            ),
            models.CheckConstraint(
                name="use_ends_after_it_begins", condition=Q(valid_until__gt=F("valid_from"))
            ),
        ]
        indexes = [models.Index(name="use_application_by_state", fields=["state", "submitted_at"])]

    def __str__(self) -> str:
        return f"第{self.pk}号 {self.system.name}"


class RequestedItem(models.Model):
    """One 申請項目 of a 利用申請: which item, reduced how, and why it is needed."""

    application = models.ForeignKey(
        UseApplication,
        on_delete=models.CASCADE,
        related_name="requested_items",
        verbose_name="利用申請",
    )
    item = models.CharField("項目", max_length=40)
    reduction = models.CharField("値の限定", max_length=12, blank=True, default="")
    reason = models.CharField("必要とする理由", max_length=300)

    class Meta:
        verbose_name = "申請項目"
        verbose_name_plural = "申請項目"
        constraints = [
            models.UniqueConstraint(
                name="an_item_is_requested_once", fields=["application", "item"]
            )
        ]

    def __str__(self) -> str:
        return self.item


class ApprovedItem(models.Model):
    """One 移転承認項目: a system may be given this item from a day until a day."""

    application = models.ForeignKey(
        UseApplication,
        on_delete=models.PROTECT,
        related_name="approved_items",
        verbose_name="利用申請",
    )
    item = models.CharField("項目", max_length=40)
    reduction = models.CharField("値の限定", max_length=12, blank=True, default="")
    reason = models.CharField("必要とする理由", max_length=300)
    valid_from = models.DateField("開始日")
    valid_until = models.DateField("終了日", help_text="この日以降は移転しません。")

    class Meta:
        verbose_name = "移転承認項目"
        verbose_name_plural = "移転承認項目"
        constraints = [
            models.UniqueConstraint(
                name="an_item_is_approved_once", fields=["application", "item"]
            ),
            models.CheckConstraint(
                name="an_approval_does_not_end_before_it_begins",
                condition=Q(valid_until__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.item


class Delivery(models.Model):
    """配信状況: how far one system has read the feed, and how far it says it has taken it over."""

    system = models.OneToOneField(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="庁内業務システム",
    )
    read_until = models.BigIntegerField("配信済みの位置", default=0)
    read_at = models.DateTimeField("最終配信日時", null=True, blank=True)
    acknowledged_until = models.BigIntegerField("受領確認済みの位置", default=0)
    acknowledged_at = models.DateTimeField("最終受領確認日時", null=True, blank=True)

    class Meta:
        verbose_name = "配信状況"
        verbose_name_plural = "配信状況"
        constraints = [
            models.CheckConstraint(
                name="nothing_is_acknowledged_before_it_was_read",
                condition=Q(acknowledged_until__lte=F("read_until")),
            )
        ]

    def __str__(self) -> str:
        return self.system.name


class WaitingForwarding(models.Model):
    """転送待ち: 世帯情報 of a person that can't go to 市中間サーバ yet, and why."""

    resident_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    reason = models.CharField("理由", max_length=100)
    waiting_since = models.DateTimeField("待ち始めた日時")

    class Meta:
        verbose_name = "転送待ち"
        verbose_name_plural = "転送待ち"

    def __str__(self) -> str:
        return self.resident_number
