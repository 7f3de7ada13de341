"""People under their 団体内統合宛名番号, and what the platform is told of them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import Exact

# An expression of texts: a regular expression costs two million rows three times as much.
_NOT_DIGITS = Func(
    F("integrated_number"),
    Value("0123456789"),
    Value(""),
    function="translate",
    output_field=models.CharField(),
)


class IntegratedAddressee(models.Model):
    """
    One person under one 団体内統合宛名番号 (0320002).

    The number is drawn from a sequence and never given again: a deleted addressee stays, with its
    state. So does one that was merged: `merged_into` is the number it is answered with (名寄せ).
    `under_support` is the 支援措置 flag that every subsystem obeys.
    """

    class State(models.TextChoices):
        """Whether the number is in use."""

        ACTIVE = "active", "有効"
        DELETED = "deleted", "削除"
        MERGED = "merged", "名寄せ済"

    integrated_number = models.CharField("団体内統合宛名番号", max_length=15, primary_key=True)
    state = models.CharField("状態", max_length=8, choices=State, default=State.ACTIVE)
    under_support = models.BooleanField("支援措置", default=False)
    numbered_at = models.DateTimeField("付番日時")
    deleted_at = models.DateTimeField("削除・名寄せ日時", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="merged_numbers",
        verbose_name="名寄せ先",
    )

    class Meta:
        verbose_name = "団体内統合宛名"
        verbose_name_plural = "団体内統合宛名"
        permissions = [
            ("number_person", "団体内統合宛名番号を付番できる"),
            ("request_linkage_code", "符号の取得を依頼できる"),
        ]
        constraints = [
            models.CheckConstraint(
                name="integrated_number_is_fifteen_digits",
                condition=Q(Exact(Length("integrated_number"), 15))
                & Q(Exact(_NOT_DIGITS, Value(""))),
            ),
            models.CheckConstraint(
                name="deleted_addressee_says_when",
                condition=Q(state="active", deleted_at__isnull=True)
                | Q(state__in=["deleted", "merged"], deleted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="merged_addressee_says_into_whom",
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["integrated_number"],
                name="addressee_under_support",
                condition=Q(under_support=True),
            ),
            models.Index(
                fields=["merged_into"],
                name="numbers_merged_into",
                condition=Q(merged_into__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.integrated_number


class AddresseeChange(models.Model):
    """
    What 中間サーバー連携 (0320008) and matching have to be told of numbers. A feed.

    A row holds up to a thousand numbers, so that two million newcomers are two thousand rows. Of a
    名寄せ it holds the retired number, and `survivor` is the one that is answered instead; of a 業務番号 that
    was moved by a 番号訂正 whose it was and whose it is.
    """

    class Kind(models.TextChoices):
        """What happened to these people."""

        NUMBERED = "numbered", "付番"
        UPDATED = "updated", "基本4情報の更新"
        DELETED = "deleted", "削除"
        MERGED = "merged", "名寄せ"
        UNMERGED = "unmerged", "名寄せ解除"
        MOVED = "moved", "業務番号の訂正"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField("種別", max_length=8, choices=Kind)
    integrated_numbers = ArrayField(
        models.CharField(max_length=15), verbose_name="団体内統合宛名番号"
    )
    survivor = models.CharField("残る番号", max_length=15, blank=True, db_default="")
    at = models.DateTimeField("日時")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "統合宛名異動"
        verbose_name_plural = "統合宛名異動"
        constraints = [
            models.CheckConstraint(
                name="a_merge_in_the_feed_says_who_survives",
                condition=Q(kind__in=["merged", "unmerged"]) ^ Q(survivor=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_kind_display()}"
