"""Numbers under which business systems know people."""

from django.db import models
from django.db.models import F, Q

from integrated_address.models.addressees import IntegratedAddressee
from integrated_address.models.time import KNOWN, OPEN, SUPERSEDED, TwoAxes


class BusinessNumber(TwoAxes):
    """
    One 業務番号: a number under which a business system knows a person, for a period.

    One number of one system belongs to one person at a time. `integrated_flag` is the
    統合宛名フラグ:
    the row whose system's word on the 基本4情報 counts (0320002, 0320003).
    """

    system = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="庁内業務システム",
    )
    number = models.CharField("業務番号", max_length=20)
    addressee = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="business_numbers",
        verbose_name="団体内統合宛名",
    )
    integrated_flag = models.BooleanField("統合宛名フラグ", default=False)

    class Meta:
        verbose_name = "業務番号"
        verbose_name_plural = "業務番号"
        constraints = [
            models.UniqueConstraint(
                name="one_open_link_per_business_number",
                fields=["system", "number"],
                condition=OPEN,
            ),
            models.UniqueConstraint(
                name="one_integrated_flag_per_addressee",
                fields=["addressee"],
                condition=OPEN & Q(integrated_flag=True),
            ),
            models.CheckConstraint(
                name="link_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
        ]
        indexes = [
            models.Index(fields=["addressee"], name="business_number_of_addressee"),
            models.Index(
                fields=["system", "number"],
                name="closed_business_number",
                condition=KNOWN & Q(valid_until__isnull=False),
            ),
            models.Index(
                fields=["system", "number"],
                name="superseded_business_number",
                condition=SUPERSEDED,
            ),
        ]

    def __str__(self) -> str:
        return self.number
