"""課税情報 from 税宛名: one row for a person, a 課税年度 and a 更正回数."""

from django.db import models
from django.db.models import Q

from social_address.models.addressees import SocialAddressee


class TaxInformation(models.Model):
    """
    課税情報 of a person in a 課税年度 (source text, システム6 function 2), revisions beside each other.

    `items` holds the amounts by their names in the layout `tax`, in yen, absent ones left out. The
    highest 更正回数 is in force. It comes from 税宛名 only, never from an answer to an inquiry.
    """

    addressee = models.ForeignKey(
        SocialAddressee,
        on_delete=models.PROTECT,
        related_name="taxes",
        verbose_name="社会保障宛名",
    )
    tax_number = models.CharField("税宛名番号", max_length=15)
    tax_year = models.PositiveSmallIntegerField("課税年度")
    revision = models.PositiveSmallIntegerField("更正回数")
    is_latest = models.BooleanField("最新", default=False)
    revised_on = models.DateField("賦課更正年月日")
    undeclared = models.CharField("未申告区分", max_length=1)
    taxation = models.CharField("課税非課税区分", max_length=1)
    total_income = models.BigIntegerField("合計所得金額", null=True, blank=True)
    items = models.JSONField("課税内容", default=dict)
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        verbose_name = "課税情報"
        verbose_name_plural = "課税情報"
        constraints = [
            models.UniqueConstraint(
                name="one_tax_row_per_person_year_and_revision",
                fields=["addressee", "tax_year", "revision"],
            ),
            models.UniqueConstraint(
                name="one_latest_tax_row_per_person_and_year",
                fields=["addressee", "tax_year"],
                condition=Q(is_latest=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tax_year}年度 更正{self.revision}"
