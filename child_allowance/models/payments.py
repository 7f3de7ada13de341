"""Pay days, what went out on them, and what the bank said."""

from django.db import models
from django.db.models import Q

from sapporo_base.rules.dates import format_date


class PaymentRun(models.Model):
    """
    支払回: one pay day with its 全銀 file (児童手当法第8条第4項).

    The totals are those of the file; `held` counts what could not be put into it.
    """

    class State(models.TextChoices):
        """Where the run stands."""

        MADE = "made", "作成済"
        RETURNED = "returned", "結果受領済"

    pay_on = models.DateField("支払日", unique=True)
    months = models.CharField("支給対象年月", max_length=80)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.MADE)
    made_at = models.DateTimeField("作成日時")
    count = models.PositiveIntegerField("件数")
    yen = models.PositiveBigIntegerField("金額(円)")
    held_count = models.PositiveIntegerField("支払保留の件数")
    held_yen = models.PositiveBigIntegerField("支払保留の金額(円)")
    file_name = models.CharField("振込データ", max_length=200, blank=True)
    file_sha256 = models.CharField("振込データのSHA-256", max_length=64, blank=True)

    class Meta:
        verbose_name = "支払回"
        verbose_name_plural = "支払回"
        permissions = (
            ("run_payday", "支払を実行できる"),
            ("download_bank_file", "振込データをダウンロードできる"),
        )

    def __str__(self):
        return f"{format_date(self.pay_on, weekday=False)}支払"


class Payment(models.Model):
    """
    支払: the money of one recipient on one pay day, and the account as it was then.

    A payment without an account is held, not forgotten: its months stay owed.
    """

    class State(models.TextChoices):
        """What became of it."""

        HELD = "held", "支払保留"
        IN_FILE = "in_file", "振込依頼"
        PAID = "paid", "振込済"
        RETURNED = "returned", "振込不能"

    run = models.ForeignKey(
        PaymentRun, models.PROTECT, related_name="payments", verbose_name="支払回"
    )
    recipient = models.ForeignKey(
        "child_allowance.Recipient",
        models.PROTECT,
        related_name="payments",
        verbose_name="受給者",
    )
    payment_number = models.CharField("支払番号", max_length=20, unique=True)
    amount = models.PositiveBigIntegerField("支払額(円)")
    bank_code = models.CharField("金融機関コード", max_length=4, blank=True)
    bank_name_kana = models.CharField("金融機関名カナ", max_length=40, blank=True)
    branch_code = models.CharField("支店コード", max_length=3, blank=True)
    branch_name_kana = models.CharField("支店名カナ", max_length=40, blank=True)
    deposit_type = models.CharField("預金種目", max_length=1, blank=True)
    account_number = models.CharField("口座番号", max_length=7, blank=True)
    holder_kana = models.CharField("口座名義カナ", max_length=60, blank=True)
    state = models.CharField("状態", max_length=10, choices=State.choices)
    reason = models.CharField("理由", max_length=100, blank=True)

    class Meta:
        verbose_name = "支払"
        verbose_name_plural = "支払"
        constraints = (
            models.UniqueConstraint(
                fields=["run", "recipient"], name="a_recipient_is_paid_once_a_pay_day"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_payment_is_worth_money"),
            models.CheckConstraint(
                condition=Q(state="held") | ~Q(account_number=""),
                name="money_goes_to_an_account_or_is_held",
            ),
        )

    def __str__(self):
        return f"支払番号 {self.payment_number}"
