"""Who is entitled, for which children, and to how much in each month."""

from django.db import models
from django.db.models import F, Q


class RecipientQuerySet(models.QuerySet):
    """受給者, narrowed by month."""

    def entitled_in(self, month):
        """Return those whose entitlement covers a month (its first day)."""
        return self.filter(entitled_from__lte=month).filter(
            Q(entitled_until=None) | Q(entitled_until__gt=month)
        )


class Recipient(models.Model):
    """
    受給者: someone whose claim was approved (児童手当法第7条), for the months [from, until).

    Months are written as their first day. A new approval after an end is a new row.
    """

    class EndedBecause(models.TextChoices):
        """受給事由消滅の事由."""

        MOVED_OUT = "moved_out", "転出"
        DIED = "died", "死亡"
        NO_CHILD_LEFT = "no_child_left", "対象児童なし"
        PUBLIC_SERVANT = "public_servant", "公務員就職"
        CHANGED = "changed", "受給者の変更"
        PAST_ONLY = "past_only", "過去の期間のみの請求"

    approval_number = models.CharField("認定番号", max_length=15, unique=True)
    addressee_number = models.CharField("宛名番号", max_length=15, db_index=True)
    spouse_number = models.CharField("配偶者宛名番号", max_length=15, blank=True)
    ward_code = models.CharField("区の団体コード", max_length=6, blank=True, db_index=True)
    approved_on = models.DateField("認定年月日")
    entitled_from = models.DateField("支給開始年月")
    entitled_until = models.DateField("支給終了の翌月", null=True, blank=True)
    ended_because = models.CharField(
        "消滅事由", max_length=20, choices=EndedBecause.choices, blank=True
    )
    settled_before = models.DateField(
        "前システム支払済の翌月",
        null=True,
        blank=True,
        help_text="この月より前は前のシステムが支払った。",
    )

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = "受給者"
        verbose_name_plural = "受給者"
        permissions = (("notify_recipient", "受給者にマイナポータルで知らせることができる"),)
        constraints = (
            models.UniqueConstraint(
                fields=["addressee_number"],
                condition=Q(entitled_until=None),
                name="nobody_is_recipient_twice_at_once",
            ),
            models.CheckConstraint(
                condition=Q(entitled_until=None) | Q(entitled_until__gte=F("entitled_from")),
                name="an_entitlement_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(entitled_until=None) | ~Q(ended_because=""),
                name="an_ended_entitlement_says_why",
            ),
        )

    def __str__(self):
        return f"認定番号 {self.approval_number}"


class SupportedChild(models.Model):
    """
    支給要件児童等: a child that counts for a recipient in the months [from, until).

    Past the fiscal year of 18 it counts only with 監護相当 and its 確認書, and is never paid.
    """

    class Living(models.TextChoices):
        """同居別居区分."""

        TOGETHER = "1", "同居"
        APART = "2", "別居"

    class Livelihood(models.TextChoices):
        """生計関係."""

        SHARED = "1", "同一"
        MAINTAINED = "2", "維持"
        NONE = "0", "なし"

    recipient = models.ForeignKey(
        Recipient, models.PROTECT, related_name="children", verbose_name="受給者"
    )
    child_number = models.CharField("児童宛名番号", max_length=15, db_index=True)
    born_on = models.DateField("生年月日", null=True, blank=True)
    relationship = models.CharField("続柄", max_length=2, blank=True)
    living = models.CharField("同居別居", max_length=1, choices=Living.choices)
    in_custody = models.BooleanField("監護", default=True)
    livelihood = models.CharField("生計関係", max_length=1, choices=Livelihood.choices)
    studies_abroad = models.BooleanField("留学", default=False)
    in_facility = models.BooleanField("施設入所等", default=False)
    cared_for = models.BooleanField("監護相当", default=False)
    confirmed_on = models.DateField("確認書提出年月日", null=True, blank=True)
    counted_from = models.DateField("算定開始年月")
    counted_until = models.DateField("算定終了の翌月", null=True, blank=True)

    class Meta:
        verbose_name = "算定児童"
        verbose_name_plural = "算定児童"
        constraints = (
            models.UniqueConstraint(
                fields=["child_number"],
                condition=Q(counted_until=None, in_facility=False, cared_for=False),
                name="a_child_is_paid_to_one_recipient",
            ),
            models.UniqueConstraint(
                fields=["recipient", "child_number"],
                condition=Q(counted_until=None),
                name="one_open_link_per_child_and_recipient",
            ),
            models.CheckConstraint(
                condition=Q(counted_until=None) | Q(counted_until__gte=F("counted_from")),
                name="a_child_counts_until_after_it_began",
            ),
        )

    def __str__(self):
        return f"算定児童 {self.child_number}"


class IncomeAssessment(models.Model):
    """
    所得判定: the income of a recipient that counts for the months of a year (up to 2024-09).

    Kept as it was found; what it leaves of the allowance, the law of each month says
    (児童手当法第5条, 附則第2条).
    """

    recipient = models.ForeignKey(
        Recipient, models.PROTECT, related_name="incomes", verbose_name="受給者"
    )
    income_year = models.PositiveSmallIntegerField("所得年")
    income = models.PositiveBigIntegerField("控除後の所得(円)")
    dependants = models.PositiveSmallIntegerField("扶養親族等の数")
    elderly = models.PositiveSmallIntegerField("うち老人扶養親族")

    class Meta:
        verbose_name = "所得判定"
        verbose_name_plural = "所得判定"
        constraints = (
            models.UniqueConstraint(
                fields=["recipient", "income_year"], name="one_income_per_recipient_and_year"
            ),
            models.CheckConstraint(
                condition=Q(elderly__lte=F("dependants")),
                name="elderly_dependants_are_dependants",
            ),
        )

    def __str__(self):
        return f"{self.income_year}年の所得"


class Entitlement(models.Model):
    """
    支給月額: what one child is worth to its recipient in one month, and by which rule.

    A row that is part of a payment stays as it is; a later difference is an 異動提案.
    """

    child = models.ForeignKey(
        SupportedChild, models.PROTECT, related_name="entitlements", verbose_name="算定児童"
    )
    recipient = models.ForeignKey(
        Recipient, models.PROTECT, related_name="entitlements", verbose_name="受給者"
    )
    month = models.DateField("支給対象年月")
    amount = models.PositiveIntegerField("月額(円)")
    rule = models.CharField("適用", max_length=20)
    rank = models.PositiveSmallIntegerField("第何子", null=True, blank=True)
    computed_at = models.DateTimeField("算定日時")
    payment = models.ForeignKey(
        "child_allowance.Payment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="entitlements",
        verbose_name="支払",
    )

    class Meta:
        verbose_name = "支給月額"
        verbose_name_plural = "支給月額"
        constraints = (
            models.UniqueConstraint(
                fields=["child", "month"], name="a_child_has_one_amount_a_month"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="an_entitlement_is_worth_money"),
            models.CheckConstraint(
                condition=Q(month__gte="2012-06-01"), name="the_law_begins_in_june_2012"
            ),
        )
        indexes = (
            models.Index(
                fields=["month", "recipient"],
                condition=Q(payment=None),
                name="entitlement_unpaid_by_month",
            ),
        )

    def __str__(self):
        return f"{self.month:%Y-%m} {self.amount:,}円"
