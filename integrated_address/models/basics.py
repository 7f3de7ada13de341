"""基本4情報 of people."""

from django.db import models

from integrated_address.models.addressees import IntegratedAddressee
from integrated_address.models.time import CLOSED, OPEN, PAST, TwoAxes


class BasicItems(TwoAxes):
    """One version of a person's 基本4情報, with the system that told it and the 住民状態."""

    addressee = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="basic_items",
        verbose_name="団体内統合宛名",
    )
    name = models.CharField("氏名", max_length=300)
    name_kana = models.CharField("氏名フリガナ", max_length=300, blank=True, default="")
    # A trigger makes it where the writer has not (`kana_keys_are_made`).
    kana_key = models.CharField("検索用フリガナ", max_length=300, blank=True, default="")
    # `sapporo_base.rules.kana.written_key` of the name; who writes a row makes it.
    name_key = models.TextField("検索用氏名", blank=True, default="")
    birth_on = models.DateField("生年月日", null=True, blank=True)
    birth_text = models.CharField("生年月日(不詳表記)", max_length=72, blank=True, default="")
    sex = models.CharField("性別", max_length=1, default="0")
    residential_address = models.CharField("住所", max_length=600, blank=True, default="")
    resident_state = models.CharField("住民状態", max_length=1, blank=True, default="")
    source = models.ForeignKey(
        "sapporo_base.BusinessSystem",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="情報元",
    )

    class Meta:
        verbose_name = "基本4情報"
        verbose_name_plural = "基本4情報"
        constraints = [
            models.UniqueConstraint(
                name="one_open_set_of_basic_items_per_addressee",
                fields=["addressee"],
                condition=OPEN,
            )
        ]
        indexes = [
            # Whom a common name leads to is told by the index alone: they stand all over the table.
            models.Index(
                fields=["kana_key"],
                name="basic_items_by_kana",
                include=["addressee"],
                opclasses=["varchar_pattern_ops"],
                condition=OPEN,
            ),
            models.Index(
                fields=["name_key"],
                name="basic_items_by_name",
                include=["addressee"],
                opclasses=["text_pattern_ops"],
                condition=OPEN,
            ),
            models.Index(
                fields=["kana_key"],
                name="basic_items_by_past_kana",
                opclasses=["varchar_pattern_ops"],
                condition=CLOSED,
            ),
            models.Index(
                fields=["name_key"],
                name="basic_items_by_past_name",
                opclasses=["text_pattern_ops"],
                condition=CLOSED,
            ),
            models.Index(fields=["birth_on"], name="basic_items_by_past_birth", condition=CLOSED),
            models.Index(fields=["birth_on"], name="basic_items_by_birth", condition=OPEN),
            models.Index(
                fields=["addressee"],
                name="basic_items_of_the_past",
                condition=PAST,
            ),
        ]

    def __str__(self) -> str:
        return self.name
