"""符号取得状況 of people, its steps, and requests."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from integrated_address.models.addressees import IntegratedAddressee
from integrated_address.rules import CodeState


class LinkageCodeStatus(models.Model):
    """
    符号取得状況 of one person who has a 個人番号 (番号法第21条の2).

    A person whose 個人番号 is 未登録 has no row: no 符号 can be requested for them.
    """

    class State(models.TextChoices):
        """Where it stands."""

        NOT_REQUESTED = CodeState.NOT_REQUESTED, "未要求"
        REQUESTED = CodeState.REQUESTED, "要求中"
        ACQUIRED = CodeState.ACQUIRED, "取得済"
        FAILED = CodeState.FAILED, "エラー"
        REQUESTED_AGAIN = CodeState.REQUESTED_AGAIN, "再要求"

    addressee = models.OneToOneField(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        primary_key=True,
        related_name="linkage_code_status",
        verbose_name="団体内統合宛名",
    )
    state = models.CharField("状態", max_length=15, choices=State, default=State.NOT_REQUESTED)
    since = models.DateTimeField("状態の開始日時")
    cause = models.CharField("理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "符号取得状況"
        verbose_name_plural = "符号取得状況"
        indexes = [
            models.Index(
                fields=["state", "since"],
                name="linkage_code_status_by_age",
                condition=~Q(state="acquired"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.addressee_id} {self.get_state_display()}"


class LinkageCodeStep(models.Model):
    """One step of a person's 符号取得状況: from where to where, when and why. Never changed."""

    addressee = models.ForeignKey(
        IntegratedAddressee,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="linkage_code_steps",
        verbose_name="団体内統合宛名",
    )
    state_before = models.CharField("前の状態", max_length=15, choices=LinkageCodeStatus.State)
    state = models.CharField("状態", max_length=15, choices=LinkageCodeStatus.State)
    at = models.DateTimeField("日時")
    cause = models.CharField("理由", max_length=300, blank=True, default="")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "符号取得履歴"
        verbose_name_plural = "符号取得履歴"
        indexes = [models.Index(fields=["addressee"], name="code_steps_of_addressee")]

    def __str__(self) -> str:
        return f"{self.addressee_id} {self.get_state_display()}"


class CodeRequest(models.Model):
    """符号取得依頼: people (up to a thousand a row) for whom a 符号 is to be acquired. A feed."""

    id = models.BigAutoField(primary_key=True)
    integrated_numbers = ArrayField(
        models.CharField(max_length=15), verbose_name="団体内統合宛名番号"
    )
    at = models.DateTimeField("日時")
    correlation_id = models.UUIDField("相関ID", default=uuid.uuid4)

    class Meta:
        verbose_name = "符号取得依頼"
        verbose_name_plural = "符号取得依頼"

    def __str__(self) -> str:
        return str(self.pk)
