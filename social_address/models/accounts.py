"""口座情報: into which account which system pays, or from which it collects."""

from django.db import models
from django.db.models import F, Q

from social_address.models.addressees import SocialAddressee


class BankAccount(models.Model):
    """
    One 口座 of an addressee for one purpose of one system, in the terms of 全銀.

    ゆうちょ accounts hold their transfer form beside 記号 and 番号. 公金受取口座 were registered with
    the State and came by inquiry (公的給付の支給等の迅速かつ確実な実施のための預貯金口座の登録等に関する法律).
    """

    class Purpose(models.TextChoices):
        """口座用途."""

        PAYMENT = "01", "支給"
        REFUND = "02", "還付"
        COLLECTION = "03", "引落"
        COMMON = "09", "共通"

    addressee = models.ForeignKey(
        SocialAddressee,
        on_delete=models.PROTECT,
        related_name="bank_accounts",
        verbose_name="社会保障宛名",
    )
    account_id = models.CharField("口座管理番号", max_length=15, blank=True, default="")
    system_code = models.CharField("庁内業務システム", max_length=7)
    purpose = models.CharField("口座用途", max_length=2, choices=Purpose)
    bank_code = models.CharField("金融機関コード", max_length=4)
    branch_code = models.CharField("支店コード", max_length=3)
    deposit_type = models.CharField("預金種目", max_length=1)
    account_number = models.CharField("口座番号", max_length=7)
    yucho_symbol = models.CharField("ゆうちょ記号", max_length=5, blank=True, default="")
    yucho_number = models.CharField("ゆうちょ番号", max_length=8, blank=True, default="")
    holder_kana = models.CharField("口座名義カナ", max_length=40)
    is_public_money_account = models.BooleanField("公金受取口座", default=False)
    valid_from = models.DateField("有効開始日")
    valid_until = models.DateField("有効終了日", null=True, blank=True)
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        verbose_name = "口座情報"
        verbose_name_plural = "口座情報"
        constraints = [
            models.UniqueConstraint(
                name="one_open_account_per_addressee_system_and_purpose",
                fields=["addressee", "system_code", "purpose"],
                condition=Q(valid_until__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_account_per_account_id",
                fields=["account_id"],
                condition=~Q(account_id=""),
            ),
            models.CheckConstraint(
                name="an_account_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="an_account_number_has_seven_digits",
                condition=Q(account_number__regex=r"^[0-9]{7}$"),
            ),
        ]

    def __str__(self) -> str:
        # The number stays out: this text appears in messages and lists.
        return f"{self.bank_code}-{self.branch_code} {self.get_purpose_display()}"
