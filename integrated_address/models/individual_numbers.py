"""Sealed 個人番号 and the keys of their digests."""

from django.db import models
from django.db.models import Q

from integrated_address.models.addressees import IntegratedAddressee
from integrated_address.models.time import OPEN, PAST, TwoAxes


class IndividualNumber(TwoAxes):
    """
    One 個人番号 of one person, sealed (番号法第12条, 安全管理措置).

    The ciphertext opens only through a recorded service. A digest per active key serves search and
    uniqueness: `digest` and `second_digest` are the columns of the two `DigestKey` slots; outside a
    rotation one of them is empty.
    """

    class Cause(models.TextChoices):
        """Why the city has it since then."""

        NUMBERED = "numbered", "付番依頼"
        ARRIVED = "arrived", "後日判明"
        ON_REQUEST = "on_request", "請求による変更"
        EX_OFFICIO = "ex_officio", "職権による変更"
        CORRECTED = "corrected", "訂正"

    addressee = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="individual_numbers",
        verbose_name="団体内統合宛名",
    )
    ciphertext = models.BinaryField("個人番号(封緘)")
    digest = models.BinaryField("ダイジェスト", max_length=32, null=True)
    second_digest = models.BinaryField("ダイジェスト(第2)", max_length=32, null=True)
    cause = models.CharField("事由", max_length=12, choices=Cause)

    class Meta:
        verbose_name = "個人番号"
        verbose_name_plural = "個人番号"
        constraints = [
            models.UniqueConstraint(
                name="one_open_holder_per_individual_number", fields=["digest"], condition=OPEN
            ),
            models.UniqueConstraint(
                name="one_open_holder_per_individual_number_by_second_digest",
                fields=["second_digest"],
                condition=OPEN & Q(second_digest__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_open_individual_number_per_addressee",
                fields=["addressee"],
                condition=OPEN,
            ),
            models.CheckConstraint(
                name="individual_number_can_be_found",
                condition=Q(digest__isnull=False) | Q(second_digest__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["digest"],
                name="individual_number_of_the_past",
                condition=Q(superseded_at__isnull=True, valid_until__isnull=False),
            ),
            models.Index(
                fields=["second_digest"],
                name="individual_number_of_past_2nd",
                condition=Q(superseded_at__isnull=True, valid_until__isnull=False),
            ),
            models.Index(
                fields=["addressee"],
                name="individual_number_history",
                condition=PAST,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.addressee_id} {self.get_cause_display()}"


class DigestKey(models.Model):
    """
    One key of the 個人番号 digests that is active now, and the column (slot) that holds its
    digests.

    A second one appears for a rotation: it is `filling` until every row has its digest, then the
    switch makes it `current` and the other `retiring` until nobody uses that key any more.
    """

    class State(models.TextChoices):
        """What the column is used for."""

        CURRENT = "current", "使用中"
        FILLING = "filling", "書込中"
        RETIRING = "retiring", "廃止予定"

    slot = models.PositiveSmallIntegerField("列", primary_key=True)
    key_id = models.CharField("鍵ID", max_length=16, unique=True)
    state = models.CharField("状態", max_length=8, choices=State)
    since = models.DateTimeField("開始日時")

    class Meta:
        verbose_name = "ダイジェスト鍵"
        verbose_name_plural = "ダイジェスト鍵"
        constraints = [
            models.CheckConstraint(
                name="a_digest_key_has_one_of_two_slots", condition=Q(slot__in=[1, 2])
            ),
            models.UniqueConstraint(
                name="one_current_digest_key", fields=["state"], condition=Q(state="current")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key_id} {self.get_state_display()}"
