"""People under their 団体内統合宛名番号, and what the platform is told of them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class IntegratedAddressee(models.Model):
    """
    One person under one 団体内統合宛名番号 (0320002).

    The number is drawn from a sequence and never given again: a deleted addressee stays, with its
    state. `under_support` is the 支援措置 flag that every subsystem obeys.
    """

    class State(models.TextChoices):
        """Whether the number is in use."""

        ACTIVE = "active", "有効"
        DELETED = "deleted", "削除"

    integrated_number = models.CharField("団体内統合宛名番号", max_length=15, primary_key=True)
    state = models.CharField("状態", max_length=8, choices=State, default=State.ACTIVE)
    under_support = models.BooleanField("支援措置", default=False)
    numbered_at = models.DateTimeField("付番日時")
    deleted_at = models.DateTimeField("削除日時", null=True, blank=True)

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
                condition=Q(integrated_number__regex=r"^[0-9]{15}$"),
            ),
            models.CheckConstraint(
                name="deleted_addressee_says_when",
                condition=Q(state="active", deleted_at__isnull=True)
                | Q(state="deleted", deleted_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["integrated_number"],
                name="addressee_under_support",
                condition=Q(under_support=True),
            )
        ]

    def __str__(self) -> str:
        return self.integrated_number


class AddresseeChange(models.Model):
    """
    What 中間サーバー連携 (0320008) has to be told: numbers given, numbers deleted. A feed.

    A row holds up to a thousand numbers, so that two million newcomers are two thousand rows.
    """

    class Kind(models.TextChoices):
        """What happened to these people."""

        NUMBERED = "numbered", "付番"
        DELETED = "deleted", "削除"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField("種別", max_length=8, choices=Kind)
    integrated_numbers = ArrayField(
        models.CharField(max_length=15), verbose_name="団体内統合宛名番号"
    )
    at = models.DateTimeField("日時")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "統合宛名異動"
        verbose_name_plural = "統合宛名異動"

    def __str__(self) -> str:
        return f"{self.pk} {self.get_kind_display()}"
